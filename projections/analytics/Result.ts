/** A value as it is answered: JSON's own, whatever the database's type was. */
import {
  DuckDBBlobValue,
  DuckDBDateValue,
  DuckDBDecimalValue,
  DuckDBListValue,
  DuckDBStructValue,
  DuckDBTimestampTZValue,
  DuckDBTimestampValue,
  type DuckDBValue,
} from "@duckdb/node-api"
import * as Instant from "../../core/kernel/Instant.ts"
import * as Bytes from "../../core/kernel/Bytes.ts"

export type Value =
  | null
  | boolean
  | number
  | string
  | ReadonlyArray<Value>
  | { readonly [key: string]: Value }

/** Whole numbers beyond 2^53 and all that JSON has no form for become text; instants ISO 8601 UTC. */
export const valueOf = (value: DuckDBValue): Value => {
  if (value === null || value === undefined) return null
  if (typeof value === "boolean" || typeof value === "string") return value
  if (typeof value === "number") return Number.isFinite(value) ? value : null
  if (typeof value === "bigint")
    return value >= -safe && value <= safe ? Number(value) : String(value)
  if (value instanceof DuckDBTimestampValue || value instanceof DuckDBTimestampTZValue)
    return instantOf(value.micros)
  if (value instanceof DuckDBDecimalValue) return value.toDouble()
  if (value instanceof DuckDBDateValue) return value.toString()
  if (value instanceof DuckDBListValue) return value.items.map(valueOf)
  if (value instanceof DuckDBStructValue)
    return Object.fromEntries(
      Object.entries(value.entries).map(([name, each]) => [name, valueOf(each)]),
    )
  if (value instanceof DuckDBBlobValue) return Bytes.toHex(value.bytes)
  return String(value)
}

const safe = BigInt(Number.MAX_SAFE_INTEGER)

const instantOf = (micros: bigint): string => {
  const ms = Number(micros / 1000n)
  return Math.abs(ms) <= instantMax ? Instant.toIso(ms) : String(micros)
}

/** Of ECMAScript's dates. */
const instantMax = 8.64e15
