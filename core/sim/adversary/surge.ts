/** Surge: another network's fleet is switched on nearby, and a flood of frames under unregistered devices comes in. */
import { minuteMs } from "../Span.ts"
import { type Adversary, nothing } from "./Adversary.ts"
import { strangers } from "./unknownDevice.ts"

const fleet = 400
const floodMs = 10 * minuteMs

export const surge: Adversary = (ground, act) => {
  const untilMs = Math.min(act.untilMs, act.fromMs + floodMs)
  const note = `${fleet} devices that nobody registered sent within ten minutes.`
  return {
    ...nothing,
    truths: [{ kind: "surge", atMs: act.fromMs, untilMs, note }],
    bursts: strangers(ground, { ...act, untilMs }, fleet),
  }
}
