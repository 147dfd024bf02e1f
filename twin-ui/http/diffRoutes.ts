/** What differs between two instants of the twin, per thing and per field. */
import * as Effect from "effect/Effect"
import type { Position } from "../../core/event/Envelope.ts"
import { Twin } from "../../projections/run/Twin.ts"
import * as Picture from "../../projections/time/picture.ts"
import * as Seek from "../../projections/time/seek.ts"
import { changesLimitDefault, changesLimitMax, DiffAnswer } from "../api/Diff.ts"
import * as At from "./At.ts"
import { asOf } from "./asOf.ts"
import { offsetMax } from "./lists.ts"
import * as Parameter from "./Parameter.ts"
import * as Problem from "./Problem.ts"
import type { Reading } from "./Reading.ts"
import * as Route from "./Route.ts"
import { seenOf } from "./seenOf.ts"
import { Viewer } from "./Viewer.ts"

/** States kept from the last diffs: the next page, or another instant against the same. */
const keptMax = 2

type Held = Seek.Held<Partial<Picture.States>>

export const make = (reading: Reading) =>
  Effect.map(Twin, (twin) => {
    let kept: ReadonlyArray<{ readonly of: string; readonly held: Held }> = []

    const stateAt = (wanted: ReadonlyArray<Picture.Kind>, to: Position, earlier?: Held) =>
      Effect.gen(function* () {
        const of = wanted.join()
        const same = kept.find((one) => one.of === of && one.held.position === to)
        const projections = Picture.projectionsFor(wanted)
        const held =
          same?.held ??
          (to === (yield* twin.position)
            ? // Copies of the live states, which are at hand.
              yield* Seek.statesOf(projections, to, (projection) => twin.asOf(projection, to))
            : yield* twin.past(Seek.seek(projections, to, earlier)))
        kept = [...kept.filter((one) => one !== same), { of, held }].slice(-keptMax)
        return held
      })

    return [
      Route.make({
        method: "GET",
        path: "/api/diff",
        operation: "diff",
        tag: "state",
        access: "api",
        filtered: true,
        summary: "What differs between two instants, per thing and per field",
        description:
          "Reversible: a thing's fields with `to` put in place of `from` give the later side, and the other way round. Positions of recent events are left out.",
        query: {
          from: At.parameter("The one side: with this position in it, or this instant."),
          to: Parameter.optional(At.parameter("The other side; now when it is not given.")),
          clock: asOf.clock,
          of: Parameter.optional(
            Parameter.names(`Only these, divided by commas: ${Picture.kinds.join(", ")}.`),
          ),
          limit: Parameter.withDefault(
            Parameter.integer("Things in the answer.", { min: 1, max: changesLimitMax }),
            changesLimitDefault,
          ),
          offset: Parameter.withDefault(
            Parameter.integer("Things to pass over.", { min: 0, max: offsetMax }),
            0,
          ),
        },
        answers: {
          200: { description: "The diff.", contentType: "application/json", schema: DiffAnswer },
        },
        problems: ["bad-request", "log-unavailable"],
        handle: ({ query: { clock, from, limit, of, offset, to } }) =>
          Effect.gen(function* () {
            const before = yield* reading.momentOf(from, clock)
            const after = yield* reading.momentOf(to, clock)
            const wanted = Picture.kinds.filter((kind) => of?.split(",").includes(kind) ?? true)
            if (wanted.length === 0)
              return yield* Problem.make(
                "bad-request",
                `of must name some of ${Picture.kinds.join(", ")}`,
                { where: "query.of" },
              )
            const [low, high] = [Math.min(before.to, after.to), Math.max(before.to, after.to)]
            const earlier = yield* stateAt(wanted, low)
            const later = yield* stateAt(wanted, high, earlier)
            const [a, b] = before.to <= after.to ? [earlier, later] : [later, earlier]
            const viewer = yield* Viewer
            const diff = seenOf(viewer, a.states, b.states)
            const end = offset + limit
            return Route.answer(DiffAnswer, {
              from: before.to - 1,
              to: after.to - 1,
              total: diff.length,
              ...(end < diff.length ? { next: end } : {}),
              changes: diff.slice(offset, end).map(Picture.changeOf),
            })
          }),
      }),
    ]
  })
