/** An answer as a file: CSV for people, an Arrow stream for programs, GeoJSON for maps. */
import type { Answer } from "./Analytics.ts"
import * as Instant from "../../core/kernel/Instant.ts"
import type { Value } from "./Result.ts"

const quoted = /[",\r\n]/

/** RFC 4180, with a line of names. An empty cell is no value. */
export const toCsv = ({ columns, rows }: Pick<Answer, "columns" | "rows">): string =>
  [columns.map(({ name }) => name), ...rows]
    .map((row) => row.map((value) => csvCell(value)).join(","))
    .map((line) => `${line}\r\n`)
    .join("")

const csvCell = (value: Value): string => {
  const text = textOf(value)
  return quoted.test(text) ? `"${text.replaceAll('"', '""')}"` : text
}

const textOf = (value: Value): string => {
  if (value === null) return ""
  return typeof value === "object" ? JSON.stringify(value) : String(value)
}

/**
 * An Arrow IPC stream. Lists and structs go as their JSON. The schema follows from the columns alone, so that streams of
 * the same columns can be joined (`arrowPart`).
 */
export const toArrow = async ({
  columns,
  rows,
}: Pick<Answer, "columns" | "rows">): Promise<Uint8Array> => {
  // Large, and rarely wanted.
  const arrow = await import("apache-arrow")
  const names = distinct(columns.map(({ name }) => name))
  const typeOf = (type: string) => {
    if (whole.test(type)) return new arrow.Int64()
    if (/^(FLOAT|DOUBLE|DECIMAL|HUGEINT)/.test(type)) return new arrow.Float64()
    if (type === "BOOLEAN") return new arrow.Bool()
    return type.startsWith("TIMESTAMP") ? new arrow.TimestampMillisecond() : new arrow.Utf8()
  }
  const fields = columns.map(({ type }, i) => new arrow.Field(names[i], typeOf(type), true))
  const vectors = fields.map(({ type }, i) =>
    arrow.vectorFromArray(
      rows.map((row) => arrowCell(columns[i].type, row[i])),
      type,
    ),
  )
  return arrow.tableToIPC(
    new arrow.Table(
      new arrow.Schema(fields),
      Object.fromEntries(names.map((name, i) => [name, vectors[i]])),
    ),
    "stream",
  )
}

const whole = /^(TINYINT|SMALLINT|INTEGER|BIGINT|U(TINY|SMALL|BIG)?INT(EGER)?)$/

/** A value that the column's type in Arrow has no form for is left out. */
const arrowCell = (type: string, value: Value): string | number | bigint | boolean | null => {
  if (value === null) return null
  if (whole.test(type))
    return typeof value === "number" || typeof value === "string" ? BigInt(value) : null
  if (/^(FLOAT|DOUBLE|DECIMAL|HUGEINT)/.test(type)) return Number(value)
  if (type === "BOOLEAN") return value === true
  if (type.startsWith("TIMESTAMP")) return typeof value === "string" ? instantOf(value) : null
  return textOf(value)
}

/** Bytes of the first message of a stream, its schema: eight that say how long it is, and that many. */
const schemaLength = (stream: Uint8Array): number =>
  8 + new DataView(stream.buffer, stream.byteOffset).getInt32(4, true)

/** Of the mark that ends a stream. */
const endLength = 8

/** A part of a longer stream: the schema stands in the first alone, and the end after the last. */
export const arrowPart = (
  stream: Uint8Array,
  { isFirst, isLast }: { readonly isFirst: boolean; readonly isLast: boolean },
): Uint8Array =>
  stream.subarray(
    isFirst ? 0 : schemaLength(stream),
    isLast ? stream.length : stream.length - endLength,
  )

const instantOf = (iso: string): number | null => Instant.parse(iso) ?? null

/** A second column of a name gets its number with it. */
const distinct = (names: ReadonlyArray<string>): ReadonlyArray<string> =>
  names.map((name, index) =>
    names.indexOf(name) === index
      ? name
      : `${name}_${names.slice(0, index).filter((each) => each === name).length}`,
  )

/**
 * RFC 7946: a feature a row, with its place from the columns `lat` and `lng`: numbers make a point, lists of them a set
 * of points. The other columns are its properties. Undefined where there are no such columns.
 */
export const toGeoJson = ({
  columns,
  rows,
}: Pick<Answer, "columns" | "rows">): string | undefined => {
  const names = distinct(columns.map(({ name }) => name))
  const lat = names.indexOf("lat")
  const lng = names.indexOf("lng")
  if (lat < 0 || lng < 0) return undefined
  const features = rows.map((row) => ({
    type: "Feature",
    geometry: geometryOf(row[lat], row[lng]),
    properties: Object.fromEntries(
      names.flatMap((name, i) => (i === lat || i === lng ? [] : [[name, row[i]]])),
    ),
  }))
  return `{"type":"FeatureCollection","features":[\n${features.map((each) => JSON.stringify(each)).join(",\n")}\n]}\n`
}

/** A feature without a place has none. */
const geometryOf = (lat: Value, lng: Value) => {
  if (typeof lat === "number" && typeof lng === "number")
    return { type: "Point", coordinates: [lng, lat] }
  if (!Array.isArray(lat) || !Array.isArray(lng)) return null
  const coordinates = lat.flatMap((each: Value, i) => {
    const other: Value = lng[i] ?? null
    return typeof each === "number" && typeof other === "number" ? [[other, each]] : []
  })
  return coordinates.length === 0 ? null : { type: "MultiPoint", coordinates }
}
