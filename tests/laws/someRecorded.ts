/** Arbitrary recorded events of every kind, derived from the schemas, for the laws of the log's codecs. */
import * as Arbitrary from "effect/Arbitrary"
import * as Schema from "effect/Schema"
import type { Recorded } from "../../core/event/Envelope.ts"
import { type Event, Known, kinds, known } from "../../core/event/Event.ts"

/** Node 24's JSON.parse now and then gives an escaped member's name as another one: a name here needs no escape. */
const plainName = /^[ !#-[\]-~]*$/

/**
 * JSON does not know the sign of zero, so neither does an arbitrary event; nor does it have a member `__proto__`, which
 * decoding leaves out (no name of ours or of a backend's is that one).
 */
const withoutNegativeZero = <A>(value: A): A => {
  if (typeof value === "number") return (value === 0 ? 0 : value) as A
  if (value instanceof Uint8Array || typeof value !== "object" || value === null) return value
  const changed: unknown = Array.isArray(value)
    ? value.map(withoutNegativeZero)
    : Object.fromEntries(
        Object.entries(value)
          .filter(([key]) => key !== "__proto__" && plainName.test(key))
          .map(([key, one]) => [key, withoutNegativeZero(one)]),
      )
  return changed as A // the same shape, with other zeros
}

const unknownEvent = Arbitrary.map(
  Arbitrary.all({
    kind: Arbitrary.schema(Schema.NonEmptyString),
    data: Arbitrary.schema(Schema.Record(Schema.String, Schema.Json)),
  }),
  ({ kind, data }): Event => ({
    _tag: "Unknown",
    kind: new Set<string>(kinds).has(kind) ? `${kind}2` : kind,
    data: withoutNegativeZero(JSON.parse(JSON.stringify(data))),
  }),
)

/** One arbitrary for each kind, by its name. */
export const events: ReadonlyArray<readonly [string, Arbitrary.Arbitrary<Event>]> = [
  ...known.map(
    (schema, index) =>
      [
        kinds[index],
        Arbitrary.map(Arbitrary.schema(schema) as Arbitrary.Arbitrary<Event>, withoutNegativeZero), // one of the union's
      ] as const,
  ),
  ["Unknown", unknownEvent],
]

export const anyEvent: Arbitrary.Arbitrary<Event> = Arbitrary.flatMap(
  Arbitrary.schema(Schema.Boolean),
  (isKnown) =>
    isKnown ? Arbitrary.map(Arbitrary.schema(Known), withoutNegativeZero) : unknownEvent,
)

const Place = Schema.Struct({
  stream: Schema.String,
  revision: Schema.Natural,
  occurredMs: Schema.Finite,
  laterMs: Schema.Natural,
  causes: Schema.Array(Schema.Natural),
})

/** Events with arbitrary places, at contiguous positions from one that leaves room for causes. */
export const batchOf = (
  event: Arbitrary.Arbitrary<Event>,
): Arbitrary.Arbitrary<ReadonlyArray<Recorded>> =>
  Arbitrary.map(
    Arbitrary.array(Arbitrary.all([event, Arbitrary.schema(Place)]), { minLength: 1 }),
    (pairs) => {
      let recordedMs = 1_700_000_000_000
      return pairs.map(([one, place], index) => {
        recordedMs += place.laterMs % 3
        const position = 1_000_000 + index
        return {
          position,
          stream: place.stream,
          revision: place.revision,
          occurredMs: withoutNegativeZero(place.occurredMs),
          recordedMs,
          causes: place.causes.map((cause) => cause % position),
          event: one,
        }
      })
    },
  )
