/**
 * A table of the analytics database: what a column holds is said here once, for the database, the documents
 * and the console.
 *
 * Rows are only ever added. Each carries the position of the event that made it and both clocks, so the tables
 * as of a position are the rows up to it.
 */
import type { Recorded } from "../../core/event/Envelope.ts"

export type ColumnType =
  | "BIGINT"
  | "INTEGER"
  | "SMALLINT"
  | "TINYINT"
  | "DOUBLE"
  | "FLOAT"
  | "BOOLEAN"
  | "VARCHAR"
  | "TIMESTAMP"

export interface Column {
  readonly name: string
  readonly type: ColumnType
  readonly about: string
  /** The only values there are, where they are few and known: kept as one byte each. */
  readonly values?: ReadonlyArray<string>
}

export interface Table {
  readonly name: string
  readonly about: string
  readonly columns: ReadonlyArray<Column>
}

/** A timestamp is given in ms since 1970, UTC. */
export type Cell = string | number | boolean | null

/** Cells in the order of the table's columns. */
export type Row = ReadonlyArray<Cell>

/** Where rows of one table go: a list, or what writes them. */
export interface Sink {
  readonly push: (row: Row) => unknown
}

export const column = (
  name: string,
  type: ColumnType,
  about: string,
  values?: ReadonlyArray<string>,
): Column => ({ name, type, about, ...(values === undefined ? {} : { values }) })

/** What every table begins with. */
export const place: ReadonlyArray<Column> = [
  column("position", "BIGINT", "Of the event in the log that made the row."),
  column("occurred_at", "TIMESTAMP", "When it happened by the source's clock, UTC."),
  column("recorded_at", "TIMESTAMP", "When the twin committed it, by its own clock, UTC."),
]

export const placeOf = ({
  occurredMs,
  position,
  recordedMs,
}: Recorded): readonly [number, number, number] => [position, occurredMs, recordedMs]

/** The statement that makes the table in a schema. */
export const definition = (schema: string, table: Table): string =>
  `CREATE TABLE ${schema}.${table.name} (${table.columns
    .map((each) => `${each.name} ${typeOf(each)}`)
    .join(", ")})`

/** The column's type as the database is told it. */
const typeOf = ({ type, values }: Column): string =>
  values === undefined ? type : `ENUM(${values.map((value) => `'${value}'`).join(", ")})`
