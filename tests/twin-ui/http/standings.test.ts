import { assert, describe, it } from "@effect/vitest"
import * as Effect from "effect/Effect"
import * as Redacted from "effect/Redacted"
import { Pipeline } from "../../../core/ingest/Pipeline.ts"
import { radio } from "../../core/ingest/radio.ts"
import { boot, enrol, first, prepare, present, second, stations } from "./attesting.ts"
import { ask, at, list, post, settled, world } from "./world.ts"

const meter = radio(0x4d33db)

/** A message that these stations hear now. */
const hear = Effect.fnUntraced(function* (seq: number, ...by: ReadonlyArray<string>) {
  const pipeline = yield* Pipeline
  const atMs = Date.now()
  yield* pipeline.offer(by.map((station, i) => meter.send(seq, { station, atMs: atMs + i })))
  yield* settled
})

const prepared = Effect.gen(function* () {
  const made = stations(2)
  yield* Effect.flatMap(Pipeline, (pipeline) =>
    pipeline.execute({
      _tag: "RegisterDevice",
      device: meter.id,
      key: Redacted.make(meter.keyHex),
    }),
  )
  yield* prepare(made, first)
  yield* post("/api/stations", { station: second })
  yield* enrol(made, first)
  return made
})

describe("a message", () => {
  it.live("is stamped with how its stations stood at reception, whatever becomes of them", () =>
    Effect.gen(function* () {
      const made = yield* prepared
      yield* present(made, first)
      yield* hear(1, first, second)
      yield* boot(first)
      yield* present(made, first, "secure_boot_off")
      yield* hear(2, first, second)
      yield* hear(3, second)
      const told = Effect.fnUntraced(function* (seq: number) {
        const { text } = yield* ask(`/api/messages/${meter.id}:${seq}`)
        return [
          /"accepted on a station","value":"([a-z]+)"/.exec(text)?.[1],
          ...[...text.matchAll(/ ms · station ([a-z]+)/g)].map((found) => found[1]),
        ]
      })
      assert.deepStrictEqual(yield* told(1), ["attested", "attested", "unknown"])
      // A station that lost its trust carries no message: the other did.
      assert.deepStrictEqual(yield* told(2), ["unknown", "refused", "unknown"])
      assert.deepStrictEqual(yield* told(3), ["unknown", "unknown"])
      // The events say it too.
      const rows = yield* ask("/api/events?kind=MessageAccepted")
      assert.deepStrictEqual(list(rows, "events", "detail"), [
        `${meter.id} · seq 3`,
        `${meter.id} · seq 2`,
        `${meter.id} · seq 1 · station attested`,
      ])
      // Under a policy of later on, the first was as it was.
      yield* post("/api/policies", { evidenceStaleMs: 60_000 })
      assert.deepStrictEqual(yield* told(1), ["attested", "attested", "unknown"])
    }).pipe(Effect.provide(world())),
  )
})

describe("the blast radius", () => {
  it.live("holds the messages that rest on the station alone since its last good quote", () =>
    Effect.gen(function* () {
      const made = yield* prepared
      yield* hear(1, first)
      yield* present(made, first)
      yield* hear(2, first, second)
      yield* hear(3, first)
      yield* hear(4, second)
      yield* boot(first)
      yield* present(made, first, "secure_boot_off")
      // Refused: nothing rests on it from here on.
      yield* hear(5, first)
      const blast = yield* ask(`/api/stations/${first}/blast`)
      assert.strictEqual(at(blast, "since"), "last good", blast.text)
      assert.deepStrictEqual(list(blast, "messages", "message"), [`${meter.id}:3@0`])
      const all = yield* ask(`/api/stations/${first}/blast?since=0`)
      assert.strictEqual(at(all, "count"), 2, all.text)
      const acceptedThird = Number(list(blast, "messages", "position").at(-1))
      const before = yield* ask(`/api/stations/${first}/blast?at=${acceptedThird - 1}`)
      assert.strictEqual(at(before, "count"), 0, before.text)
    }).pipe(Effect.provide(world())),
  )
})
