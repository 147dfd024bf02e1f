/**
 * Slots: all devices in 256 parts by a hash of their ids, so that parts can have owners.
 *
 * A slot belongs to the member of the highest score for it (rendezvous hashing): when one leaves, only its slots move, and when one
 * comes, only those that it takes.
 */

export const count = 256

/** Which slots; index is the slot. */
export type Set = ReadonlyArray<boolean>

export const none: Set = Array.from({ length: count }, () => false)

export const slotOf = (device: string): number => mixed(hash(device, basis)) & (count - 1)

/** Of each slot the member that owns it; undefined where there are no members. */
export const owners = (members: ReadonlyArray<string>): ReadonlyArray<string | undefined> =>
  Array.from({ length: count }, (_, slot) => {
    let owner: string | undefined
    let highest = -1
    for (const member of members) {
      const score = mixed(hash(member, basis ^ Math.imul(slot + 1, 0x9e3779b1)))
      if (score > highest || (score === highest && (owner ?? "") < member)) {
        highest = score
        owner = member
      }
    }
    return owner
  })

export const toHex = (set: Set): string => {
  let hex = ""
  for (let i = 0; i < count; i += 4) {
    let digit = 0
    for (let bit = 0; bit < 4; bit++) if (set[i + bit]) digit |= 1 << bit
    hex += digit.toString(16)
  }
  return hex
}

/** None where it is not what `toHex` gives. */
export const fromHex = (hex: string): Set =>
  /^[0-9a-f]{64}$/.test(hex)
    ? Array.from({ length: count }, (_, slot) => {
        const digit = Number.parseInt(hex[slot >> 2], 16)
        return ((digit >> (slot & 3)) & 1) === 1
      })
    : none

/** FNV-1a, http://www.isthe.com/chongo/tech/comp/fnv/ */
const basis = 0x811c9dc5

const hash = (text: string, from: number): number => {
  let value = from | 0
  for (let i = 0; i < text.length; i++) value = Math.imul(value ^ text.charCodeAt(i), 0x01000193)
  return value >>> 0
}

/** The end of MurmurHash3's 32-bit form: FNV's low bits alone would hardly differ between similar members. */
const mixed = (value: number): number => {
  let mix = value ^ (value >>> 16)
  mix = Math.imul(mix, 0x85ebca6b)
  mix ^= mix >>> 13
  mix = Math.imul(mix, 0xc2b2ae35)
  return (mix ^ (mix >>> 16)) >>> 0
}
