/**
 * Where what differs from the pinned instant is marked in the chain: a sign and an outline at each thing that is drawn, a
 * small sign at each device's dot, and for each column how many were added, changed, or are gone. What is gone has no
 * place any more: it is counted, and named where there is room.
 */
import type { Difference, Differences } from "../panel/changes.ts"
import { count } from "./format.ts"
import type { Column, Layout, Point } from "./Layout.ts"

export interface Badge {
  readonly key: string
  readonly difference: Difference
  readonly sign: string
  /** For a screen reader. */
  readonly label: string
  /** Around the thing. */
  readonly box: Point & { readonly width: number; readonly height: number }
  /** Where the sign stands. */
  readonly at: Point
}

/** Signs at the dots of devices, as one path for each kind of difference. */
export interface DotSigns {
  readonly difference: Difference
  readonly path: string
}

/** Below a column's title. */
export interface Sum extends Point {
  readonly key: string
  readonly parts: ReadonlyArray<{ readonly difference: Difference; readonly text: string }>
  /** All that are gone, by name. */
  readonly title: string
}

export interface DifferenceMarks {
  readonly badges: ReadonlyArray<Badge>
  readonly dots: ReadonlyArray<DotSigns>
  readonly sums: ReadonlyArray<Sum>
}

export const none: DifferenceMarks = { badges: [], dots: [], sums: [] }

/** Never by colour alone. */
export const signs: Readonly<Record<Difference, string>> = { added: "+", changed: "~", gone: "−" }

const order: ReadonlyArray<Difference> = ["added", "changed", "gone"]

export const differenceMarks = (
  layout: Layout,
  differences: Differences | undefined,
): DifferenceMarks =>
  differences === undefined || differences.things.size === 0
    ? none
    : {
        badges: badgesOf(layout, differences),
        dots: dotsOf(layout, differences),
        sums: sumsOf(layout, differences),
      }

const badgesOf = (layout: Layout, { things }: Differences): ReadonlyArray<Badge> => {
  const badges: Array<Badge> = []
  const add = (kind: string, id: string, box: Badge["box"], isCell = false): void => {
    const key = `${kind}:${id}`
    const difference = things.get(key)
    if (difference === undefined) return
    badges.push({
      key,
      difference,
      sign: signs[difference],
      label: `${kind === "centre" ? "data centre" : kind} ${id}: ${difference} since the pinned instant`,
      box,
      // Beside a cell stands another one: between their corners there is room.
      at: isCell
        ? { x: box.x + 4, y: box.y + 5 }
        : { x: box.x - 5, y: box.y + Math.min(14, box.height / 2 + 4) },
    })
  }
  const { width } = layout.columns.stations
  for (const { height, id, isRow, x, y } of layout.stations)
    add(
      "station",
      id,
      {
        x: isRow ? x : x - height / 2,
        y: y - height / 2,
        width: isRow ? width : height,
        height,
      },
      !isRow,
    )
  for (const { id, ...box } of layout.centres) add("centre", id, box)
  for (const { id, ...box } of layout.customers) add("customer", id, box)
  return badges
}

const dotsOf = (layout: Layout, { things }: Differences): ReadonlyArray<DotSigns> => {
  const paths = new Map<Difference, Array<string>>()
  for (const group of layout.groups)
    for (const { id, r, x, y } of group.dots) {
      const difference = things.get(`device:${id}`)
      if (difference === undefined) continue
      const parts = paths.get(difference) ?? []
      paths.set(difference, parts)
      parts.push(`M${tenth(x + r * 0.8)},${tenth(y - r * 0.8)}${strokes[difference]}`)
    }
  return [...paths].map(([difference, parts]) => ({ difference, path: parts.join("") }))
}

/** The signs as strokes about a point. */
const strokes: Readonly<Record<Difference, string>> = {
  added: "m-2.5,0h5m-2.5,-2.5v5",
  changed: "m-3,0.6q1.5,-2.6 3,0t3,0",
  gone: "m-2.5,0h5",
}

const tenth = (value: number): number => Math.round(value * 10) / 10

const kinds = {
  device: "devices",
  station: "stations",
  centre: "core",
  customer: "customers",
} as const satisfies Record<string, keyof Layout["columns"]>

const kindOf = (name: string): keyof typeof kinds | undefined => {
  const kind = name.slice(0, name.indexOf(":"))
  return kind === "device" || kind === "station" || kind === "centre" || kind === "customer"
    ? kind
    : undefined
}

const sumsOf = (layout: Layout, { things }: Differences): ReadonlyArray<Sum> => {
  const found = new Map<string, Map<Difference, Array<string>>>()
  for (const [name, difference] of things) {
    const kind = kindOf(name)
    if (kind === undefined) continue
    const column = kinds[kind]
    const own = found.get(column) ?? new Map<Difference, Array<string>>()
    found.set(column, own)
    const ids = own.get(difference) ?? []
    own.set(difference, ids)
    ids.push(name.slice(kind.length + 1))
  }
  return Object.values(kinds).flatMap((column) => {
    const own = found.get(column)
    if (own === undefined) return []
    const { x, width } = layout.columns[column]
    const parts = order.flatMap((difference) => {
      const ids = own.get(difference) ?? []
      return ids.length === 0
        ? []
        : [{ difference, text: `${signs[difference]} ${count(ids.length)}` }]
    })
    const gone = own.get("gone") ?? []
    return [
      {
        key: column,
        x,
        y: 58,
        parts: named(parts, gone, { x, width }),
        title: gone.length === 0 ? "" : `gone: ${gone.join(", ")}`,
      },
    ]
  })
}

/** Few that are gone are named where the column has room for it. */
const named = (
  parts: Sum["parts"],
  gone: ReadonlyArray<string>,
  { width }: Column,
): Sum["parts"] => {
  const text = `${signs.gone} ${gone.join(", ")}`
  const others = parts.filter(({ difference }) => difference !== "gone")
  const used = others.reduce((sum, part) => sum + part.text.length + 2, 0)
  return gone.length > 0 && (used + text.length) * 6.2 <= width
    ? [...others, { difference: "gone", text }]
    : parts
}
