/**
 * Seeded randomness: the same seed gives the same numbers on every machine.
 *
 * xoshiro128** (Blackman, Vigna, "Scrambled linear pseudorandom number generators", 2018), seeded
 * through splitmix32 so that near seeds give far states. Not for secrets.
 */
export interface Random {
  /** Uniform in 0 .. 2^32-1. */
  readonly u32: () => number
  /** Uniform in [0, 1). */
  readonly unit: () => number
  /** Uniform integer in [0, bound). */
  readonly below: (bound: number) => number
  /** Standard normal. */
  readonly normal: () => number
  /** `count` uniform bytes. */
  readonly bytes: (count: number) => Uint8Array
  /** A generator of its own, the same for the same seed and label whatever was drawn before. */
  readonly fork: (label: string) => Random
}

export const make = (seed: number): Random => fromState(seed >>> 0, "")

const fromState = (seed: number, path: string): Random => {
  let mixed = (seed ^ hashOf(path)) >>> 0
  const next = (): number => {
    mixed = (mixed + 0x9e3779b9) >>> 0
    let z = mixed
    z = Math.imul(z ^ (z >>> 16), 0x85ebca6b)
    z = Math.imul(z ^ (z >>> 13), 0xc2b2ae35)
    return (z ^ (z >>> 16)) >>> 0
  }
  let [a, b, c, d] = [next(), next(), next(), next()]
  const u32 = (): number => {
    const product = Math.imul(b, 5)
    const result = Math.imul((product << 7) | (product >>> 25), 9) >>> 0
    const shifted = b << 9
    c ^= a
    d ^= b
    b ^= c
    a ^= d
    c ^= shifted
    d = (d << 11) | (d >>> 21)
    return result
  }
  const unit = (): number => (u32() >>> 5) / 2 ** 27
  return {
    u32,
    unit,
    below: (bound) => Math.floor((u32() / 2 ** 32) * bound),
    // Box-Muller; 1 - unit() keeps the logarithm away from zero.
    normal: () => Math.sqrt(-2 * Math.log(1 - unit())) * Math.cos(2 * Math.PI * unit()),
    bytes: (count) => Uint8Array.from({ length: count }, () => u32() >>> 24),
    fork: (label) => fromState(seed, `${path}/${label}`),
  }
}

/** FNV-1a, 32 bits. */
const hashOf = (text: string): number => {
  let hash = 0x811c9dc5
  for (let i = 0; i < text.length; i++) hash = Math.imul(hash ^ text.charCodeAt(i), 0x01000193)
  return hash >>> 0
}
