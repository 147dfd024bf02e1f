import { assert, describe, it } from "@effect/vitest"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import * as Redacted from "effect/Redacted"
import * as Stream from "effect/Stream"
import { TestClock } from "effect/testing"
import type { Command } from "../../../core/decide/Command.ts"
import type { Recorded } from "../../../core/event/Envelope.ts"
import { CustomerId, GroupId, StationId } from "../../../core/event/ids.ts"
import { Pipeline } from "../../../core/ingest/Pipeline.ts"
import * as pipelineLive from "../../../core/ingest/pipelineLive.ts"
import { secretsMemory } from "../../../core/keys/secretsMemory.ts"
import * as Vault from "../../../core/keys/Vault.ts"
import { EventLog } from "../../../core/log/EventLog.ts"
import * as memory from "../../../core/log/memory.ts"
import { liftBlocks } from "../../../core/network/liftBlocks.ts"
import * as Firewall from "../../../projections/firewall/Firewall.ts"
import { radio } from "../ingest/radio.ts"

const world = Layer.provideMerge(
  pipelineLive.layer,
  Layer.mergeAll(memory.layer, Vault.layer(secretsMemory)),
)

const hydro = CustomerId.make("hydro")
const meters = GroupId.make("meters")
const water = GroupId.make("water meters")
const north = StationId.make("BS-1")
const a = radio(0x4d33db)
const b = radio(0x4d33dc)

const setUp: ReadonlyArray<Command> = [
  { _tag: "RegisterCustomer", customer: hydro },
  { _tag: "PlaceGroup", group: meters },
  { _tag: "PlaceGroup", group: water, parent: meters },
  {
    _tag: "RegisterDevice",
    device: a.id,
    customer: hydro,
    group: water,
    key: Redacted.make(a.keyHex),
  },
  { _tag: "RegisterDevice", device: b.id, key: Redacted.make(b.keyHex) },
]

const why = "a trial"

/** What became of messages, block by block, in a new world. */
const story = (body: (pipeline: Pipeline["Service"]) => Effect.Effect<unknown, unknown>) =>
  Effect.gen(function* () {
    const pipeline = yield* Pipeline
    for (const command of setUp) yield* pipeline.execute(command)
    yield* body(pipeline)
    const log = yield* EventLog
    const events = (yield* Stream.runCollect(log.read(0))).flat()
    return { events, verdicts: events.slice(setUp.length).flatMap(verdictOf) }
  }).pipe(Effect.provide(world))

const verdictOf = ({ event }: Recorded): ReadonlyArray<string> => {
  if (event._tag === "MessageAccepted") return [`${event.device} accepted`]
  if (event._tag === "MessageRefused") return [`${event.device} ${event.reason}`]
  return event._tag === "TrafficUnblocked" ? [`unblocked by ${event.by}`] : []
}

const foldOf = (events: ReadonlyArray<Recorded>): Firewall.State => {
  const state = Firewall.projection.initial()
  for (const recorded of events) Firewall.projection.apply(state, recorded)
  return state
}

describe("a block", () => {
  it.effect.each([
    ["of a device", { device: a.id }],
    ["of its customer", { customer: hydro }],
    ["of its group", { group: water }],
    ["of a group above it", { group: meters }],
  ] as const)("%s refuses its messages, records them, and lets others pass", ([, target]) =>
    Effect.gen(function* () {
      const { events, verdicts } = yield* story((pipeline) =>
        Effect.gen(function* () {
          yield* pipeline.execute({ _tag: "BlockTraffic", ...target, why }, "ann")
          yield* pipeline.submit([a.send(7), a.send(7, { rank: 2, station: "BS-2" }), b.send(7)])
          yield* pipeline.execute({ _tag: "UnblockTraffic", ...target, why }, "ann")
          yield* pipeline.submit([a.send(8)])
        }),
      )
      assert.deepStrictEqual(verdicts, [
        `${a.id} blocked`,
        `${b.id} accepted`,
        "unblocked by ann",
        `${a.id} accepted`,
      ])
      assert.strictEqual(events.filter(({ event }) => event._tag === "FrameHeard").length, 4)
      const { blocks, lifted } = foldOf(events)
      assert.strictEqual(blocks.size, 0)
      assert.deepStrictEqual(
        lifted.map(({ by, refused }) => ({ by, refused })),
        [{ by: "ann", refused: 1 }],
      )
    }),
  )

  it.effect("of a station leaves messages that another station heard too", () =>
    Effect.gen(function* () {
      const { events, verdicts } = yield* story((pipeline) =>
        Effect.gen(function* () {
          yield* pipeline.execute({ _tag: "BlockTraffic", station: north, why })
          yield* pipeline.submit([a.send(7), a.send(7, { rank: 2 })])
          yield* pipeline.submit([a.send(8), a.send(8, { station: "BS-2" })])
        }),
      )
      assert.deepStrictEqual(verdicts, [`${a.id} blocked`, `${a.id} blocked`, `${a.id} accepted`])
      const block = events.find(({ event }) => event._tag === "TrafficBlocked")
      const refused = events.find(({ event }) => event._tag === "MessageRefused")
      assert.include(refused?.causes ?? [], block?.position)
    }),
  )

  it.effect("says nothing of a message whose MAC is wrong: that is the worse of the two", () =>
    Effect.gen(function* () {
      const { verdicts } = yield* story((pipeline) =>
        Effect.gen(function* () {
          yield* pipeline.execute({ _tag: "BlockTraffic", device: a.id, why })
          yield* pipeline.submit([a.send(7, { keyHex: b.keyHex })])
        }),
      )
      assert.deepStrictEqual(verdicts, [`${a.id} wrong-mac`])
    }),
  )

  it.effect("that ends by itself is lifted by an event before anything is decided after it", () =>
    Effect.gen(function* () {
      yield* TestClock.setTime(1_000)
      const { events, verdicts } = yield* story((pipeline) =>
        Effect.gen(function* () {
          yield* pipeline.execute({ _tag: "BlockTraffic", device: a.id, why, untilMs: 61_000 })
          yield* pipeline.submit([a.send(7)])
          yield* TestClock.adjust("2 minutes")
          yield* pipeline.submit([a.send(8)])
        }),
      )
      assert.deepStrictEqual(verdicts, [
        `${a.id} blocked`,
        "unblocked by sigtwin",
        `${a.id} accepted`,
      ])
      const lifted = events.find(({ event }) => event._tag === "TrafficUnblocked")
      assert.strictEqual(lifted?.occurredMs, 61_000)
    }),
  )

  it.effect("that ends by itself is lifted though nothing comes in", () =>
    Effect.gen(function* () {
      yield* TestClock.setTime(1_000)
      const { verdicts } = yield* story((pipeline) =>
        Effect.gen(function* () {
          yield* pipeline.execute({ _tag: "BlockTraffic", device: a.id, why, untilMs: 61_000 })
          yield* Effect.forkChild(Effect.provideService(liftBlocks, Pipeline, pipeline))
          yield* TestClock.adjust("2 minutes")
        }),
      )
      assert.deepStrictEqual(verdicts, ["unblocked by sigtwin"])
    }),
  )

  it.effect("names exactly one thing, and need not be repeated", () =>
    Effect.gen(function* () {
      yield* story((pipeline) =>
        Effect.gen(function* () {
          const none = yield* Effect.flip(pipeline.execute({ _tag: "BlockTraffic", why }))
          const two = yield* Effect.flip(
            pipeline.execute({ _tag: "BlockTraffic", device: a.id, station: north, why }),
          )
          assert.deepStrictEqual([none._tag, two._tag], ["CommandRefused", "CommandRefused"])
          const block: Command = { _tag: "BlockTraffic", device: a.id, why }
          assert.strictEqual((yield* pipeline.execute(block)).length, 1)
          assert.strictEqual((yield* pipeline.execute(block)).length, 0)
        }),
      )
    }),
  )
})
