/**
 * What the twin says is going on, to rows: one each time it says something of a finding. The state is that of
 * the anomaly projection, so it is found again from the log and its snapshots.
 */
import type { Recorded } from "../../core/event/Envelope.ts"
import { invariant } from "../../core/kernel/invariant.ts"
import * as FifoMap from "../../core/kernel/FifoMap.ts"
import * as Anomaly from "../anomaly/Anomaly.ts"
import { benign } from "../anomaly/Finding.ts"
import { placeOf, type Sink } from "./Table.ts"

/** Raised when what the rows say changes, here or in the projection. */
export const version = 100 * Anomaly.projection.version + 1

/** Takes one event in, and adds a row for each finding that something was said of. */
export const apply = (state: Anomaly.State, recorded: Recorded, rows: Sink): void => {
  Anomaly.projection.apply(state, recorded)
  const { list, said } = state.findings
  for (const name of new Set(said)) {
    const finding = FifoMap.get(list, name)
    invariant(finding !== undefined, "what was said just now is of a finding that is kept")
    rows.push([
      ...placeOf(recorded),
      name,
      finding.kind,
      finding.device,
      finding.station,
      finding.area,
      finding.message,
      benign.has(finding.kind),
      finding.confidence,
      finding.count,
      finding.firstMs,
      finding.lastMs,
      finding.foundPosition,
      JSON.stringify(finding.facts),
    ])
  }
}
