import { assert, describe, it } from "@effect/vitest"
import * as Effect from "effect/Effect"
import * as Fiber from "effect/Fiber"
import { TestClock } from "effect/testing"
import { StationId } from "../../../core/event/ids.ts"
import * as OrderDesk from "../../../core/network/OrderDesk.ts"
import { Stations } from "../../../core/network/Stations.ts"

const station = StationId.make("BS-1")
const order = { station, frameHex: "00", frequencyHz: undefined, atMs: 20_000 }

const both = Effect.gen(function* () {
  return { desk: yield* OrderDesk.OrderDesk, stations: yield* Stations }
})

const given = <A, E>(effect: Effect.Effect<A, E, OrderDesk.OrderDesk | Stations>) =>
  effect.pipe(Effect.provide(OrderDesk.layer))

describe("the order desk", () => {
  it.effect("gives a waiting station its order once, and ends when the station has sent", () =>
    given(
      Effect.gen(function* () {
        const { desk, stations } = yield* both
        const called = yield* Effect.forkChild(desk.next(station), { startImmediately: true })
        const sending = yield* Effect.forkChild(stations.transmit(order), {
          startImmediately: true,
        })
        const handed = yield* Fiber.join(called)
        assert.deepInclude(handed, order)
        assert.isUndefined(sending.pollUnsafe())
        const id = handed?.id ?? ""
        assert.isFalse(yield* desk.answer(StationId.make("BS-2"), id, true))
        assert.isTrue(yield* desk.answer(station, id, true))
        yield* Fiber.join(sending)
        assert.isFalse(yield* desk.answer(station, id, true))
      }),
    ),
  )

  it.effect("wakes every call that waits, and gives each order to one of them", () =>
    given(
      Effect.gen(function* () {
        const { desk, stations } = yield* both
        const calls = yield* Effect.forEach([1, 2], () =>
          Effect.forkChild(desk.next(station), { startImmediately: true }),
        )
        for (const atMs of [1, 2])
          yield* Effect.forkChild(stations.transmit({ ...order, atMs }), {
            startImmediately: true,
          })
        const handed = yield* Effect.forEach(calls, Fiber.join)
        assert.deepStrictEqual(
          handed.map((one) => one?.atMs ?? 0).toSorted((a, b) => a - b),
          [1, 2],
        )
      }),
    ),
  )

  it.effect("tells a call that nothing came, and keeps the link for a moment after it", () =>
    given(
      Effect.gen(function* () {
        const { desk, stations } = yield* both
        const called = yield* Effect.forkChild(desk.next(station), { startImmediately: true })
        yield* TestClock.adjust(OrderDesk.waitMs)
        assert.isUndefined(yield* Fiber.join(called))
        yield* TestClock.adjust(OrderDesk.linkedMs)
        const sending = yield* Effect.forkChild(stations.transmit(order), {
          startImmediately: true,
        })
        assert.isUndefined(sending.pollUnsafe())
        assert.deepInclude(yield* desk.next(station), order)
      }),
    ),
  )

  it.effect("has no link to a station that never called, or not for a while", () =>
    given(
      Effect.gen(function* () {
        const { desk, stations } = yield* both
        const reasonOf = Effect.map(Effect.flip(stations.transmit(order)), ({ reason }) => reason)
        assert.strictEqual(yield* reasonOf, "no-link")
        const called = yield* Effect.forkChild(desk.next(station), { startImmediately: true })
        yield* TestClock.adjust(OrderDesk.waitMs + OrderDesk.linkedMs + 1)
        yield* Fiber.join(called)
        assert.strictEqual(yield* reasonOf, "no-link")
      }),
    ),
  )

  it.effect("takes an order back when its window is over, and refuses what is too many", () =>
    given(
      Effect.gen(function* () {
        const { desk, stations } = yield* both
        yield* Effect.forkChild(desk.next(station), { startImmediately: true })
        const first = yield* Effect.forkChild(stations.transmit(order), {
          startImmediately: true,
        })
        yield* Effect.yieldNow
        yield* Fiber.interrupt(first)
        assert.isFalse(yield* desk.answer(station, "0", true))
        yield* Effect.forEach(Array.from({ length: OrderDesk.perStationMax }), () =>
          Effect.forkChild(stations.transmit(order), { startImmediately: true }),
        )
        const refused = yield* Effect.flip(stations.transmit(order))
        assert.strictEqual(refused.reason, "refused")
      }),
    ),
  )

  it.effect("says so when the station will not send", () =>
    given(
      Effect.gen(function* () {
        const { desk, stations } = yield* both
        yield* Effect.forkChild(desk.next(station), { startImmediately: true })
        const sending = yield* Effect.forkChild(Effect.flip(stations.transmit(order)), {
          startImmediately: true,
        })
        yield* Effect.yieldNow
        assert.isTrue(yield* desk.answer(station, "0", false))
        assert.strictEqual((yield* Fiber.join(sending)).reason, "refused")
      }),
    ),
  )
})
