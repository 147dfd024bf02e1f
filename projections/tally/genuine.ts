/**
 * The copies of a message that count: a station hears each of the three transmissions once. What it hands on
 * beside that is a fabricated repeat (`projections/anomaly/rules/fabricatedRepeat.ts` says why and how sure); it
 * stays in the log and in the tally, and counts for nothing.
 *
 * A fabricated copy cannot make a message acceptable: its MAC is that of the packet it repeats, and the first copy
 * that holds is what the message is accepted on. So the decider needs no such filter, and stays fast.
 */
import type { Cell } from "./Tally.ts"

/** Airtime of the shortest uplink at the fastest rate: 14 bytes at 600 bit/s (SIGFOX.md parts 1 and 3), less a station's jitter. */
const apartMin = 136

/** The first cell of each rank at each station, save ranks that follow another without airtime between. Reports pass. */
export const genuineCells = (cells: ReadonlyArray<Cell>): ReadonlyArray<Cell> => {
  const genuine: Array<Cell> = []
  for (const cell of cells) if (!isMadeUp(cell, genuine)) genuine.push(cell)
  return genuine
}

const isMadeUp = (cell: Cell, before: ReadonlyArray<Cell>): boolean =>
  cell.rank !== null &&
  before.some(
    ({ delayMs, rank, station }) =>
      station === cell.station &&
      rank !== null &&
      (rank === cell.rank || Math.abs(cell.delayMs - delayMs) < apartMin),
  )
