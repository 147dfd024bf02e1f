/**
 * Rows of a table on their way into the database, in its own vectors: a row is written into its columns as it comes, as the
 * bytes that the database holds.
 *
 * Measured on rows of receptions: value by value through the library they took 5 us, empty ones the most of it; rows kept
 * as lists until they were written, half of the time that is left.
 *
 * A value that does not fit its column (a source may say anything) is left empty.
 */
import { type DuckDBAppender, DuckDBDataChunk, type DuckDBType } from "@duckdb/node-api"
import duckdb from "@duckdb/node-bindings"
import type { Cell, Column, Row, Table } from "./Table.ts"

/** The database's own size of a vector. */
const chunkMax = 2048

export interface Chunks {
  /** Adds a row. */
  readonly push: (row: Row) => void
  readonly isEmpty: () => boolean
  /** Hands all rows on, in their order, and forgets them. */
  readonly into: (appender: DuckDBAppender) => void
}

/** `types`: as the database has the columns. */
export const make = (table: Table, types: ReadonlyArray<DuckDBType>): Chunks => {
  let columns: ReadonlyArray<Values> | undefined
  let full: Array<DuckDBDataChunk> = []
  let count = 0

  const close = (): void => {
    if (columns === undefined || count === 0) return
    const chunk = DuckDBDataChunk.create(types, count)
    for (let i = 0; i < columns.length; i++)
      columns[i].into(duckdb.data_chunk_get_vector(chunk.chunk, i), count)
    full.push(chunk)
    count = 0
  }

  return {
    push: (row) => {
      // Most tables have no rows most of the time.
      columns ??= table.columns.map(valuesOf)
      for (let i = 0; i < columns.length; i++) columns[i].set(count, row[i])
      count++
      if (count === chunkMax) close()
    },
    isEmpty: () => count === 0 && full.length === 0,
    into: (appender) => {
      close()
      for (const chunk of full) appender.appendDataChunk(chunk)
      full = []
    },
  }
}

/** One column of a chunk. */
interface Values {
  readonly set: (i: number, cell: Cell) => void
  /** Writes so many values into the vector, and begins anew. */
  readonly into: (vector: duckdb.Vector, count: number) => void
}

/** Puts a value at a row; false where it does not fit the column. */
type Put = (i: number, cell: Exclude<Cell, null>) => boolean

const column = (bytes: ArrayBuffer, put: Put, texts?: Texts): Values => {
  /** A bit a row: whether it is empty. */
  const empty = new Uint32Array(chunkMax / 32)
  let isSomeEmpty = false
  return {
    set: (i, cell) => {
      if (cell !== null && put(i, cell)) return
      empty[i >>> 5] |= 1 << (i & 31)
      isSomeEmpty = true
    },
    into: (vector, count) => {
      const length = (bytes.byteLength / chunkMax) * count
      duckdb.copy_data_to_vector(vector, 0, bytes, 0, length)
      if (texts !== undefined && texts.size > 0) {
        placeTexts(vector, texts, bytes, length)
        duckdb.copy_data_to_vector(vector, 0, bytes, 0, length)
        texts.clear()
      }
      if (!isSomeEmpty) return
      const valid = empty.map((bits) => ~bits)
      duckdb.vector_ensure_validity_writable(vector)
      duckdb.copy_data_to_vector_validity(vector, 0, valid.buffer, 0, valid.byteLength)
      empty.fill(0)
      isSomeEmpty = false
    },
  }
}

/** Texts that do not fit into their place, with the rows that have them. */
type Texts = Map<string, Array<number>>

/**
 * The place of a long text says where it lies, which only the database knows: it lays down each text once, and the other
 * rows of the chunk that have it get the same place.
 */
const placeTexts = (
  vector: duckdb.Vector,
  texts: Texts,
  bytes: ArrayBuffer,
  length: number,
): void => {
  for (const [text, [first]] of texts) duckdb.vector_assign_string_element(vector, first, text)
  const placed = duckdb.vector_get_data(vector, length)
  const into = new Uint8Array(bytes)
  for (const rows of texts.values()) {
    const place = placed.subarray(placeBytes * rows[0], placeBytes * (rows[0] + 1))
    for (const i of rows) into.set(place, placeBytes * i)
  }
}

const valuesOf = ({ type, values }: Column): Values =>
  values === undefined ? makers[type]() : enumerated(values)

const enumerated = (values: ReadonlyArray<string>): Values => {
  const places = new Map<Cell, number>(values.map((value, i) => [value, i]))
  const into = new Uint8Array(chunkMax)
  return column(into.buffer, (i, cell) => {
    const place = places.get(cell)
    if (place === undefined) return false
    into[i] = place
    return true
  })
}

const integer = (
  bits: number,
  into: Int8Array<ArrayBuffer> | Int16Array<ArrayBuffer> | Int32Array<ArrayBuffer>,
): Values => {
  const end = 2 ** (bits - 1)
  return column(into.buffer, (i, cell) => {
    if (typeof cell !== "number" || !Number.isInteger(cell) || Math.abs(cell) >= end) return false
    into[i] = cell
    return true
  })
}

const finite = (into: Float32Array<ArrayBuffer> | Float64Array<ArrayBuffer>): Values =>
  column(into.buffer, (i, cell) => {
    if (typeof cell !== "number" || !Number.isFinite(cell)) return false
    into[i] = cell
    return true
  })

/** A whole number that a double holds exactly, as 64 bits: little-endian, as every machine that the database runs on. */
const putLong = (words: Int32Array, i: number, value: number): void => {
  words[2 * i] = value
  words[2 * i + 1] = Math.floor(value / 2 ** 32)
}

/** Of ECMAScript's dates; the database's own go further. */
const msMax = 8.64e15

/** Of a text's place. */
const placeBytes = 16
/** Texts of so many bytes at most lie in it. */
const inPlaceMax = 12

const makers: Readonly<Record<Column["type"], () => Values>> = {
  BIGINT: () => {
    const words = new Int32Array(2 * chunkMax)
    return column(words.buffer, (i, cell) => {
      if (typeof cell !== "number" || !Number.isSafeInteger(cell)) return false
      putLong(words, i, cell)
      return true
    })
  },
  INTEGER: () => integer(32, new Int32Array(chunkMax)),
  SMALLINT: () => integer(16, new Int16Array(chunkMax)),
  TINYINT: () => integer(8, new Int8Array(chunkMax)),
  DOUBLE: () => finite(new Float64Array(chunkMax)),
  FLOAT: () => finite(new Float32Array(chunkMax)),
  BOOLEAN: () => {
    const into = new Uint8Array(chunkMax)
    return column(into.buffer, (i, cell) => {
      into[i] = cell === true ? 1 : 0
      return typeof cell === "boolean"
    })
  },
  TIMESTAMP: () => {
    const words = new Int32Array(2 * chunkMax)
    const micros = new BigInt64Array(words.buffer)
    return column(words.buffer, (i, cell) => {
      if (typeof cell !== "number" || !(Math.abs(cell) <= msMax)) return false
      const us = Math.round(cell) * 1000
      if (Number.isSafeInteger(us)) putLong(words, i, us)
      else micros[i] = BigInt(Math.round(cell)) * 1000n
      return true
    })
  },
  VARCHAR: () => {
    const words = new Int32Array(4 * chunkMax)
    const bytes = new Uint8Array(words.buffer)
    const texts: Texts = new Map()
    return column(
      words.buffer,
      (i, cell) => {
        if (typeof cell !== "string") return false
        if (putInPlace(words, bytes, i, cell)) return true
        const rows = texts.get(cell)
        if (rows === undefined) texts.set(cell, [i])
        else rows.push(i)
        return true
      },
      texts,
    )
  },
}

/** A short text as its place holds it: how long it is, its bytes, zeros. False for one that is long or has other letters. */
const putInPlace = (words: Int32Array, bytes: Uint8Array, i: number, text: string): boolean => {
  const { length } = text
  words[4 * i] = length
  words[4 * i + 1] = 0
  words[4 * i + 2] = 0
  words[4 * i + 3] = 0
  if (length > inPlaceMax) return false
  const at = placeBytes * i + 4
  for (let k = 0; k < length; k++) {
    const code = text.charCodeAt(k)
    if (code > 0x7f) return false
    bytes[at + k] = code
  }
  return true
}
