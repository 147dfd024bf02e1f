/**
 * What control frames carry: keep-alive and downlink confirmation (Sigfox facts, part 1).
 *
 * Multi-byte fields are little-endian. The frame type that marks a control frame is not
 * authenticated, so a data frame relabelled as control shows here: by its first byte, its length, or
 * by values no device has (`oddities`).
 */
import * as Rejected from "../kernel/Rejected.ts"

interface Measured {
  /** Supply voltage at rest. */
  readonly idleMv: number
  /** Supply voltage while sending. */
  readonly transmitMv: number
  /** Tenths of a degree Celsius. */
  readonly temperatureDeciC: number
}

export interface KeepAlive extends Measured {
  readonly _tag: "KeepAlive"
}

export interface DownlinkConfirmation extends Measured {
  readonly _tag: "DownlinkConfirmation"
  /** Of the downlink, as the device heard it; sent as RSSI + 100. */
  readonly rssiDbm: number
}

export type ControlPayload = KeepAlive | DownlinkConfirmation

const keepAliveCode = 0x08
const confirmationCode = 0x09

export const decode = (payload: Uint8Array): ControlPayload | Rejected.Rejected => {
  const code = payload.length === 0 ? -1 : payload[0]
  if (code !== keepAliveCode && code !== confirmationCode) {
    return Rejected.make("control-code", "byte 0", "a control payload begins with 08 or 09")
  }
  const length = code === keepAliveCode ? 7 : 8
  if (payload.length !== length) {
    return Rejected.make(
      "control-length",
      `byte ${Math.min(length, payload.length)}`,
      `${payload.length} bytes, where code 0${code} has ${length}`,
    )
  }
  const measured: Measured = {
    idleMv: payload[1] | (payload[2] << 8),
    transmitMv: payload[3] | (payload[4] << 8),
    temperatureDeciC: ((payload[5] | (payload[6] << 8)) << 16) >> 16,
  }
  return code === keepAliveCode
    ? { _tag: "KeepAlive", ...measured }
    : { _tag: "DownlinkConfirmation", ...measured, rssiDbm: ((payload[7] << 24) >> 24) - 100 }
}

/** The inverse of `decode`; values beyond their fields' width are cut to it. */
export const encode = (control: ControlPayload): Uint8Array => {
  const { idleMv, transmitMv, temperatureDeciC: temperature } = control
  const isKeepAlive = control._tag === "KeepAlive"
  const head = [
    isKeepAlive ? keepAliveCode : confirmationCode,
    idleMv,
    idleMv >> 8,
    transmitMv,
    transmitMv >> 8,
    temperature,
    temperature >> 8,
  ]
  return Uint8Array.from(isKeepAlive ? head : [...head, control.rssiDbm + 100])
}

/**
 * Values no working device reports. The limits are this project's own: a supply of 0.5 to 30 V,
 * -60 to 150 degrees, a downlink heard between -160 and 0 dBm.
 */
export const oddities = (control: ControlPayload): ReadonlyArray<string> => {
  const odd: Array<string> = []
  if (isOutside(control.idleMv, 500, 30_000)) odd.push(`supply at rest ${control.idleMv} mV`)
  if (isOutside(control.transmitMv, 500, 30_000))
    odd.push(`supply sending ${control.transmitMv} mV`)
  if (isOutside(control.temperatureDeciC, -600, 1500)) {
    odd.push(`temperature ${control.temperatureDeciC / 10} C`)
  }
  if (control._tag === "DownlinkConfirmation" && isOutside(control.rssiDbm, -160, 0)) {
    odd.push(`downlink heard at ${control.rssiDbm} dBm`)
  }
  return odd
}

const isOutside = (value: number, low: number, high: number): boolean => value < low || value > high
