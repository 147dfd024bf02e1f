/**
 * Devices that are not heard for longer than they should be: whoever asked to be told (`error`) is owed that, once for each silence.
 *
 * How long is the destination's own limit (`silentAfterS`), or, where it gives none, three times the longest gap that the device had of
 * late, and an hour at least, once it was heard often enough. A silence counts from a message accepted after the
 * destination was added; time is ours.
 */
import type { DeviceId } from "../event/ids.ts"
import type { Emit } from "./decideFrame.ts"
import type * as Network from "./Network.ts"

/** Between two looks: each goes over the devices of customers that want to know. */
export const lookEveryMs = 60_000

const usualTimes = 3
const leastMs = 3_600_000
/** Messages from which the longest gap means something. */
const heardMin = 8

/** What becomes owed now. */
export const tellSilence = (state: Network.State, nowMs: number, emit: Emit): void => {
  const wanting = new Map<string, ReadonlyArray<Network.Destination>>()
  for (const [id, { destinations, retired }] of state.customers) {
    const told = retired ? [] : destinations.filter((one) => one.told.includes("error"))
    if (told.length > 0) wanting.set(id, told)
  }
  if (wanting.size === 0) return
  for (const [id, device] of state.devices) {
    const destinations = device.customer === undefined ? undefined : wanting.get(device.customer)
    if (destinations === undefined || device.retired || device.acceptedAt < 0) continue
    for (const { at, settings } of destinations) {
      const { customer, destination, group, silentAfterS } = settings
      if (group !== undefined && group !== device.group) continue
      const limitMs = silentAfterS === undefined ? usualLimitMs(device) : silentAfterS * 1000
      if (limitMs === undefined || nowMs - device.window.lastMs <= limitMs) continue
      if (device.acceptedAt < at || device.silenceTold.includes(destination)) continue
      // The state's own keys are ids.
      const owed = { device: id as DeviceId, seq: device.window.last, epoch: device.window.epoch }
      emit({ _tag: "DeliveryOwed", ...owed, customer, destination, notice: "error" }, nowMs, [
        device.acceptedAt,
      ])
    }
  }
}

/** The longest gap of late, with one more of so many ms: it fades by a sixteenth. */
export const withGap = (gapMs: number, ms: number): number =>
  Math.max(ms, Math.round(gapMs - (gapMs - ms) / 16))

const usualLimitMs = ({ gapMs, heard }: Network.Device): number | undefined =>
  heard < heardMin ? undefined : Math.max(leastMs, usualTimes * gapMs)
