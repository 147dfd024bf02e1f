/** Radio traffic as notation for tests: real keys, frames and MACs, times and stations in view. */
import * as Mac from "../../../core/crypto/Mac.ts"
import type { ReceivedFrame } from "../../../core/decide/ReceivedFrame.ts"
import { type DeviceId, deviceIdOf, SourceId, StationId } from "../../../core/event/ids.ts"
import * as Uplink from "../../../core/frame/Uplink.ts"
import * as Bytes from "../../../core/kernel/Bytes.ts"
import type { Input } from "../../../core/ingest/Input.ts"

export interface Radio {
  readonly id: DeviceId
  readonly keyHex: string
  /** One copy of a message as a station hands it on. */
  readonly send: (seq: number, more?: Partial<Sending>) => Input
}

export interface Sending {
  readonly rank: 1 | 2 | 3
  readonly station: string
  readonly atMs: number
  readonly payload: string
  readonly downlinkAsked: boolean
  /** A control frame with this payload, hex, instead of data. */
  readonly control: string
  readonly rssiDbm: number
  readonly frequencyHz: number
  readonly configDigest: string
  /** Overwrites the key: somebody who does not know it. */
  readonly keyHex: string
}

const defaults: Omit<Sending, "keyHex" | "configDigest" | "control"> = {
  rank: 1,
  station: "BS-1",
  atMs: 1_700_000_000_000,
  payload: "abad1dea",
  downlinkAsked: false,
  rssiDbm: -120,
  frequencyHz: 868_130_000,
}

export const radio = (address: number): Radio => {
  const keyHex = Bytes.hexOf(address, 8).repeat(4)
  return {
    id: deviceIdOf(address),
    keyHex,
    send: (seq, more = {}) => {
      const sending = { ...defaults, ...more }
      const key = bytes(more.keyHex ?? keyHex)
      const { bitstreamHex } = Uplink.encode(
        {
          device: address,
          seq,
          ...(sending.control === undefined
            ? { payload: bytes(sending.payload) }
            : { control: bytes(sending.control) }),
          downlinkAsked: sending.downlinkAsked,
          rank: sending.rank,
        },
        (packet, length) => Mac.uplinkMac(Mac.makeKeyCipher(key), packet, length),
      )
      return received(bitstreamHex, sending)
    },
  }
}

export const received = (
  frame: string,
  more: Partial<
    Pick<Sending, "station" | "atMs" | "configDigest" | "rssiDbm" | "frequencyHz">
  > = {},
): Input => {
  const base: ReceivedFrame = {
    source: SourceId.make("frames"),
    station: StationId.make(more.station ?? defaults.station),
    heardAtMs: more.atMs ?? defaults.atMs,
    frame,
    rssiDbm: more.rssiDbm ?? defaults.rssiDbm,
    snrDb: 12,
    frequencyHz: more.frequencyHz ?? defaults.frequencyHz,
  }
  return {
    _tag: "Frame",
    frame: more.configDigest === undefined ? base : { ...base, configDigest: more.configDigest },
  }
}

const bytes = (hex: string): Uint8Array => {
  const read = Bytes.fromHex(hex)
  if (read === undefined) throw new Error(`not hex: ${hex}`)
  return read
}
