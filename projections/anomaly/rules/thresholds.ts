/** Thresholds of detectors that can be supposed to be others, and the rules with them. */
import { pack, type Packed } from "../Rule.ts"
import { rules } from "./all.ts"
import * as desync from "./desync.ts"
import * as macGuessing from "./macGuessing.ts"

export interface Thresholds {
  /** Wrong MACs within ten minutes that make a `mac-guessing`. */
  readonly macGuessingTries: number
  /** Numbers left out that make a `desync` possible. */
  readonly desyncJump: number
}

export const thresholdsDefault: Thresholds = {
  macGuessingTries: macGuessing.triesMinDefault,
  desyncJump: desync.jumpMinDefault,
}

/** All rules, in their order. */
export const rulesWith = ({ desyncJump, macGuessingTries }: Thresholds): ReadonlyArray<Packed> => {
  const others = new Map([
    [macGuessing.rule.name, pack(macGuessing.ruleWith(macGuessingTries))],
    [desync.rule.name, pack(desync.ruleWith(desyncJump))],
  ])
  return rules.map((rule) => others.get(rule.name) ?? rule)
}
