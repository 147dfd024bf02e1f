/** The things of the picture as rows (RFC 4180), so that they can be counted elsewhere: all that the view holds. */
import type { ChainView } from "../../../projections/chain/ChainView.ts"

const columns = [
  "kind",
  "id",
  "name",
  "in",
  "state",
  "reason",
  "heard",
  "rate_per_minute",
  "delivered",
  "pending",
  "given_up",
] as const
type Row = Partial<Record<(typeof columns)[number], string | number>>

export const rowsCsv = (view: ChainView): string =>
  [columns.join(","), ...rowsOf(view).map(lineOf)].map((line) => `${line}\r\n`).join("")

const rowsOf = (view: ChainView): ReadonlyArray<Row> => [
  ...view.groups.flatMap((group) =>
    group.shown.map(({ heardMs, id, reason, verdict }) => ({
      kind: "device",
      id,
      in: group.label,
      state: verdict,
      reason: reason ?? "",
      heard: isoOf(heardMs),
    })),
  ),
  ...view.stations.map(({ city, heardMs, id, name, rate, trust }) => ({
    kind: "station",
    id,
    name: name ?? "",
    in: city ?? "",
    state: trust,
    heard: isoOf(heardMs),
    rate_per_minute: rate,
  })),
  ...view.dataCentres.map(({ id, links, name, rate }) => ({
    kind: "data centre",
    id,
    name,
    state: links.every(({ up }) => up) ? "up" : "link down",
    reason: links
      .filter(({ up }) => !up)
      .map((link) => link.name)
      .join(" "),
    rate_per_minute: rate,
  })),
  ...view.customers.map(({ abandoned, delivered, error, failing, id, name, pending, rate }) => ({
    kind: "customer",
    id,
    name: name ?? "",
    state: failing > 0 ? "failing" : "ok",
    reason: error ?? "",
    rate_per_minute: rate,
    delivered,
    pending,
    given_up: abandoned,
  })),
]

const isoOf = (ms: number): string => (ms === 0 ? "" : new Date(ms).toISOString())

const lineOf = (row: Row): string =>
  columns.map((name) => cellOf(String(row[name] ?? ""))).join(",")

/** Quoted where it must be; what a spreadsheet would take for a formula is made text. */
const cellOf = (text: string): string => {
  const safe = /^[=+\-@\t\r]/.test(text) ? `'${text}` : text
  return /[",\r\n]/.test(safe) ? `"${safe.replaceAll('"', '""')}"` : safe
}
