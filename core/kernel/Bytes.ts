/**
 * Bytes and their hexadecimal form, for code that also runs in a browser (no Buffer here).
 *
 * Hex is written in lower case; read in either.
 */

const digits = "0123456789abcdef"

const pairs: ReadonlyArray<string> = Array.from(
  { length: 256 },
  (_, byte) => digits[byte >> 4] + digits[byte & 15],
)

/** Value of each ASCII code as a hex digit, 255 where it is none. */
const nibbles = new Uint8Array(256).fill(255)
for (let value = 0; value < 16; value++) {
  nibbles[digits.charCodeAt(value)] = value
  nibbles[digits.toUpperCase().charCodeAt(value)] = value
}

export const toHex = (bytes: Uint8Array): string => {
  let hex = ""
  for (let i = 0; i < bytes.length; i++) hex += pairs[bytes[i]]
  return hex
}

/** The two hex digits of a byte. */
export const hexPair = (byte: number): string => pairs[byte]

/** The value 0..15 of the hex digit at `index`, or 255 when that character is none. */
export const nibbleAt = (hex: string, index: number): number => {
  const code = hex.charCodeAt(index)
  return code < 256 ? nibbles[code] : 255
}

/** Offset of the first character that is no hex digit, or -1. */
export const firstNonHex = (text: string): number => {
  for (let i = 0; i < text.length; i++) if (nibbleAt(text, i) === 255) return i
  return -1
}

/** Bytes of an even number of hex digits; undefined for anything else. */
export const fromHex = (hex: string): Uint8Array | undefined => {
  if (hex.length % 2 !== 0) return undefined
  const bytes = new Uint8Array(hex.length / 2)
  for (let i = 0; i < bytes.length; i++) {
    const high = nibbleAt(hex, 2 * i)
    const low = nibbleAt(hex, 2 * i + 1)
    if (high === 255 || low === 255) return undefined
    bytes[i] = (high << 4) | low
  }
  return bytes
}

/** The lowest `width` hex digits of a non-negative integer. */
export const hexOf = (value: number, width: number): string =>
  value.toString(16).padStart(width, "0")

export const equal = (a: Uint8Array, b: Uint8Array): boolean => {
  if (a.length !== b.length) return false
  for (let i = 0; i < a.length; i++) if (a[i] !== b[i]) return false
  return true
}
