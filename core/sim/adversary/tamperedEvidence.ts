/**
 * Tampered evidence: stations show forged, replayed and incomplete evidence, or what other boots really measured: each
 * kind once, one station at a time.
 */
import { tamperNames, tampers } from "../attester/tampers.ts"
import { type Adversary, nothing, type Truth } from "./Adversary.ts"

export const tamperedEvidence: Adversary = ({ stations }, { fromMs, untilMs, random }) => {
  const first = random.below(stations.length)
  const turns = Math.ceil(tamperNames.length / stations.length)
  const turnMs = Math.floor((untilMs - fromMs) / turns)
  const tamperings = tamperNames.map((tamper, i) => {
    const beginMs = fromMs + Math.floor(i / stations.length) * turnMs
    const { id: station } = stations[(first + i) % stations.length]
    // A pause, so that the station is seen well between two.
    return { station, tamper, fromMs: beginMs, untilMs: beginMs + Math.floor(0.75 * turnMs) }
  })
  const truths = tamperings.map(({ station, tamper, ...when }): Truth => {
    const { reason } = tampers[tamper]
    const note =
      reason === null ? `Odd evidence (${tamper}).` : `False evidence (${tamper}): ${reason}.`
    return {
      kind: "tampered-evidence",
      station,
      atMs: when.fromMs,
      untilMs: when.untilMs,
      note,
      evidence: { tamper, reason },
    }
  })
  return { ...nothing, truths, tamperings }
}
