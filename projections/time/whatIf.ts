/**
 * What would have been: the log read once under a supposition, and what differs from what was. Nothing is written.
 */
import * as Effect from "effect/Effect"
import * as Stream from "effect/Stream"
import type { Position } from "../../core/event/Envelope.ts"
import { EventLog, type LogUnavailable } from "../../core/log/EventLog.ts"
import * as Anomaly from "../anomaly/Anomaly.ts"
import type { Finding } from "../anomaly/Finding.ts"
import type { Snapshots } from "../run/Snapshots.ts"
import { asOf } from "./asOf.ts"
import * as Supposition from "./Supposition.ts"

export interface FindingDifference {
  readonly change: "no longer found" | "newly found" | "changed"
  readonly was: Finding | undefined
  readonly would: Finding | undefined
}

export interface WhatIf {
  readonly from: Position
  readonly to: Position
  readonly found: Supposition.Run["found"]
  readonly findings: ReadonlyArray<FindingDifference>
}

/** Reads the events below `to`; those before `supposed.from` are taken as they were. */
export const whatIf = (
  supposed: Supposition.Supposed,
  to: Position,
): Effect.Effect<WhatIf, LogUnavailable, EventLog | Snapshots> =>
  Effect.gen(function* () {
    const log = yield* EventLog
    const end = Math.min(to, yield* log.head)
    const run = Supposition.make(supposed)
    yield* Stream.runForEach(log.read(0, end), (events) =>
      Effect.sync(() => {
        for (const recorded of events) Supposition.step(run, recorded)
      }),
    )
    const found = Supposition.finish(run)
    const findings =
      run.anomaly === undefined
        ? []
        : between(
            Anomaly.findings(yield* asOf(Anomaly.projection, end)),
            Anomaly.findings(run.anomaly),
          )
    return { from: supposed.from, to: end, found, findings }
  })

/** Findings of one kind about one thing are told apart by their order in time. */
const between = (
  then: ReadonlyArray<Finding>,
  now: ReadonlyArray<Finding>,
): ReadonlyArray<FindingDifference> => {
  const [was, would] = [named(then), named(now)]
  const differences: Array<FindingDifference> = []
  for (const [name, finding] of was) {
    const other = would.get(name)
    if (other === undefined)
      differences.push({ change: "no longer found", was: finding, would: undefined })
    else if (other.count !== finding.count || other.confidence !== finding.confidence)
      differences.push({ change: "changed", was: finding, would: other })
  }
  for (const [name, finding] of would)
    if (!was.has(name)) differences.push({ change: "newly found", was: undefined, would: finding })
  return differences
}

const named = (findings: ReadonlyArray<Finding>): ReadonlyMap<string, Finding> => {
  const counts = new Map<string, number>()
  return new Map(
    findings.toReversed().map((finding) => {
      const about = `${finding.kind}:${finding.device ?? finding.station ?? finding.area ?? ""}`
      const ordinal = counts.get(about) ?? 0
      counts.set(about, ordinal + 1)
      return [`${about}#${ordinal}`, finding]
    }),
  )
}
