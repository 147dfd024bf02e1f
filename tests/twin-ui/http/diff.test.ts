import { assert, describe, it } from "@effect/vitest"
import * as Effect from "effect/Effect"
import { EventLog } from "../../../core/log/EventLog.ts"
import * as Picture from "../../../projections/time/picture.ts"
import { seek } from "../../../projections/time/seek.ts"
import { Twin } from "../../../projections/run/Twin.ts"
import { meter, tell } from "./story.ts"
import { ask, at, list, world } from "./world.ts"

describe("GET /api/diff", () => {
  it.live(
    "gives what the log gives, up to now and up to before, page by page, either way round",
    () =>
      Effect.gen(function* () {
        const { registered, second } = yield* tell
        const twin = yield* Twin
        const head = yield* (yield* EventLog).head
        const every = Picture.projectionsFor(Picture.kinds)
        for (const to of [head, second]) {
          const before = yield* twin.past(seek(every, registered))
          const after = yield* twin.past(seek(every, to))
          const wanted = Picture.diffStates(before.states, after.states)
          const names = wanted.map(({ thing }) => thing)
          assert.include(names, `device ${meter.id}`)
          const until = to === head ? "" : `&to=${to - 1}`
          const all = yield* ask(`/api/diff?from=${registered - 1}${until}`)
          assert.deepStrictEqual(list(all, "changes", "thing"), names)
          const plain: unknown = JSON.parse(JSON.stringify(wanted))
          assert.deepStrictEqual(at(all, "changes"), plain)
          const [first, rest] = [
            yield* ask(`/api/diff?from=${registered - 1}${until}&limit=2`),
            yield* ask(`/api/diff?from=${registered - 1}${until}&offset=2`),
          ]
          assert.strictEqual(at(first, "next"), 2)
          assert.deepStrictEqual(
            [...list(first, "changes", "thing"), ...list(rest, "changes", "thing")],
            names,
          )
          const back = yield* ask(`/api/diff?from=${to - 1}&to=${registered - 1}`)
          assert.deepStrictEqual(list(back, "changes", "thing"), names)
        }
      }).pipe(Effect.provide(world())),
  )
})
