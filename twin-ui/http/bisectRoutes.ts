/** Where a condition over the twin's state holds. */
import * as Effect from "effect/Effect"
import * as Rejected from "../../core/kernel/Rejected.ts"
import { rowOf } from "../../projections/chain/EventRow.ts"
import { Twin } from "../../projections/run/Twin.ts"
import { bisect } from "../../projections/time/bisect.ts"
import * as Condition from "../../projections/time/Condition.ts"
import { BisectAnswer } from "../api/Bisect.ts"
import * as At from "./At.ts"
import { asOf } from "./asOf.ts"
import * as Parameter from "./Parameter.ts"
import * as Problem from "./Problem.ts"
import type { Reading } from "./Reading.ts"
import * as Route from "./Route.ts"
import * as Viewer from "./Viewer.ts"

/** Stretches whose events are told. */
const toldMax = 100

export const make = (reading: Reading) =>
  Effect.map(Twin, (twin) => [
    Route.make({
      method: "GET",
      path: "/api/bisect",
      operation: "bisect",
      tag: "state",
      access: "api",
      filtered: true,
      summary: "The first, the last or all positions where a condition holds",
      description: `The condition is CEL, type-checked, over: ${Condition.vocabulary.map(([form, members]) => `\`${form}\` (${members})`).join("; ")}. A condition holds at a position when it does with that event in the state.`,
      query: {
        condition: Parameter.line(
          'The condition, as `station("BS-3").trust == "lost"`.',
          Condition.lengthMax,
        ),
        which: Parameter.withDefault(
          Parameter.choice("Which positions.", ["first", "last", "all"]),
          "first",
        ),
        monotone: Parameter.withDefault(
          Parameter.choice("Whether it stays true once it is: then snapshots are bisected.", [
            "yes",
            "no",
          ]),
          "no",
        ),
        from: Parameter.optional(At.parameter("From this position or instant on; the beginning.")),
        to: Parameter.optional(At.parameter("Up to and with this position or instant; now.")),
        clock: asOf.clock,
      },
      answers: {
        200: {
          description: "Where it holds.",
          contentType: "application/json",
          schema: BisectAnswer,
        },
      },
      problems: ["bad-request", "log-unavailable"],
      handle: ({ query }) =>
        Effect.gen(function* () {
          const condition = Condition.compile(query.condition)
          if (Rejected.is(condition))
            return yield* Problem.make("bad-request", `the condition: ${condition.detail}`, {
              where: "query.condition",
            })
          const viewer = yield* Viewer.Viewer
          const hidden = condition.about.find(
            // A policy is nobody's own.
            (about) => about.kind !== "policy" && !viewer.mayOn("read", thingOf(about)),
          )
          if (hidden !== undefined)
            return yield* Viewer.outOfScope(
              `${viewer.name} may not ask about ${hidden.id ?? `all of the twin (${hidden.kind})`}: a condition may name what you see, as device("4D33DB")`,
            )
          const end = yield* reading.momentOf(query.to, query.clock)
          const start =
            query.from === undefined
              ? 0
              : query.from._tag === "Position"
                ? query.from.position
                : (yield* reading.momentOf(query.from, query.clock)).to
          const { which } = query
          const asked = { from: start, to: end.to, which, monotone: query.monotone === "yes" }
          const { count, folded, stretches } = yield* twin.past(bisect(condition, asked))
          const told: Array<BisectAnswer["stretches"][number]> = []
          for (const { from, to } of stretches) {
            const recorded = told.length < toldMax ? yield* reading.event(from) : undefined
            const isTold = recorded !== undefined && Viewer.seesEvent(viewer, recorded)
            told.push({ from, to, ...(isTold ? { event: rowOf(recorded) } : {}) })
          }
          return Route.answer(BisectAnswer, {
            condition: condition.text,
            which,
            from: asked.from,
            to: asked.to,
            count,
            stretches: told,
            folded,
          })
        }),
    }),
  ])

/** What one must see to ask it. */
const thingOf = ({ id, kind }: Condition.About): Viewer.Thing => {
  if (id === undefined) return "network"
  switch (kind) {
    case "device":
    case "counter":
      return { device: id }
    case "station":
      return { station: id }
    case "delivery":
      return { customer: id }
    case "core":
    case "policy":
    case "finding":
    case "counts":
      return "network"
  }
}
