/**
 * What the copies of one message can be at one station: each rank once, as far apart as airtime and gaps make them,
 * at frequencies that stations agree on and that differ from rank to rank.
 */
import { headerLength } from "../../core/frame/FrameType.ts"
import * as Sighting from "./Sighting.ts"

/** A station's clock within one message, ms: far above what one of a network is off by. */
const jitterMs = 50
/** Largest gap between transmissions (SIGFOX.md part 3). */
const gapMaxMs = 2000
/** Preamble and frame type, bits; CRC, bytes (SIGFOX.md part 1). */
const headBits = 32
const crcLength = 2
/** Bit rates (SIGFOX.md part 3): the faster gives the least distance, the slower the largest. */
export const msPerBitLeast = 1000 / 600
const msPerBitMost = 10

/** Whether anything at all is worth a closer look: cheap, and wrong only on the careful side. */
export const areOdd = (sighting: Sighting.Sighting): boolean => {
  const { cells } = sighting
  const bits = bitsOf(sighting)
  let [hz1, hz2, hz3] = [Sighting.nothing, Sighting.nothing, Sighting.nothing]
  for (let i = 0; i < cells.length; i += Sighting.cellSize) {
    const station = cells[i + Sighting.atStation]
    const rank = cells[i + Sighting.atRank]
    const hz = cells[i + Sighting.atHz]
    for (let j = 0; j < i; j += Sighting.cellSize) {
      if (cells[j + Sighting.atStation] !== station) continue
      const ranks = rank - cells[j + Sighting.atRank]
      const apart = cells[i + Sighting.atMs] - cells[j + Sighting.atMs]
      if (ranks === 0 || !isApart(bits, Math.abs(ranks), ranks < 0 ? -apart : apart)) return true
    }
    if (hz === Sighting.nothing) continue
    const known = rank === 1 ? hz1 : rank === 2 ? hz2 : hz3
    if (known === Sighting.nothing) {
      if (rank === 1) hz1 = hz
      else if (rank === 2) hz2 = hz
      else hz3 = hz
    } else if (Math.abs(hz - known) > Sighting.agreementHz) return true
  }
  return areNear(hz1, hz2) || areNear(hz2, hz3) || areNear(hz1, hz3)
}

const areNear = (a: number, b: number): boolean =>
  a !== Sighting.nothing && b !== Sighting.nothing && Math.abs(a - b) <= Sighting.agreementHz

/** Whether a rank can come so long after one that lies `ranks` before it. */
export const isApart = (bits: number, ranks: number, apart: number): boolean =>
  apart >= ranks * bits * msPerBitLeast - jitterMs &&
  apart <= ranks * (bits * msPerBitMost + gapMaxMs) + jitterMs

export const bitsOf = ({ macLength, payloadLength }: Sighting.Sighting): number =>
  headBits + 8 * (headerLength + payloadLength + macLength + crcLength)
