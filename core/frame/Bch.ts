/**
 * BCH(15,11) over the fifteen bytes of a downlink, one code word for each of the eight bit planes
 * (librenard `bch_15_11.c`; Sigfox facts, part 2).
 *
 * With alpha a root of x^4+x+1, `XOR_i alpha^i * byte[i] = 0` holds in each plane; bytes 0..3 are the
 * parity. One wrong bit a plane is corrected, so any burst of eight bits is; two in one plane are
 * "corrected" to something else, which the CRC then shows.
 */
import { invariant } from "../kernel/invariant.ts"

const length = 15
const alphaPowers = Uint8Array.from([1, 2, 4, 8, 3, 6, 12, 11, 5, 10, 7, 14, 15, 13, 9])

/** The byte to correct by syndrome 1..15. */
const positionOf = new Uint8Array(16)
alphaPowers.forEach((power, position) => {
  positionOf[power] = position
})

/** Sets the parity bytes 0..3 so that the rule holds for all fifteen. */
export const setParity = (bytes: Uint8Array): void => {
  invariant(bytes.length === length, "a downlink has fifteen bytes")
  bytes.fill(0, 0, 4)
  // alpha^0..3 are the unit vectors, so each parity byte is the syndrome byte of the same number.
  bytes.set(syndrome(bytes))
}

/** Corrects `bytes` in place and tells how many bits it turned (0..8). */
export const correct = (bytes: Uint8Array): number => {
  invariant(bytes.length === length, "a downlink has fifteen bytes")
  const [s0, s1, s2, s3] = syndrome(bytes)
  let corrected = 0
  for (let plane = 0; plane < 8; plane++) {
    const found =
      ((s0 >> plane) & 1) |
      (((s1 >> plane) & 1) << 1) |
      (((s2 >> plane) & 1) << 2) |
      (((s3 >> plane) & 1) << 3)
    if (found === 0) continue
    bytes[positionOf[found]] ^= 1 << plane
    corrected++
  }
  return corrected
}

/** Bit k of the eight planes' syndromes, as byte k. */
const syndrome = (bytes: Uint8Array): readonly [number, number, number, number] => {
  let [s0, s1, s2, s3] = [0, 0, 0, 0]
  for (let i = 0; i < length; i++) {
    const power = alphaPowers[i]
    const byte = bytes[i]
    if (power & 1) s0 ^= byte
    if (power & 2) s1 ^= byte
    if (power & 4) s2 ^= byte
    if (power & 8) s3 ^= byte
  }
  return [s0, s1, s2, s3]
}
