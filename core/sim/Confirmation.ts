/**
 * A device's side of a downlink: it listens in its window, knows a frame for it by its MAC, and confirms what it heard
 * once, with its next number (Sigfox facts, parts 1 to 3).
 */
import * as ControlPayload from "../frame/ControlPayload.ts"
import * as Downlink from "../frame/Downlink.ts"
import * as DownlinkWindow from "../frame/DownlinkWindow.ts"
import { encode } from "../frame/encodeUplink.ts"
import { zones } from "../frame/RadioZone.ts"
import * as Burst from "./Burst.ts"
import type { Message } from "./Ground.ts"
import * as Noise from "./Noise.ts"

/** What a station sends. */
export interface Sent {
  readonly station: string
  readonly frameHex: string
  readonly atMs: number
}

/** A device that asked, until its window closes. */
export interface Listening {
  readonly message: Message
  readonly opensAtMs: number
  readonly closesAtMs: number
}

/** Undefined where the message asks for nothing. */
export const listening = (message: Message): Listening | undefined => {
  if (!message.sent.downlinkAsked) return undefined
  const endMs = message.burst.transmissions[0].endMs
  const { windowMs, windowOpensMs } = zones.RC1
  const opensAtMs = endMs + windowOpensMs
  return { message, opensAtMs, closesAtMs: opensAtMs + windowMs }
}

/** Between reception and confirmation (part 3). */
const waitMinMs = 1_400

/** A station sends with 27 dBm EIRP where a device has 14. This project's own choice. */
const strongerDb = 13

/**
 * What the device sends back, or undefined where it heard nothing: the frame is not for it, comes outside of its window,
 * or from a station that does not reach it. `stationIndex` is -1 for a station there is not.
 */
export const confirmationOf = (
  { closesAtMs, message, opensAtMs }: Listening,
  sent: Sent,
  stationIndex: number,
): Burst.Burst | undefined => {
  const { confirmationHz, seq, site } = message
  const link = site.links.stations.indexOf(stationIndex)
  const endMs = sent.atMs + DownlinkWindow.airtimeMs
  if (confirmationHz === undefined || link < 0) return undefined
  if (sent.atMs < opensAtMs || endMs > closesAtMs) return undefined
  const { address: device, rollover, index } = site.device
  const heard = Downlink.decode(sent.frameHex, { device, seq })
  if (heard._tag !== "Downlink") return undefined
  const mac = site.mac(Downlink.macInput({ device, seq, payload: heard.payload }), 2)
  if (mac[0] !== heard.mac[0] || mac[1] !== heard.mac[1]) return undefined
  const salt = Noise.mix(message.burst.salt, 0xd0)
  const span = DownlinkWindow.confirmsWithinMs - waitMinMs
  const control = ControlPayload.encode({
    _tag: "DownlinkConfirmation",
    idleMv: 3_300,
    transmitMv: 2_900,
    temperatureDeciC: 150,
    rssiDbm: Math.round(site.links.meanDbm[link] + strongerDb),
  })
  const next = (seq + 1) % rollover
  return Burst.make({
    order: index,
    device: index,
    salt,
    links: site.links,
    atMs: endMs + waitMinMs + (Noise.mix(salt, 1) % span),
    encoded: [encode({ device, seq: next, downlinkAsked: false, control, rank: 1 }, site.mac)],
    gapsMs: [],
    frequenciesHz: [confirmationHz],
  })
}
