/**
 * What a named question may be given: a text from a command line, an address or a form, and how it is read. One value
 * for all of them, so that each names, describes and refuses it alike.
 */
import * as Option from "effect/Option"
import * as Schema from "effect/Schema"
import * as SchemaGetter from "effect/SchemaGetter"
import { CustomerId, parseDeviceId, parseStationId } from "../../../core/event/ids.ts"
import * as Instant from "../../../core/kernel/Instant.ts"

export type Scalar = string | number

export interface Parameter<Value extends Scalar = Scalar> {
  readonly about: string
  /** For the sentence "must be …". */
  readonly form: string
  /** What a form offers for it. */
  readonly kind: "text" | "number" | "instant" | "choice"
  readonly choices?: ReadonlyArray<string>
  readonly schema: Schema.Codec<Value, string>
  /** What holds where it is not given; where there is none, nothing is left out. */
  readonly absent?: Value
}

export type Parameters = Readonly<Record<string, Parameter>>

/** What a question's SQL is made from. */
export type Given<P extends Parameters> = {
  readonly [Name in keyof P]: P[Name] extends { readonly absent: infer Value }
    ? Value
    : P[Name] extends Parameter<infer Value>
      ? Value | undefined
      : never
}

/** Undefined where the text is not of the form. */
export const read = <Value extends Scalar>(
  { schema }: Parameter<Value>,
  text: string,
): Value | undefined => Option.getOrUndefined(Schema.decodeOption(schema)(text))

/** Text that a reader turns into what it means; empty is no text of the form. */
const readBy = (reader: (text: string) => string | undefined): Schema.Codec<string, string> =>
  Schema.String.pipe(
    Schema.decodeTo(Schema.String.check(Schema.isMinLength(1)), {
      decode: SchemaGetter.transform((text) => reader(text) ?? ""),
      encode: SchemaGetter.transform((text) => text),
    }),
  )

const text = (about: string, form: string, schema: Schema.Codec<string, string>) =>
  ({ about, form, kind: "text", schema }) satisfies Parameter<string>

export const device = text("Of this device alone.", "a device id", readBy(parseDeviceId))
export const station = text("Of this station alone.", "a station id", readBy(parseStationId))
export const customer = text(
  "Of this customer alone.",
  "a customer id",
  readBy((given) => (Schema.is(CustomerId)(given) ? given : undefined)),
)

/** A number, whole where `whole` says so. */
export const number = (given: {
  readonly about: string
  readonly min: number
  readonly max: number
  readonly whole?: boolean
}): Parameter<number> => ({
  about: given.about,
  form: `a${given.whole === true ? " whole" : ""} number ${given.min}..${given.max}`,
  kind: "number",
  schema: (given.whole === true ? wholeNumber : anyNumber).check(
    Schema.isBetween({ minimum: given.min, maximum: given.max }),
  ),
})

const anyNumber = Schema.String.check(Schema.isPattern(/^-?\d{1,15}(\.\d{1,12})?$/)).pipe(
  Schema.decodeTo(Schema.FiniteFromString),
)
const wholeNumber = Schema.String.check(Schema.isPattern(/^-?\d{1,15}$/)).pipe(
  Schema.decodeTo(Schema.FiniteFromString),
)

export const choice = <const Choice extends string>(
  about: string,
  choices: readonly [Choice, ...ReadonlyArray<Choice>],
) => ({
  about,
  form: `one of ${choices.join(", ")}`,
  kind: "choice" as const,
  choices,
  schema: Schema.Literals(choices),
  absent: choices[0],
})

export const withDefault = <Value extends Scalar>(parameter: Parameter<Value>, absent: Value) => ({
  ...parameter,
  absent,
})

const instant = (about: string): Parameter<number> => ({
  about,
  form: "an instant in ISO 8601 (as 2026-03-01T12:00:00Z; without a zone it is UTC)",
  kind: "instant",
  schema: Schema.String.pipe(
    Schema.decodeTo(Schema.Finite, {
      decode: SchemaGetter.transform((given) =>
        /^\d+$/.test(given) ? Number.NaN : (Instant.parse(given) ?? Number.NaN),
      ),
      encode: SchemaGetter.transform((ms) => Instant.toIso(ms)),
    }),
  ),
})

/** When it happened, by the sources' clocks; ms since 1970 for the SQL. */
export const from = instant("What happened from this instant on.")
export const until = instant("What happened before this instant.")
export const period = { from, until }
