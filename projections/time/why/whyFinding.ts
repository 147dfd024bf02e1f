/**
 * Why the twin thinks something: the rule, the facts that speak for it, each followed down.
 *
 * A finding about a device rests on what is usual for that device too: folded alone are all events about it, the
 * stations' places and the policies, and the events by which the log's clock passed. That reads much, so it is done
 * when it is asked for (`check`), and only for findings about a device: what befalls a city rests on all of its traffic.
 */
import * as Effect from "effect/Effect"
import type { Position, Recorded } from "../../../core/event/Envelope.ts"
import type { LogUnavailable } from "../../../core/log/EventLog.ts"
import * as Anomaly from "../../anomaly/Anomaly.ts"
import type { Finding } from "../../anomaly/Finding.ts"
import { follow } from "./follow.ts"
import type { Lookups } from "./Lookups.ts"
import { type Answer, compared, positionsOf, reason } from "./Reason.ts"

/** Events about one device that are folded again. */
export const sliceMax = 50_000

export const whyFinding = (
  lookups: Lookups,
  finding: Finding,
  to: Position,
  check: boolean,
): Effect.Effect<Answer, LogUnavailable> =>
  Effect.gen(function* () {
    const because = []
    const facts: Array<Recorded> = []
    for (const { position, text } of finding.facts) {
      const recorded = yield* lookups.event(position)
      if (recorded === undefined) continue
      const followed = yield* follow(lookups, recorded, 3)
      facts.push(...followed.facts)
      because.push(reason({ text, position, because: [followed.reason] }))
    }
    const slice = check ? yield* sliceOf(lookups, finding, to) : undefined
    return {
      fact: factOf(finding),
      reason: reason({
        text: `${finding.kind} · ${finding.device ?? finding.station ?? finding.area ?? ""}, ${Math.round(finding.confidence * 100)} % sure`,
        tone: "suspicious",
        position: finding.foundPosition,
        rule: {
          name: `anomaly rule ${finding.kind}`,
          version: `${Anomaly.projection.name} ${Anomaly.projection.version}`,
        },
        compared: [compared("times", "at least 1", finding.count, true)],
        because,
      }),
      facts: positionsOf(slice ?? facts),
      refolded: slice === undefined || finding.device === null ? null : isRefolded(slice, finding),
    }
  })

/** What a finding says; not when it was first said, which any event's time may bring about. */
const factOf = ({ area, confidence, count, device, facts, kind, message, station }: Finding) => ({
  kind,
  device,
  station,
  area,
  message,
  count,
  confidence,
  facts: facts.map(({ position, text }) => ({ text, position })),
})

const sliceOf = (lookups: Lookups, finding: Finding, to: Position) =>
  Effect.gen(function* () {
    const { device } = finding
    if (device === null) return undefined
    const about = yield* lookups.newest({ device, to }, sliceMax)
    const ground = yield* lookups.newest(
      { to, kinds: ["StationEnrolled", "PolicyAdopted"] },
      sliceMax,
    )
    const ticks = [yield* lookups.event(finding.foundPosition), yield* lookups.event(to - 1)]
    const all = [...about, ...ground, ...ticks.filter((tick) => tick !== undefined)]
    return [...new Map(all.map((one) => [one.position, one])).values()].toSorted(
      (a, b) => a.position - b.position,
    )
  })

const isRefolded = (slice: ReadonlyArray<Recorded>, finding: Finding): boolean => {
  const state = Anomaly.projection.initial()
  for (const recorded of slice) Anomaly.projection.apply(state, recorded)
  const wanted = JSON.stringify(factOf(finding))
  return Anomaly.findings(state).some((found) => JSON.stringify(factOf(found)) === wanted)
}
