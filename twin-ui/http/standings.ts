/**
 * How the stations of a message stood when they heard it: told from the log, so it is the same for a message of any
 * age.
 */
import * as Effect from "effect/Effect"
import * as Attested from "../../core/decide/Attested.ts"
import type { Standing } from "../../core/event/attestation.ts"
import type * as Tally from "../../projections/tally/Tally.ts"
import { stationsOf } from "../../projections/tally/Tally.ts"
import type { Reading } from "./Reading.ts"

/** Stations of one message that are told; a city's best are heard by two dozen. */
export const toldMax = 32
/** Events about one station that its standing is told from. */
const eventsMax = 64

const kinds = [
  "EvidenceAppraised",
  "StationTrustLost",
  "StationTrustRestored",
  "ReferenceValuesAdopted",
  "StationFellSilent",
  "StationBootRefused",
]

/** By station, at the instant of its first reception of the message. */
export const standingsOf = Effect.fnUntraced(function* (
  reading: Reading,
  tally: Tally.Tally,
  evidenceStaleMs: number,
) {
  const standings = new Map<string, Standing>()
  for (const station of stationsOf(tally).slice(0, toldMax)) {
    const cell = tally.cells.find((each) => each.station === station)
    if (cell === undefined) continue
    const to = cell.position
    const enrolled = yield* reading.newest({ station, kinds: ["StationTpmEnrolled"], to }, 1)
    const later = yield* reading.newest({ station, kinds, to }, eventsMax)
    let attested = Attested.initial
    let isTrustLost = false
    for (const recorded of [...enrolled, ...later].toSorted((a, b) => a.position - b.position)) {
      attested = Attested.evolve(attested, recorded)
      const { _tag } = recorded.event
      if (_tag === "StationTrustLost") isTrustLost = true
      if (_tag === "StationTrustRestored" || _tag === "ReferenceValuesAdopted") isTrustLost = false
    }
    const heardMs = tally.firstMs + cell.delayMs
    standings.set(station, Attested.standingAt(attested, isTrustLost, heardMs, { evidenceStaleMs }))
  }
  return standings
})
