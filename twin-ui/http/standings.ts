/**
 * How the stations of a message stood when they heard it: told from the log, so it is the same for a message of any
 * age.
 */
import * as Effect from "effect/Effect"
import * as Attested from "../../core/decide/Attested.ts"
import { policyDefault } from "../../core/event/policy.ts"
import type { Standing } from "../../core/event/attestation.ts"
import type * as Tally from "../../projections/tally/Tally.ts"
import { stationsOf } from "../../projections/tally/Tally.ts"
import { standingFacts } from "../../projections/time/why/gather.ts"
import type { Reading } from "./Reading.ts"

/** Stations of one message that are told; a city's best are heard by two dozen. */
export const toldMax = 32
/** What changes a station's trust besides. */
const trustKinds = ["StationTrustLost", "StationTrustRestored", "ReferenceValuesAdopted"]

/** By station, at the instant of its first reception of the message. */
export const standingsOf = Effect.fnUntraced(function* (reading: Reading, tally: Tally.Tally) {
  const standings = new Map<string, Standing>()
  // The policy of that time: what is asked later changes nothing of what was.
  const [adopted] = yield* reading.newest({ kinds: ["PolicyAdopted"], to: tally.firstAt }, 1)
  const policy = adopted?.event._tag === "PolicyAdopted" ? adopted.event.policy : policyDefault
  for (const station of stationsOf(tally).slice(0, toldMax)) {
    const cell = tally.cells.find((each) => each.station === station)
    if (cell === undefined) continue
    const to = cell.position
    let attested = Attested.initial
    for (const recorded of yield* standingFacts(reading, station, to))
      attested = Attested.evolve(attested, recorded)
    const [trust] = yield* reading.newest({ station, kinds: trustKinds, to }, 1)
    const isTrustLost = trust?.event._tag === "StationTrustLost"
    const heardMs = tally.firstMs + cell.delayMs
    standings.set(station, Attested.standingAt(attested, isTrustLost, heardMs, policy))
  }
  return standings
})
