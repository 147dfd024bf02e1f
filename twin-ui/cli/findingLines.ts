/** A finding as lines for people: what, how sure, when, and the facts with their positions. */
import { type FindingRow, sureness } from "../api/Findings.ts"
import * as Words from "./Words.ts"

export const findingLines = (finding: FindingRow): ReadonlyArray<string> => {
  const { benign, confidence, count, facts, first, last, words } = finding
  const about = finding.device ?? finding.station ?? finding.area
  const extent =
    first.ms === last.ms
      ? Words.instant(first.ms)
      : `${Words.instant(first.ms)} to ${Words.instant(last.ms)}`
  return [
    [
      `  ${words}${about === undefined ? "" : `, ${about}`}`,
      sureness(confidence),
      ...(count > 1 ? [Words.count(count, "time")] : []),
      extent,
      ...(benign ? [] : ["(!)"]),
    ].join("  "),
    ...facts.map(({ position, text }) => `    ${text}  [${position}]`),
  ]
}
