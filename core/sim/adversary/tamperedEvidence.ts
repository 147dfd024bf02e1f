/**
 * Tampered evidence: stations show forged, replayed and incomplete evidence, or what other boots really measured: each
 * kind once, one station at a time. Its operator has stations challenged often meanwhile: what a station shows is seen only
 * where it is asked, and by the usual policy it is asked each six hours.
 */
import { minuteMs } from "../Span.ts"
import { tamperNames, tampers } from "../attester/tampers.ts"
import { adopt } from "./adopt.ts"
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
  // Three times while a tampering lasts, and twice after it.
  const challengeEveryMs = Math.max(minuteMs, Math.floor(turnMs / 5))
  return {
    ...nothing,
    truths,
    tamperings,
    facts: [
      adopt(fromMs, {
        version: 1,
        change: { challengeEveryMs },
        note: "stations challenged often",
      }),
      adopt(untilMs, { version: 2, change: {}, note: "stations challenged as usual" }),
    ],
  }
}
