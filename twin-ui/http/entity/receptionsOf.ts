/** A message's receptions as a matrix rank x station, with what the stations' words were worth. */
import { linkQuality } from "../../../core/frame/linkQuality.ts"
import type { Standing } from "../../../core/event/attestation.ts"
import { genuineCells } from "../../../projections/tally/genuine.ts"
import * as Tally from "../../../projections/tally/Tally.ts"
import type { Receptions } from "../../api/EntityState.ts"

export const receptionsOf = (
  tally: Tally.Tally,
  radioZone: string | null,
  standings: ReadonlyMap<string, Standing> = new Map(),
): Receptions => {
  const genuine = genuineCells(tally.cells)
  const counted = new Set(genuine)
  return {
    message: Tally.nameOf(tally),
    firstMs: tally.firstMs,
    cells: tally.cells.map((cell) => ({
      ...cell,
      counts: counted.has(cell),
      standing: standings.get(cell.station) ?? null,
    })),
    cellsOver: tally.cellsOver,
    quality: linkQuality(genuine, radioZone) ?? null,
    qualityReported: tally.reportedLqi,
  }
}
