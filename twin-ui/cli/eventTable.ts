/** Events as a table, one a line, newest first as they come. */
import type { EventRow } from "../../projections/chain/EventRow.ts"
import { formatTable } from "./formatTable.ts"
import * as Words from "./Words.ts"

export const eventTable = (rows: ReadonlyArray<EventRow>): string =>
  formatTable(
    ["position", "occurred", "what", "detail"],
    rows.map((row) => [
      String(row.position),
      Words.instant(row.occurredMs),
      row.text,
      row.customer === undefined || row.detail.includes(row.customer)
        ? row.detail
        : `${row.detail} · ${row.customer}`,
    ]),
    new Set(["position"]),
  )
