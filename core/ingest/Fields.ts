/**
 * Reads the named fields of one body, with a reason and a place for the first that is wrong.
 *
 * Backends write numbers and flags as JSON or as text ("1492", "false", "-123.00"), and an empty
 * text or null where a variable has no value: all of that is taken. What cannot be meant is refused.
 * Payloads are never quoted in a reason, which may end up in an operator's log.
 */
import * as Bytes from "../kernel/Bytes.ts"
import * as Instant from "../kernel/Instant.ts"
import * as Rejected from "../kernel/Rejected.ts"
import * as Ids from "../event/ids.ts"

/** Says why a value is refused; gives undefined so that a `Read` can return it. */
export type Refuse = (reason: string, detail: string) => undefined

/** Reads a value that is there; undefined after it was refused. */
export type Read<T> = (value: unknown, refuse: Refuse) => T | undefined

export interface Fields {
  /** The field is there and not empty. */
  readonly has: (name: string) => boolean
  /** The value as it is; undefined where there is none. */
  readonly raw: (name: string) => unknown
  readonly optional: <T>(name: string, read: Read<T>) => T | undefined
  readonly required: <T>(name: string, read: Read<T>) => T | undefined
  readonly refuse: (name: string, reason: string, detail: string) => undefined
  /** The first refusal of all that was read so far. */
  readonly rejected: () => Rejected.Rejected | undefined
}

export type Body = Readonly<Record<string, unknown>>

export const isBody = (value: unknown): value is Body =>
  typeof value === "object" && value !== null && !Array.isArray(value)

/**
 * `root` is the place of the body: a JSON path (`$[3]`), or, where fields are parameters or columns,
 * empty or text that ends in a space (`line 3 `).
 */
export const make = (body: Body, root: string): Fields => {
  const before = root === "" || root.endsWith(" ") ? root : `${root}.`
  let first: Rejected.Rejected | undefined
  const refuse = (name: string, reason: string, detail: string): undefined => {
    first ??= Rejected.make(reason, before + name, detail)
    return undefined
  }
  const raw = (name: string): unknown => (Object.hasOwn(body, name) ? body[name] : undefined)
  const has = (name: string): boolean => !isEmpty(raw(name))
  const optional = <T>(name: string, read: Read<T>): T | undefined =>
    has(name) ? read(raw(name), (reason, detail) => refuse(name, reason, detail)) : undefined
  const required = <T>(name: string, read: Read<T>): T | undefined =>
    has(name) ? optional(name, read) : refuse(name, "missing", `there is no ${name}`)
  return { has, raw, optional, required, refuse, rejected: () => first }
}

const isEmpty = (value: unknown): boolean =>
  value === undefined || value === null || value === "" || value === "null" || value === "N/A"

const decimal = /^[+-]?\d{1,20}(\.\d{1,20})?([eE][+-]?\d{1,3})?$/

/** A number, or the decimal text of one, within bounds. */
export const number =
  (range: { readonly min: number; readonly max: number }): Read<number> =>
  (value, refuse) => {
    const read =
      typeof value === "number"
        ? value
        : typeof value === "string" && decimal.test(value)
          ? Number(value)
          : Number.NaN
    if (!Number.isFinite(read)) return refuse("bad-number", `${shown(value)} is no number`)
    if (read < range.min || read > range.max)
      return refuse("out-of-range", `${read} is not within ${range.min} .. ${range.max}`)
    return read
  }

export const integer =
  (range: { readonly min: number; readonly max: number }): Read<number> =>
  (value, refuse) => {
    const read = number(range)(value, refuse)
    if (read === undefined || Number.isInteger(read)) return read
    return refuse("bad-number", `${read} is not whole`)
  }

/** The counter has 12 bits on air (SIGFOX.md part 1). */
export const seq = integer({ min: 0, max: 4095 })
/** Far beyond what a receiver can measure: only a unit mistaken lies outside. */
export const rssiDbm = number({ min: -200, max: 50 })
export const snrDb = number({ min: -100, max: 200 })
export const latitude = number({ min: -90, max: 90 })
export const longitude = number({ min: -180, max: 180 })

export const flag: Read<boolean> = (value, refuse) => {
  if (value === true || value === "true" || value === 1 || value === "1") return true
  if (value === false || value === "false" || value === 0 || value === "0") return false
  return refuse("bad-flag", `${shown(value)} is neither true nor false`)
}

export const device: Read<Ids.DeviceId> = (value, refuse) =>
  Ids.parseDeviceId(nameOf(value)) ??
  refuse("bad-device", `${shown(value)} cannot be a device's id`)

export const station: Read<Ids.StationId> = (value, refuse) =>
  Ids.parseStationId(nameOf(value)) ??
  refuse("bad-station", `${shown(value)} cannot be a station's id`)

/** Seconds since 1970 (10 digits) or milliseconds (13 digits), as the backend writes both. */
export const timeMs: Read<number> = (value, refuse) => {
  const read = number({ min: 0, max: Number.MAX_SAFE_INTEGER })(value, (_, detail) =>
    refuse("bad-time", detail),
  )
  if (read === undefined) return undefined
  const ms = read >= 1e9 && read < 1e10 ? read * 1000 : read
  if (ms >= 1e12 && ms < Instant.latestMs) return Math.trunc(ms)
  return refuse("bad-time", `${shown(value)} is neither seconds nor milliseconds since 1970`)
}

/** Longest payload of an uplink, in bytes (SIGFOX.md part 1). */
const payloadBytesMax = 12

export const payload: Read<Uint8Array> = (value, refuse) => {
  if (typeof value !== "string") return refuse("bad-hex", "the payload is no text")
  if (value.length > 2 * payloadBytesMax)
    return refuse("too-long", `the payload is longer than ${payloadBytesMax} bytes`)
  return Bytes.fromHex(value) ?? refuse("bad-hex", "the payload is no even number of hex digits")
}

/** A value as short text, for a sentence. */
export const shown = (value: unknown): string => {
  if (typeof value === "string") return JSON.stringify(value.slice(0, shownCharsMax))
  if (typeof value === "number" || typeof value === "boolean") return String(value)
  return value === null
    ? "null"
    : Array.isArray(value)
      ? "a list"
      : `a value of type ${typeof value}`
}

const shownCharsMax = 40

const nameOf = (value: unknown): string =>
  typeof value === "string" ? value : Number.isSafeInteger(value) ? String(value) : ""
