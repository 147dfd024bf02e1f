/**
 * A part of a URL: how it is read, and how it is described. One value for both, so that the document
 * cannot say another thing than the server does.
 *
 * `read` gives undefined where the text is not of the form that `form` tells people.
 */
import * as Option from "effect/Option"
import * as Schema from "effect/Schema"
import * as Instant from "../../core/kernel/Instant.ts"
import { CustomerId, parseDeviceId, parseStationId, type StationId } from "../../core/event/ids.ts"

export interface Parameter<Value> {
  readonly description: string
  /** For the sentence "must be …". */
  readonly form: string
  /** JSON Schema of the text. */
  readonly schema: Readonly<Record<string, unknown>>
  readonly read: (text: string) => Option.Option<Value>
  /** What holds where it is not given; none makes it required in a path and absent in a query. */
  readonly absent: Option.Option<Value>
}

export type Parameters = Readonly<Record<string, Parameter<unknown>>>

export type ValuesOf<P extends Parameters> = {
  readonly [Name in keyof P]: P[Name] extends Parameter<infer Value> ? Value : never
}

export const of = <Value>(
  description: string,
  form: string,
  schema: Readonly<Record<string, unknown>>,
  read: (text: string) => Value | undefined,
): Parameter<Value> => ({
  description,
  form,
  schema,
  read: (text) => Option.fromUndefinedOr(read(text)),
  absent: Option.none(),
})

export const withDefault = <Value>(
  parameter: Parameter<Value>,
  value: Value & (string | number),
): Parameter<Value> => ({
  ...parameter,
  schema: { ...parameter.schema, default: value },
  absent: Option.some(value),
})

export const optional = <Value>(parameter: Parameter<Value>): Parameter<Value | undefined> => ({
  ...parameter,
  absent: Option.some(undefined),
})

export const integer = (
  description: string,
  bounds: { readonly min: number; readonly max: number },
): Parameter<number> =>
  of(
    description,
    `a whole number from ${bounds.min} to ${bounds.max}`,
    { type: "integer", minimum: bounds.min, maximum: bounds.max },
    (text) => {
      const value = /^-?\d{1,16}$/.test(text) ? Number(text) : Number.NaN
      return value >= bounds.min && value <= bounds.max ? value : undefined
    },
  )

export const positive = (description: string, max: number): Parameter<number> =>
  of(
    description,
    `a number above 0, at most ${max}`,
    { type: "number", exclusiveMinimum: 0, maximum: max },
    (text) => {
      const value = /^\d{1,9}(\.\d{1,6})?$/.test(text) ? Number(text) : 0
      return value > 0 && value <= max ? value : undefined
    },
  )

export const choice = <const Choice extends string>(
  description: string,
  choices: ReadonlyArray<Choice>,
): Parameter<Choice> =>
  of(description, `one of ${choices.join(", ")}`, { type: "string", enum: choices }, (text) =>
    choices.find((known) => known === text),
  )

/** Short text, for names that are looked up and not interpreted. */
export const name = (description: string): Parameter<string> =>
  of(
    description,
    "1 to 128 printable characters without spaces",
    { type: "string", minLength: 1, maxLength: 128 },
    (text) => (/^[!-~]{1,128}$/.test(text) ? text : undefined),
  )

/** A line of text of people's own, as a city's name. */
export const line = (description: string, lengthMax = 128): Parameter<string> =>
  of(
    description,
    `1 to ${lengthMax} characters on one line`,
    { type: "string", minLength: 1, maxLength: lengthMax },
    (given) =>
      given.length > 0 && given.length <= lengthMax && !/\p{Cc}/u.test(given) ? given : undefined,
  )

/** Several of these, divided by commas. */
export const names = (description: string): Parameter<string> =>
  of(
    description,
    "1 to 1024 printable characters without spaces",
    { type: "string", minLength: 1, maxLength: 1024 },
    (text) => (/^[!-~]{1,1024}$/.test(text) ? text : undefined),
  )

export const instant = (description: string): Parameter<number> =>
  of(
    description,
    "an instant in ISO 8601 (as 2026-03-01T12:00:00Z; without a zone it is UTC)",
    { type: "string", format: "date-time" },
    (text) => (/^\d+$/.test(text) ? undefined : Instant.parse(text)),
  )

/** Id of a customer, a destination or a data centre. */
export const id = (description: string): Parameter<string> =>
  of(
    description,
    "an id: up to 48 letters, digits, dots, dashes and underscores",
    { type: "string", maxLength: 48 },
    (text) => (Schema.is(CustomerId)(text) ? text : undefined),
  )

export const device: Parameter<string> = of(
  "Device, as the network writes it: hexadecimal, leading zeros and case do not matter.",
  "a device id",
  { type: "string", examples: ["4D33DB"] },
  parseDeviceId,
)

export const station: Parameter<StationId> = of(
  "Station.",
  "a station id",
  { type: "string", examples: ["1E6AB"] },
  parseStationId,
)
