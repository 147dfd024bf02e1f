/**
 * Where a device's frequency generator stands before any slot, without walking there step by step.
 *
 * A message that asks for no downlink takes three steps of `x <- 61x + c mod 2^14` (in RC1 no value is
 * drawn again), and n steps are again of the form `ax + b`. Messages that ask for one, at most one a
 * day, may draw again and are walked.
 */
import * as FrequencyPlan from "../frame/FrequencyPlan.ts"
import { zones } from "../frame/RadioZone.ts"
import * as Device from "./Device.ts"

const zone = zones.RC1
const stepsAMessage = 3

/** The generator's value before `slot`. */
export const before = (device: Device.Device, slot: number): number => {
  let x = device.frequencySeed
  let at = 0
  const asks = Device.asksBefore(device, slot)
  for (let ask = 0; ask < asks; ask++) {
    const asking = device.askAt + ask * device.askEvery
    x = jump(device.address, x, stepsAMessage * (asking - at))
    x = planAt(device, asking, x).x
    at = asking + 1
  }
  return jump(device.address, x, stepsAMessage * (slot - at))
}

/**
 * The three frequencies of a slot whose generator stands at `x`, and where it stands then. A confirmation is one
 * transmission more, at `confirmationHz`.
 */
export const planAt = (
  device: Device.Device,
  slot: number,
  x: number,
): FrequencyPlan.Plan & { readonly confirmationHz?: number } => {
  const isAsking = Device.isAsking(device, slot)
  const plan = FrequencyPlan.planOf({ zone, device: device.address }, x, isAsking)
  if (!isAsking) return plan
  const next = FrequencyPlan.nextValue(plan.x, device.address)
  return { ...plan, x: next, confirmationHz: FrequencyPlan.frequencyOf(zone, next) }
}

/** The value `steps` steps after `x`. */
const jump = (address: number, x: number, steps: number): number => {
  let factor = 1
  let addend = 0
  // One step, two steps, four steps …; the coefficients stay below 2^14, products below 2^28.
  let stepFactor = 61
  let stepAddend = FrequencyPlan.addendOf(address)
  for (let left = steps; left > 0; left = Math.floor(left / 2)) {
    if (left % 2 === 1) {
      factor = (factor * stepFactor) & FrequencyPlan.valueMax
      addend = (addend * stepFactor + stepAddend) & FrequencyPlan.valueMax
    }
    stepAddend = (stepAddend * stepFactor + stepAddend) & FrequencyPlan.valueMax
    stepFactor = (stepFactor * stepFactor) & FrequencyPlan.valueMax
  }
  return (factor * x + addend) & FrequencyPlan.valueMax
}
