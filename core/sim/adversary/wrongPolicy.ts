/**
 * Wrong policy: somebody adopts a tally window of 30 ms and means 30 s, so each later transmission of a message is judged as
 * another message; later it is put right.
 */
import { adopt } from "./adopt.ts"
import { type Adversary, nothing } from "./Adversary.ts"

export const wrongPolicy: Adversary = (_, { fromMs, untilMs }) => {
  const note = "A policy with a tally window of 30 ms was adopted where 30 s were meant."
  return {
    ...nothing,
    truths: [{ kind: "wrong-policy", atMs: fromMs, untilMs, note }],
    facts: [
      adopt(fromMs, { version: 1, change: { tallyWindowMs: 30 }, note: "tally window 30" }),
      adopt(untilMs, { version: 2, change: {}, note: "tally window 30 s, as it was meant" }),
    ],
  }
}
