/**
 * The codes by which a Sigfox device and the network know each other's frames: AES-128-CBC-MAC with
 * wrapped-around padding (Sigfox facts, parts 1 and 2).
 *
 * One AES object per key is kept and used again: `createCipheriv` for each message is ten times as
 * slow (measured: 59k checks a second, 755k with a kept object). It is made in ECB mode without
 * padding, which is CBC with a zero IV for one block; of two blocks we chain by hand.
 *
 * Functions here use scratch memory of the module, so what they take is read before they return and
 * what they give is the caller's own.
 */
import { createCipheriv, createSecretKey } from "node:crypto"
import { invariant } from "../kernel/invariant.ts"
import { repeatInto } from "../kernel/repeatInto.ts"

/** AES-128 under one key: sixteen bytes in, sixteen bytes out (a new array). */
export interface KeyCipher {
  readonly update: (block: Uint8Array) => Uint8Array
}

/** A cipher object costs 1.4 KB (measured): keep many of them in a CipherCache. */
export const makeKeyCipher = (key16: Uint8Array): KeyCipher => {
  invariant(key16.length === 16, "an AES-128 key has sixteen bytes")
  // By way of a KeyObject: node:crypto asks of bare bytes whether they are one by an exception, at four times the time.
  return createCipheriv("aes-128-ecb", createSecretKey(key16), null).setAutoPadding(false)
}

/** The first `macLength` (2..5) bytes of the MAC of a packet that lacks it. */
export const uplinkMac = (
  cipher: KeyCipher,
  packetWithoutMac: Uint8Array,
  macLength: number,
): Uint8Array => lastBlock(cipher, packetWithoutMac, packetWithoutMac.length).slice(0, macLength)

/** Whether the last `macLength` bytes of `packet[0..packetLength)` are the MAC of those before. */
export const uplinkMacHolds = (
  cipher: KeyCipher,
  packet: Uint8Array,
  packetLength: number,
  macLength: number,
): boolean => {
  const covered = packetLength - macLength
  const expected = lastBlock(cipher, packet, covered)
  // In constant time: where the first difference is, is not for the sender to learn.
  let difference = 0
  for (let i = 0; i < macLength; i++) difference |= expected[i] ^ packet[covered + i]
  return difference === 0
}

/** The two-byte MAC of a downlink, over the block that `Downlink.macInput` builds. */
export const downlinkMac = (cipher: KeyCipher, macInput16: Uint8Array): Uint8Array => {
  invariant(macInput16.length === 16, "a downlink's MAC covers sixteen bytes")
  return cipher.update(macInput16).slice(0, 2)
}

/** Compares two MACs in a time that depends on their length alone. */
export const sameMac = (a: Uint8Array, b: Uint8Array): boolean => {
  if (a.length !== b.length) return false
  let difference = 0
  for (let i = 0; i < a.length; i++) difference |= a[i] ^ b[i]
  return difference === 0
}

const blocks = new Uint8Array(32)
const firstBlock = blocks.subarray(0, 16)
const secondBlock = blocks.subarray(16)

const lastBlock = (cipher: KeyCipher, message: Uint8Array, length: number): Uint8Array => {
  invariant(length > 0 && length <= 32, "a MAC covers one or two blocks")
  if (length <= 16) {
    repeatInto(firstBlock, 16, message, length)
    return cipher.update(firstBlock)
  }
  repeatInto(blocks, 32, message, length)
  const chained = cipher.update(firstBlock)
  for (let i = 0; i < 16; i++) secondBlock[i] ^= chained[i]
  return cipher.update(secondBlock)
}
