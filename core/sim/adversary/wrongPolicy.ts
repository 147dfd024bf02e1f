/**
 * Wrong policy: somebody adopts a tally window of 30 ms and means 30 s, so each later transmission of a message is judged as
 * another message; later it is put right.
 */
import { policyDefault } from "../../event/policy.ts"
import { newEvent } from "../setup.ts"
import { type Adversary, nothing } from "./Adversary.ts"

export const wrongPolicy: Adversary = (_, { fromMs, untilMs }) => {
  const note = "A policy with a tally window of 30 ms was adopted where 30 s were meant."
  return {
    ...nothing,
    truths: [{ kind: "wrong-policy", atMs: fromMs, untilMs, note }],
    facts: [
      adopt(fromMs, 1, 30, "tally window 30"),
      adopt(untilMs, 2, policyDefault.tallyWindowMs, "tally window 30 s, as it was meant"),
    ],
  }
}

const adopt = (atMs: number, version: number, tallyWindowMs: number, note: string) =>
  newEvent(atMs, {
    _tag: "PolicyAdopted",
    version,
    policy: { ...policyDefault, tallyWindowMs },
    note,
  })
