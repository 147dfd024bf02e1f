/** Somebody adopts the usual policy with some of it otherwise: what operators do in a scenario. */
import { type Policy, policyDefault } from "../../event/policy.ts"
import { newEvent } from "../setup.ts"

export const adopt = (
  atMs: number,
  { version, change, note }: Readonly<{ version: number; change: Partial<Policy>; note: string }>,
) =>
  newEvent(atMs, { _tag: "PolicyAdopted", version, policy: { ...policyDefault, ...change }, note })
