/**
 * What devices say. A message is a pure function of the device and the slot: readings that drift,
 * places that move, a keep-alive a day, and frames of one bit or none.
 */
import * as ControlPayload from "../frame/ControlPayload.ts"
import type { Sent } from "../frame/encodeUplink.ts"
import * as Device from "./Device.ts"
import * as Noise from "./Noise.ts"

export const sentOf = (device: Device.Device, slot: number, seq: number): Sent => {
  const head = { device: device.address, seq, downlinkAsked: Device.isAsking(device, slot) }
  // Once a day, at another slot than the asking one: a control frame never asks.
  if (!head.downlinkAsked && slot % device.perDay === keepAliveAt(device)) {
    return { ...head, control: keepAliveOf(device, slot) }
  }
  const noise = Noise.mix(device.seed ^ 0x5e7d, slot)
  if (device.size === "bit") return { ...head, bit: noise & 1 ? 1 : 0 }
  return { ...head, payload: readingOf(device, slot, noise, device.size) }
}

const keepAliveAt = (device: Device.Device): number => device.seed % device.perDay

const keepAliveOf = (device: Device.Device, slot: number): Uint8Array =>
  ControlPayload.encode({
    _tag: "KeepAlive",
    // The battery runs down.
    idleMv: 3600 - (device.seed % 300) - Math.floor(slot / 50),
    transmitMv: 3200 - (device.seed % 300) - Math.floor(slot / 50),
    temperatureDeciC: 80 + (Noise.mix(device.seed, slot ^ 0x7e3) % 200),
  })

/** A total that rises, little-endian, then measured values around the device's own. */
const readingOf = (
  device: Device.Device,
  slot: number,
  noise: number,
  size: number,
): Uint8Array => {
  const payload = new Uint8Array(size)
  const total = (device.seed & 0xfffff) + slot * (1 + (device.seed % 7))
  const totalBytes = Math.min(4, size >> 1)
  for (let i = 0; i < totalBytes; i++) payload[i] = total >>> (8 * i)
  const own = Noise.mix(device.seed, 1)
  for (let i = totalBytes; i < size; i++) {
    const wobble = (noise >>> (4 * (i & 7))) & 15
    payload[i] = ((own >>> (8 * (i & 3))) & 0xff) + wobble
  }
  return payload
}
