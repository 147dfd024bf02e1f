/**
 * The built-in payload scheme `sigtwin-ctr-1`: AES-128 in counter mode (NIST SP 800-38A, 6.5) under a key of its own
 * for each device. The layout of the counter block is this project's, since none is published
 * (docs/formats/payload-encryption.md).
 */
import { createCipheriv } from "node:crypto"
import { invariant } from "../kernel/invariant.ts"
import type { PayloadScheme, Place } from "./PayloadScheme.ts"

/** Byte 0: an uplink's payload. 02 is left for downlinks, which are not encrypted. */
const uplink = 0x01

/** `01 | device u32 | roll-over counter u32 | seq u16 | block u40`, big-endian; `block` counts from 0. */
export const counterBlock = ({ device, rolloverCounter, seq }: Place): Uint8Array => {
  invariant(device >>> 0 === device, "a device number has 32 bits")
  invariant(rolloverCounter >>> 0 === rolloverCounter, "a roll-over counter has 32 bits")
  invariant(Number.isInteger(seq) && seq >= 0 && seq < 4096, "a sequence number has 12 bits")
  const block = new Uint8Array(16)
  const view = new DataView(block.buffer)
  view.setUint8(0, uplink)
  view.setUint32(1, device)
  view.setUint32(5, rolloverCounter)
  view.setUint16(9, seq)
  return block
}

/** AES-128 in counter mode from that block on: its own inverse. */
export const apply = (key16: Uint8Array, block16: Uint8Array, text: Uint8Array): Uint8Array => {
  invariant(key16.length === 16, "an AES-128 key has sixteen bytes")
  const cipher = createCipheriv("aes-128-ctr", key16, block16)
  return new Uint8Array(cipher.update(text))
}

const crypt: PayloadScheme["encrypt"] = (key, at, payload) => apply(key, counterBlock(at), payload)

export const scheme: PayloadScheme = { id: "sigtwin-ctr-1", encrypt: crypt, decrypt: crypt }
