/** What is asked: a question by its name with what it is given, or SQL; and the address that says the same to others. */
import * as Schema from "effect/Schema"

const Named = Schema.Struct({
  kind: Schema.Literal("named"),
  name: Schema.String,
  given: Schema.Record(Schema.String, Schema.String),
  at: Schema.String,
})
const Sql = Schema.Struct({
  kind: Schema.Literal("sql"),
  sql: Schema.String,
  at: Schema.String,
})
export const Asking = Schema.Union([Named, Sql])
export type Asking = typeof Asking.Type

export const toQuery = (asking: Asking): string => {
  const at = asking.at === "" ? [] : [["at", asking.at]]
  const parts =
    asking.kind === "sql"
      ? [["sql", asking.sql], ...at]
      : [
          ["ask", asking.name],
          ...at,
          ...Object.entries(asking.given).filter(([, text]) => text !== ""),
        ]
  return `?${new URLSearchParams(parts).toString()}`
}

/** Undefined where the address asks nothing. */
export const fromQuery = (query: string): Asking | undefined => {
  const parts = new URLSearchParams(query)
  const at = parts.get("at") ?? ""
  const name = parts.get("ask")
  const sql = parts.get("sql")
  if (name !== null) {
    const given = [...parts].filter(([key]) => key !== "ask" && key !== "at")
    return { kind: "named", name, given: Object.fromEntries(given), at }
  }
  return sql === null ? undefined : { kind: "sql", sql, at }
}

/** In a few words, for the list of what was asked. */
export const titleOf = (asking: Asking): string => {
  const at = asking.at === "" ? "" : ` as of ${asking.at}`
  if (asking.kind === "sql") return `${asking.sql.replaceAll(/\s+/g, " ").trim()}${at}`
  const given = Object.entries(asking.given)
    .filter(([, text]) => text !== "")
    .map(([name, text]) => `${name} ${text}`)
  return `${[asking.name, ...given].join(", ")}${at}`
}
