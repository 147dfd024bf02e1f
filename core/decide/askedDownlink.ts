/** What an accepted message says of downlinks: that the device asks for one, or that it heard one. */
import type { DownlinkAsked, DownlinkConfirmed, StrayConfirmationHeard } from "../event/downlink.ts"
import * as ControlPayload from "../frame/ControlPayload.ts"
import * as DownlinkWindow from "../frame/DownlinkWindow.ts"
import { headerLength } from "../frame/FrameType.ts"
import type * as Slot from "../frame/Slot.ts"
import type { Asking } from "./decideDownlink.ts"
import * as Downlinks from "./Downlinks.ts"
import type * as Network from "./Network.ts"

/** The window that the message in the slot opens, by the copy it was accepted on. */
export const downlinkAsked = (
  device: Network.Device,
  message: Asking,
  slot: Slot.Slot,
  heardAtMs: number,
): DownlinkAsked => ({
  _tag: "DownlinkAsked",
  ...message,
  ...DownlinkWindow.windowOf(DownlinkWindow.zoneOf(device.radioZone), {
    rank: slot.rank,
    packetLength: slot.packetLength,
    endMs: heardAtMs,
  }),
})

/** The downlink that the control frame in the slot confirms, if it is a confirmation. */
export const confirmedOrStray = (
  state: Network.State,
  message: Asking,
  slot: Slot.Slot,
  heardAtMs: number,
):
  | {
      readonly event: DownlinkConfirmed | StrayConfirmationHeard
      readonly causes: ReadonlyArray<number>
    }
  | undefined => {
  const control = ControlPayload.decode(
    slot.body.subarray(headerLength, headerLength + slot.payloadLength),
  )
  if (control._tag !== "DownlinkConfirmation") return undefined
  const { rssiDbm } = control
  const ask = Downlinks.awaitingConfirmation(state.downlinks, message.device, heardAtMs)
  if (ask === undefined)
    return { event: { _tag: "StrayConfirmationHeard", ...message, rssiDbm }, causes: [] }
  return {
    event: {
      _tag: "DownlinkConfirmed",
      device: message.device,
      seq: ask.seq,
      epoch: ask.epoch,
      confirmationSeq: message.seq,
      rssiDbm,
    },
    causes: [ask.transmittedAt < 0 ? ask.scheduledAt : ask.transmittedAt],
  }
}
