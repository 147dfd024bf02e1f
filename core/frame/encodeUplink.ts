/**
 * Writes uplink frames: the inverse of `Uplink.decode`.
 *
 * What cannot be a frame (a payload of 13 bytes, a counter of 4096) is our caller's bug, so it
 * breaks an invariant; data from outside is to be checked before.
 */
import * as Bytes from "../kernel/Bytes.ts"
import { invariant } from "../kernel/invariant.ts"
import * as Crc16 from "./Crc16.ts"
import {
  bitOrEmpty,
  control,
  type Form,
  formOfPayload,
  headerLength,
  type Rank,
} from "./FrameType.ts"
import * as Replica from "./Replica.ts"

/** What a device sends; an empty `payload` is the empty frame. */
export type Sent = {
  /** 0 .. 2^32-1. */
  readonly device: number
  /** 0..4095. */
  readonly seq: number
  readonly downlinkAsked: boolean
} & (
  | { readonly payload: Uint8Array }
  | { readonly bit: 0 | 1 }
  /** 7 or 8 bytes; see ControlPayload. */
  | { readonly control: Uint8Array }
)

/** Computes a MAC of `length` bytes over a packet that lacks it. */
export type MacOf = (packetWithoutMac: Uint8Array, length: number) => Uint8Array

export interface Encoded {
  /** Type and body, an odd number of digits; null where only the bitstream exists (control, rank 3). */
  readonly frameHex: string | null
  readonly bitstreamHex: string
  /** From flags to MAC, in the form of rank 1. */
  readonly packet: Uint8Array
}

export const encode = (sent: Sent & { readonly rank: Rank }, mac: MacOf): Encoded => {
  const { form, packet } = packetOf(sent, mac)
  return onAir(form, packet, sent.rank)
}

/** All three transmissions of a message; the MAC is computed once. */
export const encodeRanks = (sent: Sent, mac: MacOf): readonly [Encoded, Encoded, Encoded] => {
  const { form, packet } = packetOf(sent, mac)
  return [onAir(form, packet, 1), onAir(form, packet, 2), onAir(form, packet, 3)]
}

interface Shape {
  readonly form: Form
  readonly li: number
  readonly payload: Uint8Array
}

const noPayload = new Uint8Array(0)

const shapeOf = (sent: Sent): Shape => {
  if ("bit" in sent) return { form: bitOrEmpty, li: 2 + sent.bit, payload: noPayload }
  const isControl = "control" in sent
  const payload = isControl ? sent.control : sent.payload
  const form = isControl ? control : formOfPayload(payload.length)
  // Room left in a packet goes to the MAC: two bytes of it, and as many more as LI says.
  const li = form.packetLength - headerLength - payload.length - 2
  invariant(form.macLengths[li] > 0, `${form.name} frames carry ${payload.length} payload bytes`)
  return { form, li, payload }
}

const packetOf = (sent: Sent, mac: MacOf): { readonly form: Form; readonly packet: Uint8Array } => {
  const { device, seq, downlinkAsked } = sent
  invariant(device >>> 0 === device, "a device number has 32 bits")
  invariant(Number.isInteger(seq) && seq >= 0 && seq < 4096, "a sequence number has 12 bits")
  const { form, li, payload } = shapeOf(sent)
  const packet = new Uint8Array(form.packetLength)
  packet[0] = (li << 6) | (downlinkAsked ? 0x20 : 0) | (seq >> 8)
  packet[1] = seq
  for (let i = 0; i < 4; i++) packet[2 + i] = device >>> (8 * i)
  packet.set(payload, headerLength)
  const macAt = headerLength + payload.length
  const code = mac(packet.subarray(0, macAt), form.macLengths[li])
  invariant(code.length === form.macLengths[li], "the MAC has the length asked for")
  packet.set(code, macAt)
  return { form, packet }
}

const onAir = (form: Form, packet: Uint8Array, rank: Rank): Encoded => {
  const body = new Uint8Array(packet.length + 2)
  body.set(packet)
  const crc = Crc16.of(packet)
  body[packet.length] = crc >> 8
  body[packet.length + 1] = crc
  const bodyHex = Bytes.toHex(Replica.encode(body, rank))
  const type = form.types[rank - 1]
  return {
    frameHex: type < 0x1000 ? Bytes.hexOf(type, 3) + bodyHex : null,
    // The 19 bits 1010…101 are 0xaaaa and the upper three bits of 0xa.
    bitstreamHex: `aaaa${Bytes.hexOf(0xa000 | type, 4)}${bodyHex}`,
    packet,
  }
}
