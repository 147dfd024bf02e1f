/** Findings as rows of an answer, and as incidents of the picture. */
import * as Effect from "effect/Effect"
import * as Anomaly from "../../projections/anomaly/Anomaly.ts"
import { benign, type Finding, type Kind } from "../../projections/anomaly/Finding.ts"
import type { Incident } from "../../projections/chain/ChainView.ts"
import type { Twin } from "../../projections/run/Twin.ts"
import { type FindingRow, toneOf, wordsOf } from "../api/Findings.ts"
import * as Anomalies from "./anomalies.ts"
import type { Thing } from "./Viewer.ts"

/** A finding goes on for so long after it was last seen, of event time: a device that sends twelve times a day is heard within it. */
const quietMs = 7_200_000

export const rowOf = (finding: Finding): FindingRow => ({
  id: idOf(finding),
  kind: finding.kind,
  words: wordsOf(finding.kind),
  tone: toneOf(finding.kind),
  benign: benign.has(finding.kind),
  ...aboutOf(finding),
  ...(finding.area === null ? {} : { area: finding.area }),
  ...(finding.message === null ? {} : { message: finding.message }),
  first: { position: finding.firstPosition, ms: finding.firstMs },
  last: { position: finding.lastPosition, ms: finding.lastMs },
  found: { position: finding.foundPosition, ms: finding.foundMs },
  count: finding.count,
  confidence: finding.confidence,
  facts: finding.facts,
})

/** What a finding is about, for who may see it. */
export const thingOf = ({ device, station }: Finding): Thing => {
  if (device !== null) return { device }
  return station === null ? "network" : { station }
}

/** Harmful findings and anomalies as incidents, newest first. What is benign makes no incident, unless it is asked for. */
export const incidentsOf = (
  state: Anomaly.State,
  nowMs: number,
  also: ReadonlySet<Kind> = noKinds,
): ReadonlyArray<Incident> =>
  [
    ...Anomaly.findings(state)
      .filter(({ kind }) => !benign.has(kind) || also.has(kind))
      .map((finding) => incidentOf(finding, nowMs)),
    ...Anomalies.incidentsOf(state),
  ].toSorted((a, b) => b.start.position - a.start.position)

const noKinds: ReadonlySet<Kind> = new Set()

const incidentOf = (finding: Finding, nowMs: number): Incident => {
  const { area, confidence, count, device, firstMs, firstPosition, kind, lastMs, station } = finding
  const about = device ?? station ?? area
  const goesOn = nowMs - Math.max(lastMs, finding.foundMs) <= quietMs
  return {
    id: idOf(finding),
    kind: "finding",
    label: about === null ? wordsOf(kind) : `${wordsOf(kind)} · ${about}`,
    tone: toneOf(kind),
    start: { position: firstPosition, ms: firstMs },
    ...(goesOn ? {} : { end: { position: finding.lastPosition, ms: lastMs } }),
    count,
    found: { position: finding.foundPosition, ms: finding.foundMs },
    confidence,
    ...aboutOf(finding),
    ...(area === null ? {} : { area }),
  }
}

const aboutOf = ({ device, station }: Finding) => ({
  ...(device === null ? {} : { device }),
  ...(station === null ? {} : { station }),
})

/** Where it was found does not change, where it began may. */
export const idOf = ({ area, device, foundPosition, kind, station }: Finding): string =>
  `finding|${kind}|${device ?? station ?? area ?? ""}|${foundPosition}`

/** The live findings' state; undefined when that projection stopped: the picture goes on without it. */
export const liveOf = (twin: Twin["Service"]) =>
  twin
    .state(Anomaly.projection)
    .pipe(Effect.catchTag("ProjectionStopped", () => Effect.succeed(undefined)))
