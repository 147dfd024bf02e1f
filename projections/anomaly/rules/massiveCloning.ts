/**
 * Massive cloning (SIGFOX.md part 8): around one station many devices are heard at once that are not
 * themselves, by their generator or by a number with two payloads: one place sends under all their names.
 */
import * as FifoMap from "../../../core/kernel/FifoMap.ts"
import { isLate, likenessOf } from "../likeness.ts"
import { remembers, type Memory } from "../remembers.ts"
import type { Rule } from "../Rule.ts"
import * as Sighting from "../Sighting.ts"

/** Stations remembered. */
export const stationsMax = 4096
/** Devices remembered at one station; more are said at once. */
export const devicesMax = 64
/** So many devices at one station within `spanMs`. */
const manyMin = 8
const spanMs = 2 * 3_600_000

type Odd = {
  readonly device: string
  readonly seq: number
  readonly position: number
  readonly atMs: number
}

export const rule: Rule<Memory<ReadonlyArray<Odd>>> = {
  ...remembers<ReadonlyArray<Odd>>(stationsMax),
  name: "massive-cloning",
  wants: ["Settled"],
  apply: (draft, moment, report) => {
    if (moment._tag !== "Settled" || isLate(moment.sighting)) return
    const { evidence, scene, sighting, usual } = moment
    const { device, firstAt, firstMs, seq } = sighting
    if (sighting.signs.length > 0 || sighting.verdict === "open") return
    const likeness = likenessOf(sighting, usual)
    const isOdd =
      evidence.isForeign &&
      evidence.generator === false &&
      likeness !== "same" &&
      likeness !== "same-from-elsewhere"
    if (!isOdd) return
    const { id } = scene.byIndex[Sighting.strongest(sighting)]
    const before = (FifoMap.get(draft, id) ?? []).filter(
      (odd) => odd.device !== device && firstMs - odd.atMs <= spanMs,
    )
    const odds = [...before, { device, seq, position: firstAt, atMs: firstMs }].slice(-devicesMax)
    FifoMap.set(draft, id, odds)
    if (odds.length < manyMin) return
    const others = odds.length - 1
    // All that led to it are said once, when they become many.
    for (const odd of odds.length === manyMin ? odds : odds.slice(-1))
      report.say({
        kind: "massive-cloning",
        device: odd.device,
        seq: odd.seq,
        fromPosition: odd.position,
        toPosition: firstAt,
        fromMs: odd.atMs,
        toMs: firstMs,
        facts: [
          {
            text: `${others} other devices that are not themselves were heard best by ${id} within two hours`,
            position: firstAt,
            weight: 0.7,
          },
          ...(odd.device === device ? evidence.facts : []),
        ],
      })
  },
}
