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

/** An Arrow IPC stream. Lists and structs go as their JSON. */
export const toArrow = async ({
  columns,
  rows,
}: Pick<Answer, "columns" | "rows">): Promise<Uint8Array> => {
  // Large, and rarely wanted.
  const { Bool, Float64, Int64, Table, TimestampMillisecond, Utf8, tableToIPC, vectorFromArray } =
    await import("apache-arrow")
  const vectors = columns.map(({ type }, index) => {
    const cells = rows.map((row) => row[index])
    const is = (kind: string) => cells.every((cell) => cell === null || typeof cell === kind)
    if (/^(TINYINT|SMALLINT|INTEGER|BIGINT|U[A-Z]*INT[A-Z]*)$/.test(type) && is("number"))
      return vectorFromArray(
        cells.map((cell) => (typeof cell === "number" ? BigInt(cell) : null)),
        new Int64(),
      )
    if (is("number")) return vectorFromArray(cells.map(numberOf), new Float64())
    if (type === "BOOLEAN" && is("boolean"))
      return vectorFromArray(
        cells.map((cell) => (typeof cell === "boolean" ? cell : null)),
        new Bool(),
      )
    if (type.startsWith("TIMESTAMP"))
      return vectorFromArray(
        cells.map((cell) => (typeof cell === "string" ? instantOf(cell) : null)),
        new TimestampMillisecond(),
      )
    return vectorFromArray(
      cells.map((cell) => (cell === null ? null : textOf(cell))),
      new Utf8(),
    )
  })
  const names = distinct(columns.map(({ name }) => name))
  return tableToIPC(
    new Table(Object.fromEntries(names.map((name, index) => [name, vectors[index]]))),
    "stream",
  )
}

const numberOf = (value: Value): number | null => (typeof value === "number" ? value : null)

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
