/**
 * Rows into a table, in the database's own vectors: some ten times as fast as statements.
 *
 * A value that does not fit its column (a source may say anything) is left empty.
 */
import {
  type DuckDBAppender,
  DuckDBDataChunk,
  DuckDBTimestampValue,
  type DuckDBType,
  DOUBLE,
} from "@duckdb/node-api"
import type { Cell, Column, Row, Table } from "./Table.ts"

/** The database's own size of a vector. */
const chunkMax = 2048

export const append = (appender: DuckDBAppender, table: Table, rows: ReadonlyArray<Row>): void => {
  const types = table.columns.map((column, index) => typeOf(appender, column, index))
  for (let from = 0; from < rows.length; from += chunkMax) {
    const count = Math.min(chunkMax, rows.length - from)
    const chunk = DuckDBDataChunk.create(types, count)
    for (let index = 0; index < types.length; index++) {
      const vector = chunk.getColumnVector(index)
      const fit = fits[table.columns[index].type]
      for (let i = 0; i < count; i++) {
        const cell = rows[from + i][index]
        vector.setItem(i, cell === null ? null : fit(cell))
      }
      vector.flush()
    }
    appender.appendDataChunk(chunk)
  }
}

/** Positions go as doubles, which hold them exactly: a BigInt each would cost more than all else of a row. */
const typeOf = (appender: DuckDBAppender, { type }: Column, index: number): DuckDBType =>
  type === "BIGINT" ? DOUBLE : appender.columnType(index)

const same = (cell: Cell) => cell

const integer = (bits: number) => (cell: Cell) =>
  typeof cell === "number" && Number.isInteger(cell) && Math.abs(cell) < 2 ** (bits - 1)
    ? cell
    : null

const finite = (cell: Cell) => (typeof cell === "number" && Number.isFinite(cell) ? cell : null)

/** Of ECMAScript's dates; the database's own go further. */
const msMax = 8.64e15

const timestamp = (cell: Cell) =>
  typeof cell === "number" && Math.abs(cell) <= msMax
    ? new DuckDBTimestampValue(BigInt(Math.round(cell)) * 1000n)
    : null

const fits = {
  BIGINT: integer(54),
  INTEGER: integer(32),
  SMALLINT: integer(16),
  TINYINT: integer(8),
  DOUBLE: finite,
  FLOAT: finite,
  BOOLEAN: same,
  VARCHAR: same,
  TIMESTAMP: timestamp,
} as const
