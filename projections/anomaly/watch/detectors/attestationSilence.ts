/** Attestation silence: a station whose TPM is enrolled answers no challenge any more, for longer than the policy allows. */
import type { Detector } from "../Detector.ts"
import * as Unusual from "../Unusual.ts"

const minute = 60_000

export const detector: Detector = {
  kind: "attestation-silence",
  ofEvent: (watch, { causes, event, position }, at) => {
    if (event._tag === "StationFellSilent") {
      const silent = Math.round((at.ms - event.sinceMs) / minute)
      return Unusual.say(
        watch.list,
        "attestation-silence",
        Unusual.onStation(event.station),
        {
          expected: {
            value: Math.round(watch.challengeEveryMs / minute),
            unit: "minutes from evidence to evidence",
          },
          seen: { value: silent, unit: "minutes without evidence" },
          sinceMs: event.sinceMs,
          causes: [...causes, position],
          severity: silent,
        },
        at,
      )
    }
    // Evidence that answers a challenge ends it, whatever it shows.
    if (event._tag === "EvidenceAppraised" && event.nonce !== undefined)
      Unusual.clear(
        watch.list,
        "attestation-silence",
        Unusual.onStation(event.station),
        "it answered a challenge",
        at,
      )
  },
}
