/** What was known at an instant beside what was true then: what was learnt later. */
import * as Effect from "effect/Effect"
import { rowOf } from "../../projections/chain/EventRow.ts"
import { Twin } from "../../projections/run/Twin.ts"
import { bothClocks, latenessMsDefault } from "../../projections/time/clocks.ts"
import * as Picture from "../../projections/time/picture.ts"
import { ClocksAnswer } from "../api/Clocks.ts"
import { changesLimitDefault, changesLimitMax } from "../api/Diff.ts"
import * as Parameter from "./Parameter.ts"
import * as Problem from "./Problem.ts"
import * as Route from "./Route.ts"
import { seenOf } from "./seenOf.ts"
import { seesEvent, Viewer } from "./Viewer.ts"

const dayMs = 86_400_000

export const make = Effect.map(Twin, (twin) => [
  Route.make({
    method: "GET",
    path: "/api/clocks",
    operation: "compareClocks",
    tag: "state",
    access: "api",
    filtered: true,
    summary: "What was known at an instant, and what was true then",
    description:
      "From what was known (recorded by then) to what was true (occurred by then): events that came up to `lateness` later are folded in where they belong; what came later still is listed as late.",
    query: {
      at: Parameter.instant("The instant."),
      of: Parameter.optional(
        Parameter.names(`Only these, divided by commas: ${Picture.kinds.join(", ")}.`),
      ),
      thing: Parameter.optional(Parameter.line("Only this thing, as `station BS-0001`.")),
      lateness: Parameter.withDefault(
        Parameter.integer("How much later than it occurred something may come, ms.", {
          min: 0,
          max: dayMs,
        }),
        latenessMsDefault,
      ),
      limit: Parameter.withDefault(
        Parameter.integer("Things in the answer.", { min: 1, max: changesLimitMax }),
        changesLimitDefault,
      ),
    },
    answers: {
      200: { description: "What differs.", contentType: "application/json", schema: ClocksAnswer },
    },
    problems: ["bad-request", "log-unavailable"],
    handle: ({ query: { at, lateness, limit, of, thing } }) =>
      Effect.gen(function* () {
        const wanted = Picture.kinds.filter((kind) => of?.split(",").includes(kind) ?? true)
        if (wanted.length === 0)
          return yield* Problem.make(
            "bad-request",
            `of must name some of ${Picture.kinds.join(", ")}`,
            { where: "query.of" },
          )
        const clocks = yield* twin.past(bothClocks(at, lateness, wanted))
        const viewer = yield* Viewer
        const { occurred, recorded } = clocks
        const changes = seenOf(viewer, recorded.states, occurred.states).filter(
          (change) => thing === undefined || change.thing === thing,
        )
        return Route.answer(ClocksAnswer, {
          atMs: at,
          latenessMs: lateness,
          known: clocks.recorded.position - 1,
          foldedIn: clocks.foldedIn,
          total: changes.length,
          changes: changes.slice(0, limit).map(Picture.changeOf),
          late: clocks.late.filter((event) => seesEvent(viewer, event)).map(rowOf),
        })
      }),
  }),
])
