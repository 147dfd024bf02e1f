/**
 * Randomness that is looked up instead of drawn: a number for a pair of numbers, always the same.
 *
 * What happens at one place (a device's 17th message, a station's hearing of it) must not depend on
 * how much was drawn elsewhere before. Only integer arithmetic: the same on every machine.
 */

/** A well mixed number 0 .. 2^32-1 (the finaliser of MurmurHash3 over both). */
export const mix = (a: number, b: number): number => {
  let h = a ^ Math.imul(b ^ 0x7f4a7c15, 0x9e3779b1)
  h = Math.imul(h ^ (h >>> 16), 0x85ebca6b)
  h = Math.imul(h ^ (h >>> 13), 0xc2b2ae35)
  return (h ^ (h >>> 16)) >>> 0
}

/** In [0, 1). */
export const unit = (noise: number): number => noise / 2 ** 32

/** Nearly normal, mean 0 and deviation 1, within 3.5: the sum of the four bytes. */
export const gaussian = (noise: number): number =>
  ((noise & 255) + ((noise >>> 8) & 255) + ((noise >>> 16) & 255) + (noise >>> 24) - 510) / 147.8
