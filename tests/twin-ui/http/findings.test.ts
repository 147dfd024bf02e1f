import { assert, describe, it } from "@effect/vitest"
import * as Effect from "effect/Effect"
import * as Schema from "effect/Schema"
import { Pipeline } from "../../../core/ingest/Pipeline.ts"
import type { EventLog } from "../../../core/log/EventLog.ts"
import { applyStep } from "../../../projections/chain/applyStep.ts"
import { ChainView } from "../../../projections/chain/ChainView.ts"
import type { Twin } from "../../../projections/run/Twin.ts"
import { EntityState } from "../../../twin-ui/api/EntityState.ts"
import { FeedMessage } from "../../../twin-ui/api/Feed.ts"
import { FindingsAnswer } from "../../../twin-ui/api/Findings.ts"
import { TimelineAnswer } from "../../../twin-ui/api/Timeline.ts"
import { read } from "./sse.ts"
import { meter, minuteMs, startMs, tell } from "./story.ts"
import { ask, settled, world } from "./world.ts"

const beginMs = startMs + 40 * minuteMs

/** Somebody tries keys under the meter's name, a second apart. */
const guess = (tries: number) =>
  Effect.gen(function* () {
    const pipeline = yield* Pipeline
    for (let n = 0; n < tries; n++)
      yield* pipeline.offer([
        meter.send(14, {
          atMs: beginMs + n * 1000,
          keyHex: `${n + 16}`.padStart(2, "0").repeat(16).slice(0, 32),
        }),
      ])
    yield* settled
  })

type Needed = Pipeline | EventLog | Twin

const findings = (query = "") =>
  Effect.map(ask(`/api/findings${query}`), ({ json }) =>
    Schema.decodeUnknownSync(FindingsAnswer)(json),
  )

describe("what the twin thinks", () => {
  it.live("is listed, with how sure it is and the events that show it", () =>
    Effect.gen(function* () {
      const heads = yield* tell
      yield* guess(12)
      const { findings: found } = yield* findings("?benign=without")
      assert.lengthOf(found, 1)
      const [guessing] = found
      assert.strictEqual(guessing.kind, "mac-guessing")
      assert.strictEqual(guessing.device, "4D33DB")
      assert.isFalse(guessing.benign)
      assert.isAbove(guessing.confidence, 0.5)
      assert.strictEqual(guessing.first.ms, beginMs)
      for (const { position } of guessing.facts) {
        const event = yield* ask(`/api/events/${position}`)
        assert.include(event.text, "wrong-mac")
      }
      const before = yield* findings(`?at=${heads.all - 1}&benign=without`)
      assert.deepStrictEqual(before.findings, [])
      const all = yield* findings("?limit=1")
      assert.isAbove(all.total, 1)
      assert.deepStrictEqual((yield* findings(`?limit=1&offset=${all.next}`)).total, all.total)
      assert.deepStrictEqual((yield* findings("?device=4D33DC")).findings, [])
      assert.deepStrictEqual((yield* findings("?kind=jamming")).findings, [])
      assert.lengthOf((yield* findings("?kind=mac-guessing&benign=without")).findings, 1)
      assert.strictEqual((yield* ask("/api/findings?kind=gossip")).status, 400)
    }).pipe(Effect.provide(world())),
  )

  it.live("stands with the device it is about, from when it was found", () =>
    Effect.gen(function* () {
      const heads = yield* tell
      yield* guess(12)
      const device = Effect.fnUntraced(function* (query: string) {
        const { json } = yield* ask(`/api/devices/4D33DB${query}`)
        return Schema.decodeUnknownSync(EntityState)(json)
      })
      assert.strictEqual((yield* device("")).findings?.[0]?.kind, "mac-guessing")
      assert.isUndefined((yield* device(`?at=${heads.all - 1}`)).findings)
    }).pipe(Effect.provide(world())),
  )

  it.live("is an incident of the picture and of the time line, in place of the refusals", () =>
    Effect.gen(function* () {
      yield* tell
      yield* guess(12)
      const view = Schema.decodeUnknownSync(ChainView)((yield* ask("/api/chain")).json)
      const line = Schema.decodeUnknownSync(TimelineAnswer)((yield* ask("/api/timeline")).json)
      for (const incidents of [view.incidents, line.incidents]) {
        const about = incidents.filter(({ start }) => start.ms >= beginMs)
        assert.deepStrictEqual(
          about.map(({ kind, device, end }) => ({ kind, device, end })),
          [{ kind: "finding", device: "4D33DB", end: undefined }],
        )
      }
      assert.strictEqual(line.firstMs, line.fromMs)
    }).pipe(Effect.provide(world())),
  )

  it.live("comes over the feed, live and when the past is played", () =>
    Effect.gen(function* () {
      const heads = yield* tell
      const message = Schema.decodeUnknownSync(Schema.fromJsonString(FeedMessage))
      const found = Effect.fnUntraced(function* (
        path: string,
        act: Effect.Effect<void, never, Needed>,
      ) {
        const reader = yield* read(path)
        let view: ChainView | undefined
        let acted = false
        for (;;) {
          const told = message((yield* reader.next).data)
          if (told._tag === "view") view = told.view
          if (told._tag === "step" && view !== undefined) view = applyStep(view, told.step)
          if (view !== undefined && !acted) {
            acted = true
            yield* act
          }
          const finding = view?.incidents.find(({ kind }) => kind === "finding")
          if (finding !== undefined) return finding.device
        }
      })
      assert.strictEqual(yield* found("/feed/chain", Effect.orDie(guess(12))), "4D33DB")
      const past = `/feed/chain?at=${heads.all - 1}&speed=100000`
      assert.strictEqual(yield* found(past, Effect.void), "4D33DB")
    }).pipe(Effect.scoped, Effect.provide(world())),
  )
})
