import { assert, describe, it } from "@effect/vitest"
import * as Context from "effect/Context"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import * as Redacted from "effect/Redacted"
import * as Stream from "effect/Stream"
import type { Command } from "../../../core/decide/Command.ts"
import { destinationsMax } from "../../../core/decide/decideCommand.ts"
import { policyDefault } from "../../../core/event/policy.ts"
import { causeInBatch } from "../../../core/event/Envelope.ts"
import type { Event } from "../../../core/event/Event.ts"
import { CustomerId, DestinationId, GroupId, SourceId, StationId } from "../../../core/event/ids.ts"
import { streamOf } from "../../../core/event/streamOf.ts"
import type { Input } from "../../../core/ingest/Input.ts"
import { Pipeline } from "../../../core/ingest/Pipeline.ts"
import * as pipelineLive from "../../../core/ingest/pipelineLive.ts"
import { secretsMemory } from "../../../core/keys/secretsMemory.ts"
import * as Vault from "../../../core/keys/Vault.ts"
import { EventLog, LogUnavailable } from "../../../core/log/EventLog.ts"
import * as memory from "../../../core/log/memory.ts"
import { radio, received, type Radio } from "./radio.ts"

const world = Layer.provideMerge(
  pipelineLive.layer,
  Layer.mergeAll(memory.layer, Vault.layer(secretsMemory)),
)

const atMs = 1_700_000_000_000
const hydro = CustomerId.make("hydro")

const register = (device: Radio): Command => ({
  _tag: "RegisterDevice",
  device: device.id,
  customer: hydro,
  key: Redacted.make(device.keyHex),
})

const customer: ReadonlyArray<Command> = [
  { _tag: "RegisterCustomer", customer: hydro },
  {
    _tag: "AddDestination",
    customer: hydro,
    destination: DestinationId.make("main"),
    url: "https://hydro.example/sigfox",
    loopbackAllowed: false,
  },
]

const ofGroup = (group: string): Command => ({
  _tag: "AddDestination",
  customer: hydro,
  destination: DestinationId.make(group),
  url: `https://hydro.example/${group}`,
  group,
  loopbackAllowed: false,
})

const destination = (n: number): Command => ({
  _tag: "AddDestination",
  customer: hydro,
  destination: DestinationId.make(`d${n}`),
  url: `https://hydro.example/${n}`,
  loopbackAllowed: false,
})

/** Runs a story in a new world and gives the log's events after it. */
const story = (
  body: (pipeline: Pipeline["Service"]) => Effect.Effect<unknown, unknown>,
): Effect.Effect<ReadonlyArray<Event>, unknown> =>
  Effect.gen(function* () {
    yield* body(yield* Pipeline)
    const log = yield* EventLog
    const batches = yield* Stream.runCollect(log.read(0))
    return batches.flat().map(({ event }) => event)
  }).pipe(Effect.provide(world))

const kindsOf = (events: ReadonlyArray<Event>): ReadonlyArray<string> =>
  events.map((event) =>
    event._tag === "MessageRefused" ? `${event._tag}:${event.reason}` : event._tag,
  )

const a = radio(0x4d33db)

const only = (events: ReadonlyArray<Event>, kind: string): ReadonlyArray<Event> =>
  events.filter(({ _tag }) => _tag === kind)

describe("the pipeline", () => {
  it.effect("accepts a message on its first copy, records every copy, and owes it once", () =>
    Effect.gen(function* () {
      const events = yield* story((pipeline) =>
        Effect.gen(function* () {
          for (const command of [...customer, register(a)]) yield* pipeline.execute(command)
          const outcome = yield* pipeline.submit([
            a.send(7),
            a.send(7, { rank: 2, atMs: atMs + 2500 }),
            a.send(7, { rank: 1, station: "BS-2" }),
          ])
          assert.deepStrictEqual(
            { ...outcome, head: 0 },
            { added: 3, known: 0, accepted: 1, refused: {}, first: 3, head: 0 },
          )
        }),
      )
      assert.deepStrictEqual(kindsOf(events).slice(3), [
        "FrameHeard",
        "MessageAccepted",
        "DeliveryOwed",
        "FrameHeard",
        "FrameHeard",
      ])
    }),
  )

  it.effect("knows a fact again that was sent twice, and adds nothing", () =>
    Effect.gen(function* () {
      const events = yield* story((pipeline) =>
        Effect.gen(function* () {
          yield* pipeline.execute(register(a))
          const batch = [a.send(7), a.send(7, { rank: 2 }), received("00ff")]
          yield* pipeline.submit(batch)
          const again = yield* pipeline.submit(batch)
          assert.include(again, { added: 0, known: 3, accepted: 0 })
        }),
      )
      assert.strictEqual(events.length, 1 + 4)
    }),
  )

  it.effect("refuses the same frame sent again after the tally window: a replay is no copy", () =>
    Effect.gen(function* () {
      const events = yield* story((pipeline) =>
        Effect.gen(function* () {
          yield* pipeline.execute(register(a))
          yield* pipeline.submit([a.send(7)])
          yield* pipeline.submit([a.send(7, { atMs: atMs + 60_000 })])
        }),
      )
      assert.deepStrictEqual(kindsOf(events).slice(1), [
        "FrameHeard",
        "MessageAccepted",
        "FrameHeard",
        "MessageRefused:number-seen",
      ])
    }),
  )

  it.effect(
    "tells a wrong MAC, an unknown device, a wrong CRC and bytes that are no frame apart",
    () =>
      Effect.gen(function* () {
        const whole = a.send(9)
        const frame = whole._tag === "Frame" ? whole.frame.frame : ""
        const broken = `${frame.slice(0, -1)}${frame.endsWith("0") ? "1" : "0"}`
        const events = yield* story((pipeline) =>
          Effect.gen(function* () {
            yield* pipeline.execute(register(a))
            yield* pipeline.submit([
              a.send(8, { keyHex: "00".repeat(16) }),
              radio(0xbeef).send(1),
              received(broken),
              received("not hex at all"),
            ])
          }),
        )
        const heard = only(events, "FrameHeard").map((event) =>
          event._tag === "FrameHeard" ? event.check : "",
        )
        assert.deepStrictEqual(heard, ["wrong-mac", "unknown-device", "wrong-crc"])
        assert.deepStrictEqual(kindsOf(events).slice(1), [
          "FrameHeard",
          "MessageRefused:wrong-mac",
          "FrameHeard",
          "MessageRefused:unknown-device",
          "FrameHeard",
          "BytesHeard",
        ])
      }),
  )

  it.effect("keeps payloads sealed: equal payloads of two messages do not look alike", () =>
    Effect.gen(function* () {
      const events = yield* story((pipeline) =>
        Effect.gen(function* () {
          yield* pipeline.execute(register(a))
          yield* pipeline.submit([a.send(1), a.send(2, { atMs: atMs + 60_000 })])
        }),
      )
      const [first, second] = only(events, "FrameHeard")
      assert(first._tag === "FrameHeard" && second._tag === "FrameHeard")
      assert.notStrictEqual(first.payload.digest, second.payload.digest)
      assert.notDeepEqual(first.payload.bytes, second.payload.bytes)
      assert.notInclude(JSON.stringify(first), "abad1dea")
    }),
  )

  it.effect("checks messages under the key of their time after the key was replaced", () =>
    Effect.gen(function* () {
      const newKey = "11".repeat(16)
      const events = yield* story((pipeline) =>
        Effect.gen(function* () {
          yield* pipeline.execute(register(a))
          yield* pipeline.submit([a.send(1)])
          yield* pipeline.execute({
            _tag: "ReplaceDeviceKey",
            device: a.id,
            key: Redacted.make(newKey),
          })
          yield* pipeline.submit([
            a.send(2, { atMs: atMs + 60_000 }),
            a.send(3, { atMs: atMs + 120_000, keyHex: newKey }),
          ])
        }),
      )
      const checks = only(events, "FrameHeard").map((event) =>
        event._tag === "FrameHeard" ? [event.check, event.keyVersion] : [],
      )
      assert.deepStrictEqual(checks, [
        ["ok", 1],
        ["wrong-mac", 2],
        ["ok", 2],
      ])
    }),
  )

  it.effect("does not count a station whose configuration changed, until it is as before", () =>
    Effect.gen(function* () {
      const station = StationId.make("BS-1")
      const good = { configDigest: "aa" }
      const bad = { configDigest: "bb" }
      const events = yield* story((pipeline) =>
        Effect.gen(function* () {
          yield* pipeline.execute(register(a))
          yield* pipeline.execute({ _tag: "EnrolStation", station })
          yield* pipeline.execute({ _tag: "AdoptReferenceValues", station, configDigest: "aa" })
          // The clock of the test stands at 0: its receptions come after.
          yield* pipeline.submit([
            a.send(1, { ...good }),
            a.send(2, { ...bad, atMs: atMs + 60_000 }),
            a.send(2, { station: "BS-2", atMs: atMs + 60_001 }),
            a.send(3, { ...good, atMs: atMs + 120_000 }),
          ])
        }),
      )
      assert.deepStrictEqual(kindsOf(events).slice(3), [
        "FrameHeard",
        "MessageAccepted",
        "FrameHeard",
        "StationTrustLost",
        "MessageRefused:station-not-trusted",
        "FrameHeard",
        "MessageAccepted",
        "FrameHeard",
        "StationTrustRestored",
        "MessageAccepted",
      ])
    }),
  )

  it.effect("names the causes of every decision by position", () =>
    Effect.gen(function* () {
      const recorded = yield* Effect.gen(function* () {
        const pipeline = yield* Pipeline
        for (const command of [...customer, register(a)]) yield* pipeline.execute(command)
        yield* pipeline.execute({ _tag: "AdoptPolicy", policy: policyDefault, note: "as before" })
        yield* pipeline.submit([a.send(7)])
        const log = yield* EventLog
        return (yield* Stream.runCollect(log.read(0))).flat()
      }).pipe(Effect.provide(world))
      const [frame, accepted, owed] = recorded.slice(-3)
      assert.deepStrictEqual(frame.causes, [])
      const policy = recorded.find(({ event }) => event._tag === "PolicyAdopted")
      assert.deepStrictEqual(accepted.causes, [frame.position, policy?.position ?? -1])
      assert.deepStrictEqual(owed.causes, [accepted.position])
    }),
  )

  it.effect("decides the same after a restart, also in the middle of a message", () =>
    Effect.gen(function* () {
      const shared = Layer.mergeAll(memory.layer, Vault.layer(secretsMemory))
      const kinds = yield* Effect.gen(function* () {
        const first = Effect.flatMap(Pipeline, (pipeline) =>
          Effect.andThen(pipeline.execute(register(a)), pipeline.submit([a.send(7)])),
        )
        yield* first.pipe(Effect.provide(Layer.fresh(pipelineLive.layer)))
        const second = Effect.flatMap(Pipeline, (pipeline) =>
          pipeline.submit([
            a.send(7, { rank: 2, atMs: atMs + 2500 }),
            a.send(8, { atMs: atMs + 60_000 }),
          ]),
        )
        yield* second.pipe(Effect.provide(Layer.fresh(pipelineLive.layer)))
        const log = yield* EventLog
        return kindsOf((yield* Stream.runCollect(log.read(0))).flat().map(({ event }) => event))
      }).pipe(Effect.provide(shared))
      assert.deepStrictEqual(kinds.slice(1), [
        "FrameHeard",
        "MessageAccepted",
        "FrameHeard",
        "FrameHeard",
        "MessageAccepted",
      ])
    }),
  )

  it.effect(
    "keeps a commit within its bound, however many messages go to how many destinations",
    () =>
      Effect.gen(function* () {
        const events = yield* story((pipeline) =>
          Effect.gen(function* () {
            yield* pipeline.execute({ _tag: "RegisterCustomer", customer: hydro })
            for (let n = 0; n < destinationsMax; n++) yield* pipeline.execute(destination(n))
            const why = yield* Effect.flip(pipeline.execute(destination(destinationsMax)))
            assert.include(why, { _tag: "CommandRefused", reason: "invalid" })
            yield* pipeline.execute(register(a))
            const send = (from: number, to: number) =>
              pipeline.submit(
                Array.from({ length: to - from }, (_, i) =>
                  a.send(from + i, { atMs: atMs + (from + i) * 60_000 }),
                ),
              )
            // Taken together, ten events a message: what the first leaves waiting must leave room for the second.
            const outcomes = yield* Effect.all([send(0, 1_999), send(1_999, 3_000)], {
              concurrency: 2,
            })
            assert.deepStrictEqual(
              outcomes.map(({ accepted }) => accepted),
              [1_999, 1_001],
            )
          }),
        )
        assert.lengthOf(only(events, "DeliveryOwed"), 3_000 * destinationsMax)
      }),
  )

  it.effect("knows facts again after a restart, reports and frames alike, from the log alone", () =>
    Effect.gen(function* () {
      const shared = Layer.mergeAll(memory.layer, Vault.layer(secretsMemory))
      const report: Input = {
        _tag: "Message",
        occurredMs: atMs,
        report: {
          _tag: "MessageReported",
          source: SourceId.make("callbacks"),
          report: "uplink",
          device: a.id,
          seq: 7,
          stations: [],
        },
        payload: Uint8Array.of(1, 2),
      }
      const batch = [
        a.send(7),
        a.send(7, { rank: 2, atMs: atMs + 90_000 }),
        received("00ff"),
        report,
      ]
      const submit = Effect.flatMap(Pipeline, (pipeline) => pipeline.submit(batch))
      yield* Effect.gen(function* () {
        const first = yield* submit.pipe(Effect.provide(Layer.fresh(pipelineLive.layer)))
        assert.include(first, { added: 4, known: 0 })
        const again = yield* submit.pipe(Effect.provide(Layer.fresh(pipelineLive.layer)))
        assert.include(again, { added: 0, known: 4 })
      }).pipe(Effect.provide(shared))
    }),
  )

  it.effect(
    "acknowledges nothing that a failing log did not take, and decides rightly afterwards",
    () =>
      Effect.gen(function* () {
        let isFull = false
        const failing = Layer.effect(
          EventLog,
          Effect.map(EventLog, (log) =>
            EventLog.of({
              ...log,
              append: (events, expected) =>
                isFull
                  ? Effect.fail(
                      new LogUnavailable({ log: "double", reason: "full", detail: "no room" }),
                    )
                  : log.append(events, expected),
            }),
          ),
        ).pipe(Layer.provide(memory.layer))
        yield* Effect.gen(function* () {
          const pipeline = yield* Pipeline
          yield* pipeline.execute(register(a))
          isFull = true
          const why = yield* Effect.flip(pipeline.submit([a.send(7)]))
          assert.include(why, { _tag: "LogUnavailable", reason: "full" })
          isFull = false
          const outcome = yield* pipeline.submit([a.send(7)])
          assert.include(outcome, { added: 1, known: 0, accepted: 1 })
        }).pipe(
          Effect.provide(
            Layer.provideMerge(
              pipelineLive.layer,
              Layer.mergeAll(failing, Vault.layer(secretsMemory)),
            ),
          ),
        )
      }),
  )

  it.effect("takes in what another process committed, and decides by it", () =>
    Effect.gen(function* () {
      const log = yield* EventLog
      const one = yield* Pipeline
      yield* one.execute(register(a))
      yield* one.submit([a.send(7)])
      // A second pipeline on the same log, as another process has one.
      const context = yield* Layer.build(Layer.fresh(pipelineLive.layer))
      const two = Context.get(context, Pipeline)
      const next = yield* two.submit([a.send(8)])
      assert.include(next, { added: 1, accepted: 1 })
      // The first one knows of it: the same fact is no second one, and the same number is taken.
      assert.include(yield* one.submit([a.send(8)]), { added: 0, known: 1 })
      assert.include(yield* one.submit([a.send(9)]), { added: 1, accepted: 1 })
      const events = (yield* Stream.runCollect(log.read(0))).flat()
      const causesAreBefore = events.every(({ causes, position }) =>
        causes.every((cause) => cause < position),
      )
      assert.isTrue(causesAreBefore)
      const accepted = events.filter(({ event }) => event._tag === "MessageAccepted")
      for (const { causes, event } of accepted) {
        const heard = events[causes[0]].event
        assert.isTrue("seq" in heard && "seq" in event && heard.seq === event.seq)
      }
      assert.lengthOf(accepted, 3)
    }).pipe(Effect.provide(world)),
  )

  it.effect("refuses commands that do not fit, and does nothing twice", () =>
    Effect.gen(function* () {
      const events = yield* story((pipeline) =>
        Effect.gen(function* () {
          yield* pipeline.execute(register(a))
          const again = yield* Effect.flip(pipeline.execute(register(a)))
          assert.include(again, { _tag: "CommandRefused", reason: "exists" })
          const retire = { _tag: "RetireDevice", device: a.id } as const
          assert.lengthOf(yield* pipeline.execute(retire), 1)
          assert.lengthOf(yield* pipeline.execute(retire), 0)
          const stranger = { _tag: "RetireDevice", device: radio(1).id } as const
          assert.include(yield* Effect.flip(pipeline.execute(stranger)), { reason: "unknown" })
        }),
      )
      assert.deepStrictEqual(kindsOf(events), ["DeviceRegistered", "DeviceRetired"])
    }),
  )
})

describe("a destination of a group", () => {
  it.effect("is owed messages of the groups below it, as they stand then, and of no others", () =>
    Effect.gen(function* () {
      const [meters, water] = [GroupId.make("meters"), GroupId.make("water")]
      const events = yield* story((pipeline) =>
        Effect.gen(function* () {
          yield* pipeline.execute({ _tag: "RegisterCustomer", customer: hydro })
          for (const group of ["meters", "water", "soil"]) yield* pipeline.execute(ofGroup(group))
          yield* pipeline.execute({
            _tag: "RegisterDevice",
            device: a.id,
            customer: hydro,
            group: "water",
            key: Redacted.make(a.keyHex),
          })
          yield* pipeline.submit([a.send(1)])
          yield* pipeline.execute({ _tag: "PlaceGroup", group: water, parent: meters })
          yield* pipeline.submit([a.send(2, { atMs: 1_700_000_600_000 })])
        }),
      )
      const owed = events.flatMap((event) =>
        event._tag === "DeliveryOwed" ? [`${event.seq} to ${event.destination}`] : [],
      )
      assert.deepStrictEqual(owed, ["1 to water", "2 to meters", "2 to water"])
    }),
  )
})

describe("what is recorded as it is", () => {
  it.effect("names causes of its own, though others share its commit", () =>
    Effect.gen(function* () {
      const pipeline = yield* Pipeline
      const main = { customer: hydro, destination: DestinationId.make("main") }
      const opened: Event = { _tag: "CircuitOpened", ...main, failures: 5, error: "timeout" }
      const closed: Event = { _tag: "CircuitClosed", ...main }
      const two = [at(opened, []), at(closed, [causeInBatch(0)])]
      yield* Effect.all([pipeline.record(two), pipeline.record(two), pipeline.record(two)], {
        concurrency: "unbounded",
      })
      const log = yield* EventLog
      const batches = yield* Stream.runCollect(log.read(0))
      // All in one commit, or there would be nothing to see.
      assert.lengthOf(batches, 1)
      const causes = batches[0].map((each) => each.causes)
      assert.deepStrictEqual(causes, [[], [0], [], [2], [], [4]])
    }).pipe(Effect.provide(world)),
  )
})

const at = (event: Event, causes: ReadonlyArray<number>) => ({
  stream: streamOf(event),
  occurredMs: atMs,
  causes,
  event,
})
