/**
 * Clone: two senders under one name and key.
 *
 * - One number with two payloads, both with a right MAC: no device does that.
 * - The device is heard far away, and again where it usually is, and so on: interleaved counters, a journey
 *   faster than anything that carries sensors.
 */
import * as FifoMap from "../../../core/kernel/FifoMap.ts"
import type { Weighed } from "../Finding.ts"
import { isLate, likenessOf } from "../likeness.ts"
import { remembers, type Memory } from "../remembers.ts"
import type { Report, Rule } from "../Rule.ts"
import { movedAfter } from "../Scene.ts"

/** Devices heard elsewhere that are remembered. */
export const devicesMax = 4096
/** Times heard elsewhere before its return says more than one forged number. */
const timesMin = 2
/** Faster than a high-speed train, km/h. */
const speedMax = 350
/** After so long elsewhere no return is odd, ms. */
const spanMs = 86_400_000

type Away = {
  /** In all, and since it was last heard where it usually is. */
  readonly times: number
  readonly inARow: number
  readonly firstAt: number
  readonly firstMs: number
  readonly lastMs: number
  readonly awayKm: number | null
  readonly facts: ReadonlyArray<Weighed>
}

export const rule: Rule<Memory<Away>> = {
  ...remembers<Away>(devicesMax),
  name: "clone",
  wants: ["Settled"],
  apply: (draft, moment, report) => {
    if (moment._tag !== "Settled" || isLate(moment.sighting)) return
    const { evidence, sighting, usual } = moment
    const { device, firstAt, firstMs, lastAt, seq } = sighting
    if (sighting.signs.length > 0 || sighting.verdict === "open") return
    const away = recent(FifoMap.get(draft, device), firstMs)
    const likeness = likenessOf(sighting, usual)
    const facts: Array<Weighed> = []
    // An accepted one is of another turn of the counter.
    const isTwice = likeness === "other" && sighting.verdict === "refused"
    if (isTwice && !isForged(report, device, seq))
      facts.push({
        text: `number ${seq} came with two payloads, both with a right MAC`,
        position: firstAt,
        weight: 0.85,
      })
    if (likeness === "same-from-elsewhere" && !evidence.isForeign)
      facts.push({
        text: `number ${seq} came from elsewhere first, then from the device`,
        position: firstAt,
        weight: 0.7,
      })
    if (!evidence.isForeign && away !== undefined && isBack(away)) {
      facts.push({
        text: `heard elsewhere ${away.times} times, then where it usually is`,
        position: firstAt,
        weight: 0.6,
      })
      const kmh = speedOf(away, firstMs)
      if (kmh !== undefined && kmh > speedMax)
        facts.push({
          text: `a journey of ${Math.round(away.awayKm ?? 0)} km at ${Math.round(kmh)} km/h`,
          position: firstAt,
          weight: 0.5,
        })
    }
    if (facts.length > 0)
      report.say({
        kind: "clone",
        device,
        seq,
        fromPosition: away?.firstAt ?? firstAt,
        toPosition: lastAt,
        fromMs: away?.firstMs ?? firstMs,
        toMs: firstMs,
        facts: [...facts, ...(evidence.isForeign ? evidence.facts : (away?.facts ?? []))],
      })
    // A frame sent again elsewhere is refused: a replay, not a second device.
    if (evidence.isForeign && sighting.verdict === "accepted")
      FifoMap.set(draft, device, {
        times: (away?.times ?? 0) + 1,
        inARow: (away?.inARow ?? 0) + 1,
        firstAt: away?.firstAt ?? firstAt,
        firstMs: away?.firstMs ?? firstMs,
        lastMs: firstMs,
        awayKm: evidence.awayKm ?? away?.awayKm ?? null,
        facts: evidence.facts,
      })
    else if (!evidence.isForeign && away !== undefined && away.inARow > 0)
      FifoMap.set(draft, device, {
        ...away,
        inARow: 0,
        times: away.inARow >= movedAfter ? 0 : away.times,
      })
  },
}

/** Whether it came back; a device that was elsewhere for long enough moved, and this is its new place. */
const isBack = ({ inARow, times }: Away): boolean =>
  times >= timesMin && inARow > 0 && inARow < movedAfter

/** A number that was sent ahead of its turn comes again when the true device reaches it. */
const isForged = (report: Report, device: string, seq: number): boolean =>
  (["replay-after-wrap", "desync"] as const).some(
    (kind) => report.known(kind, device)?.message === `${device}:${seq}`,
  )

const recent = (away: Away | undefined, nowMs: number): Away | undefined =>
  away !== undefined && nowMs - away.lastMs <= spanMs ? away : undefined

const speedOf = ({ awayKm, lastMs }: Away, nowMs: number): number | undefined =>
  awayKm === null ? undefined : (awayKm * 3_600_000) / Math.max(1000, Math.abs(nowMs - lastMs))
