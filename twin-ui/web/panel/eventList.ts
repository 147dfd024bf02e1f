/** Events as lines, newest first; each opens its event. */
import type { EventRow } from "../../../projections/chain/EventRow.ts"
import { instant, position, timeMs } from "../model/format.ts"
import { h, type Tree } from "../view/patch.ts"
import { quiet, section } from "./parts.ts"
import type { Does } from "./Scene.ts"

export const latest = (rows: ReadonlyArray<EventRow>, does: Does, title = "Latest events"): Tree =>
  section(title, [
    rows.length === 0
      ? quiet("None yet.")
      : h(
          "ol",
          { class: "events" },
          rows.map((row) => h("li", { key: row.position }, [eventLine(row, does)])),
        ),
  ])

export const eventLine = (row: EventRow, does: Does): Tree =>
  h(
    "button",
    { title: `${position(row.position)} · ${instant(row.occurredMs)}` },
    [
      h("time", {}, [timeMs(row.occurredMs)]),
      h("span", { class: `text ${row.tone}` }, [row.text]),
      h("span", { class: "detail" }, [row.detail]),
    ],
    () => does.select("event", String(row.position)),
  )
