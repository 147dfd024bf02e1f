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

/** Of each cell, the one before it of the same station, and of each station the last: of the sighting that is looked at. */
const before = new Int16Array(Sighting.cellsMax)
const lastOf = new Int16Array(Sighting.stationsMax).fill(-1)

/** Whether anything at all is worth a closer look: cheap, and wrong only on the careful side. */
export const areOdd = (sighting: Sighting.Sighting): boolean => {
  const { cells } = sighting
  const count = cells.length / Sighting.cellSize
  const bits = bitsOf(sighting)
  let isOdd = false
  for (let n = 0; n < count && !isOdd; n++) {
    const i = n * Sighting.cellSize
    const station = cells[i + Sighting.atStation]
    const rank = cells[i + Sighting.atRank]
    const ms = cells[i + Sighting.atMs]
    before[n] = lastOf[station]
    lastOf[station] = n
    for (let m = before[n]; m >= 0 && !isOdd; m = before[m]) {
      const j = m * Sighting.cellSize
      const ranks = rank - cells[j + Sighting.atRank]
      const apart = ms - cells[j + Sighting.atMs]
      isOdd = ranks === 0 || !isApart(bits, Math.abs(ranks), ranks < 0 ? -apart : apart)
    }
  }
  for (let i = 0; i < cells.length; i += Sighting.cellSize)
    lastOf[cells[i + Sighting.atStation]] = -1
  return isOdd || areFrequenciesOdd(cells)
}

/** Stations that do not agree on a rank's frequency, or ranks that have the same. */
const areFrequenciesOdd = (cells: ReadonlyArray<number>): boolean => {
  let [hz1, hz2, hz3] = [Sighting.nothing, Sighting.nothing, Sighting.nothing]
  for (let i = 0; i < cells.length; i += Sighting.cellSize) {
    const hz = cells[i + Sighting.atHz]
    if (hz === Sighting.nothing) continue
    const rank = cells[i + Sighting.atRank]
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
