/** What the log on a server must survive. The server is a double; it really listens, dies and comes back. */
import { assert, describe, it } from "@effect/vitest"
import * as Context from "effect/Context"
import * as Deferred from "effect/Deferred"
import * as Duration from "effect/Duration"
import * as Effect from "effect/Effect"
import * as Exit from "effect/Exit"
import * as Fiber from "effect/Fiber"
import * as Layer from "effect/Layer"
import * as Scope from "effect/Scope"
import * as Stream from "effect/Stream"
import { wholeLog } from "../../../../core/log/admit.ts"
import { EventLog } from "../../../../core/log/EventLog.ts"
import * as Kurrent from "../../../../core/log/kurrent.ts"
import type { Address } from "../../../../core/log/kurrent/Address.ts"
import { frame, ticked, unknown } from "../../../contract/someEvents.ts"
import { freshServer } from "./freshServer.ts"
import { killing } from "./killing.ts"

const open = (address: Address, options: Kurrent.Options = {}) =>
  Effect.map(Layer.build(Layer.fresh(Kurrent.layer(address, options))), (context) =>
    Context.get(context, EventLog),
  )

const readAll = (log: EventLog["Service"]) =>
  Effect.map(Stream.runCollect(log.read(0)), (batches) => batches.flat())

/** What another process commits is heard of a little later: this waits for it. */
const followTo = (log: EventLog["Service"], head: number) =>
  log.follow(0).pipe(
    Stream.takeUntil((batch) => batch.some(({ position }) => position === head - 1)),
    Stream.runCollect,
    Effect.map((batches) => batches.flat()),
  )

/** Sequence numbers of the receptions in a log, in their order. */
const seqsOf = (log: EventLog["Service"]) =>
  Effect.map(readAll(log), (events) =>
    events.flatMap(({ event }) => (event._tag === "FrameHeard" ? [event.seq] : [])),
  )

const upTo = (count: number): ReadonlyArray<number> => Array.from({ length: count }, (_, i) => i)

/** More bytes than one append takes. */
const large = (seq: number) => unknown("Large", { seq, text: "x".repeat(900_000) })

describe("a server that fails", () => {
  it.live("an append whose answer is lost is in once", () =>
    Effect.gen(function* () {
      const { address, double } = yield* freshServer()
      const log = yield* open(address)
      yield* log.append([frame("A", 0)])
      double.dropAnswers(1)
      const placed = yield* log.append([frame("A", 1)])
      assert.strictEqual(placed.first, 1)
      assert.deepStrictEqual(yield* seqsOf(log), [0, 1])
      assert.deepStrictEqual(yield* seqsOf(yield* open(address)), [0, 1])
    }),
  )

  it.live("an append that is lost on the way is made again", () =>
    Effect.gen(function* () {
      const { address, double } = yield* freshServer()
      const log = yield* open(address)
      double.dropAppends(2)
      yield* log.append([frame("A", 0)])
      assert.deepStrictEqual(yield* seqsOf(log), [0])
    }),
  )

  it.live("a paused server holds appends up and takes each of them once", () =>
    Effect.gen(function* () {
      const { address, double } = yield* freshServer()
      const log = yield* open(address)
      double.hold()
      const waiting = yield* Effect.forEach(upTo(20), (seq) =>
        Effect.forkChild(log.append([frame("A", seq)]), { startImmediately: true }),
      )
      yield* Effect.sleep("100 millis")
      assert.strictEqual(yield* log.head, 0)
      double.release()
      yield* Effect.forEach(waiting, Fiber.join)
      assert.deepStrictEqual(
        (yield* seqsOf(log)).toSorted((a, b) => a - b),
        upTo(20),
      )
    }),
  )

  it.live(
    "killed and started again under load it loses nothing acknowledged, and doubles and tears nothing",
    () =>
      Effect.gen(function* () {
        const { acknowledged, ...bad } = yield* killing(12, 1)
        assert.isAbove(acknowledged, 0)
        assert.deepStrictEqual(bad, { kills: 12, lost: 0, doubled: 0, torn: 0, damaged: 0 })
      }),
  )

  it.live("a follower goes on over a restart without gap or repeat", () =>
    Effect.gen(function* () {
      const { address, kill, startAgain } = yield* freshServer()
      const writer = yield* open(address)
      const reader = yield* open(address, { readonly: true })
      yield* writer.append([ticked("0")])
      const seen: Array<number> = []
      const half = yield* Deferred.make<void>()
      const follower = yield* reader.follow(0).pipe(
        Stream.tap((batch) =>
          Effect.gen(function* () {
            seen.push(...batch.map(({ position }) => position))
            if (seen.includes(9)) yield* Deferred.succeed(half, undefined)
          }),
        ),
        Stream.takeUntil((batch) => batch.some(({ position }) => position >= 19)),
        Stream.runDrain,
        Effect.forkChild({ startImmediately: true }),
      )
      for (const i of upTo(9)) yield* writer.append([ticked(String(i))])
      yield* Deferred.await(half)
      yield* kill
      yield* startAgain
      for (const i of upTo(10)) yield* writer.append([ticked(String(i))])
      yield* Fiber.join(follower)
      assert.deepStrictEqual(seen, upTo(20))
    }),
  )

  it.live("says so when patience ends, and finds out later what had gone in", () =>
    Effect.gen(function* () {
      const { address, double } = yield* freshServer()
      const log = yield* open(address, { patience: Duration.zero })
      double.dropAnswers(1)
      const failed = yield* Effect.flip(log.append([frame("A", 0)]))
      assert.strictEqual(failed._tag === "LogUnavailable" && failed.reason, "unreachable")
      const stale = yield* Effect.flip(log.append([frame("A", 1)], new Map([["device-A", -1]])))
      assert.deepInclude(stale, { _tag: "AppendConflict", actual: 0 })
      assert.deepStrictEqual(yield* seqsOf(log), [0])
    }),
  )

  it.live(
    "a batch larger than an append is committed by its last part; what broke off is passed over",
    () =>
      Effect.gen(function* () {
        const { address, double, storage } = yield* freshServer()
        const log = yield* open(address, { patience: Duration.zero })
        yield* log.append([ticked("before")])
        double.dropAppends(1, 1)
        const failed = yield* Effect.flip(log.append([large(1)]))
        assert.strictEqual(failed._tag, "LogUnavailable")
        assert.strictEqual(
          storage.stream(`${address.name}:log`)?.length,
          3,
          "one of two parts is in",
        )
        assert.strictEqual(yield* log.head, 1)
        yield* log.append([large(2)])
        yield* log.append([ticked("after")])
        const other = yield* open(address)
        assert.deepStrictEqual(
          (yield* readAll(other)).map(({ event }) =>
            event._tag === "Unknown" ? event.data["seq"] : 0,
          ),
          [0, 2, 0],
        )
        assert.deepStrictEqual(yield* other.verify, { events: 3, batches: 3, damage: [] })
      }),
  )
})

describe("two writers of one log", () => {
  it.live("both append, each seeing what the other did, without a gap", () =>
    Effect.gen(function* () {
      const { address } = yield* freshServer()
      const [a, b] = [yield* open(address), yield* open(address)]
      const placed = yield* Effect.all(
        upTo(30).map((seq) => (seq % 2 === 0 ? a : b).append([frame("A", seq), frame("B", seq)])),
        { concurrency: "unbounded" },
      )
      assert.strictEqual(new Set(placed.map(({ first }) => first)).size, 30)
      const [fromA, fromB] = [yield* followTo(a, 60), yield* followTo(b, 60)]
      assert.deepStrictEqual(fromA, fromB)
      assert.deepStrictEqual(
        fromA.map(({ position }) => position),
        upTo(60),
      )
      assert.deepStrictEqual((yield* a.verify).damage, [])
    }),
  )

  it.live("the one that comes second is refused where it expected another revision", () =>
    Effect.gen(function* () {
      const { address } = yield* freshServer()
      const [a, b] = [yield* open(address), yield* open(address)]
      yield* a.append([frame("A", 1)])
      const refused = yield* Effect.flip(b.append([frame("A", 2)], new Map([["device-A", -1]])))
      assert.deepInclude(refused, { _tag: "AppendConflict", expected: -1, actual: 0 })
      const behind = yield* Effect.flip(b.append([frame("B", 2)], new Map([[wholeLog, -1]])))
      assert.deepInclude(behind, { _tag: "AppendConflict", actual: 0 })
      yield* b.append([frame("A", 2)], new Map([[wholeLog, 0]]))
      assert.deepStrictEqual(
        (yield* followTo(a, 2)).map(({ position }) => position),
        [0, 1],
      )
    }),
  )
})

describe("streams on the server", () => {
  it.live(
    "devices, stations and customers have streams of links, in order and once, also after a writer died",
    () =>
      Effect.gen(function* () {
        const { address, storage } = yield* freshServer()
        const dying = yield* Scope.make()
        const first = yield* Scope.provide(open(address), dying)
        for (const seq of upTo(5)) yield* first.append([frame("A", seq), frame("B", seq)])
        yield* Scope.close(dying, Exit.void)
        // As a writer leaves it that died between a commit and its links.
        const notes = storage.stream(`${address.name}:linked`)?.length ?? 0
        assert.isAbove(notes, 0)
        storage.forget(`${address.name}:linked`)
        const second = yield* open(address)
        yield* second.append([frame("A", 5, { station: "S2" })])
        const found = yield* Effect.map(
          Stream.runCollect(second.query({ device: "A", station: "S1" })),
          (batches) => batches.flat().map(({ position }) => position),
        )
        assert.deepStrictEqual(found, [8, 6, 4, 2, 0])
        assert.strictEqual(yield* second.revision("device-A"), 5)
        const closing = yield* Scope.make()
        yield* Scope.provide(open(address), closing)
        yield* Scope.close(closing, Exit.void)
        const linksOf = (key: string) =>
          storage
            .stream(`${address.name}.${key}`)
            ?.map(({ data }) => new TextDecoder().decode(data))
        const at = (revision: number) => `${revision}@${address.name}:log`
        assert.deepStrictEqual(linksOf("device-A"), [1, 2, 3, 4, 5, 6].map(at))
        assert.deepStrictEqual(linksOf("device-B"), [1, 2, 3, 4, 5].map(at))
        assert.deepStrictEqual(linksOf("station-S2"), [at(6)])
      }),
  )
})
