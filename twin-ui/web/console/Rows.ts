/**
 * An answer as a table of which only what is in sight is made: a hundred thousand rows scroll as ten do. The rows before
 * and after stand as two empty ones of their height.
 */
import { h, type Tree } from "../view/patch.ts"

export const rowHeight = 24
/** Rows made beyond what is in sight, so that scrolling shows no gap. */
const beyond = 12

export interface Shown {
  readonly columns: ReadonlyArray<{
    readonly name: string
    readonly type: string
    readonly unit?: string
    readonly about?: string
  }>
  readonly rows: ReadonlyArray<ReadonlyArray<unknown>>
}

/** First row that is made, and the one after the last. */
export const windowOf = (
  count: number,
  top: number,
  height: number,
): readonly [from: number, to: number] => {
  const first = Math.floor(top / rowHeight)
  const from = Math.max(0, Math.min(count, first - beyond))
  return [from, Math.min(count, Math.max(from, first + Math.ceil(height / rowHeight) + beyond))]
}

export const tableOf = (
  { columns, rows }: Shown,
  place: { readonly top: number; readonly height: number },
): Tree => {
  const [from, to] = windowOf(rows.length, place.top, place.height)
  const numeric = columns.map(({ type }) => /INT|DOUBLE|FLOAT|DECIMAL/.test(type))
  return h("table", { "aria-rowcount": rows.length + 1 }, [
    h("thead", {}, [
      h(
        "tr",
        { "aria-rowindex": 1 },
        columns.map(({ about, name, unit }, i) =>
          h(
            "th",
            {
              scope: "col",
              title: about === "" ? undefined : about,
              class: numeric[i] ? "number" : undefined,
            },
            [
              name,
              unit === undefined || unit === "" || unit === "share"
                ? undefined
                : h("small", {}, [` ${unit}`]),
            ],
          ),
        ),
      ),
    ]),
    h("tbody", {}, [
      gap("before", from),
      ...rows.slice(from, to).map((row, i) =>
        h(
          "tr",
          { "aria-rowindex": from + i + 2 },
          row.map((cell, c) =>
            h("td", { class: numeric[c] ? "number" : undefined }, [textOf(cell, columns[c].unit)]),
          ),
        ),
      ),
      gap("after", rows.length - to),
    ]),
  ])
}

const gap = (key: string, count: number): Tree =>
  h("tr", { key, "aria-hidden": "true", class: "gap", style: `height: ${count * rowHeight}px` })

const textOf = (cell: unknown, unit?: string): string => {
  if (cell === null || cell === undefined) return ""
  if (typeof cell === "number" && unit === "share")
    return `${(cell * 100).toLocaleString("en-GB", { minimumFractionDigits: 2, maximumFractionDigits: 2 })} %`
  if (typeof cell === "number") return cell.toLocaleString("en-GB", { maximumFractionDigits: 6 })
  if (typeof cell === "string")
    return /^\d{4}-\d\d-\d\dT[\d:.]+Z$/.test(cell)
      ? cell.replace("T", " ").replace(/\.000Z$|Z$/, "")
      : cell
  return JSON.stringify(cell)
}
