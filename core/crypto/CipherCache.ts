/**
 * Keeps the AES objects of the devices heard of late, within a bound.
 *
 * Two generations instead of an exact order: a hit in the younger costs one look-up, a hit in the
 * older moves the cipher up, and when the younger is full the older is dropped whole. So the last
 * `entriesMax / 2` different keys used are always kept, and never more than `entriesMax`.
 */
import { invariant } from "../kernel/invariant.ts"
import { type KeyCipher, makeKeyCipher } from "./Mac.ts"

/** 65,536 ciphers of 1.4 KB (measured) are 92 MB. */
const entriesMaxDefault = 65_536

/** Key versions from 0; 21 bits leave room for 32 bits of device in an exact integer. */
const keyVersionsMax = 2 ** 21

export interface CipherCache {
  /** The cipher of a device's key, or undefined where `load` knows no such key. */
  readonly get: (device: number, keyVersion: number) => KeyCipher | undefined
  /** Forgets everything, as when keys were destroyed. */
  readonly clear: () => void
  readonly size: () => number
}

/** Gives the sixteen key bytes of a device, or undefined where it has none of that version. */
export type LoadKey = (device: number, keyVersion: number) => Uint8Array | undefined

export const make = (load: LoadKey, entriesMax: number = entriesMaxDefault): CipherCache => {
  invariant(entriesMax >= 2, "a cache of two generations holds two entries at least")
  const generationMax = Math.floor(entriesMax / 2)
  let young = new Map<number, KeyCipher>()
  let old = new Map<number, KeyCipher>()
  const keep = (key: number, cipher: KeyCipher): KeyCipher => {
    if (young.size >= generationMax) {
      old = young
      young = new Map()
    }
    young.set(key, cipher)
    return cipher
  }
  return {
    get: (device, keyVersion) => {
      invariant(keyVersion >= 0 && keyVersion < keyVersionsMax, "a key version has 21 bits")
      const key = keyVersion * 2 ** 32 + device
      const hit = young.get(key)
      if (hit !== undefined) return hit
      const older = old.get(key)
      if (older !== undefined) {
        old.delete(key)
        return keep(key, older)
      }
      const bytes = load(device, keyVersion)
      return bytes === undefined ? undefined : keep(key, makeKeyCipher(bytes))
    },
    clear: () => {
      young = new Map()
      old = new Map()
    },
    size: () => young.size + old.size,
  }
}
