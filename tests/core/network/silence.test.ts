/** Silence, control frames and the tally's place, as callbacks tell them. */
import { assert, describe, it } from "@effect/vitest"
import * as Clock from "effect/Clock"
import * as Effect from "effect/Effect"
import * as Stream from "effect/Stream"
import { StationId } from "../../../core/event/ids.ts"
import { Pipeline } from "../../../core/ingest/Pipeline.ts"
import { EventLog } from "../../../core/log/EventLog.ts"
import { locate } from "../../../core/network/locate.ts"
import { radio } from "../ingest/radio.ts"
import { deliverUntil, register, so, world } from "./deliveries.ts"
import { endpoint } from "./endpoint.ts"

const a = radio(0x4d33db)

/** Hands the pipeline nothing until something of that kind is in the log: time alone does it. */
const waitFor = (notice: string) =>
  Effect.gen(function* () {
    const pipeline = yield* Pipeline
    const log = yield* EventLog
    while (true) {
      yield* pipeline.record([])
      const owed = yield* log
        .query({ kinds: ["DeliveryOwed"] })
        .pipe(Stream.flattenIterable, Stream.runCollect)
      const found = owed.filter(
        ({ event }) => event._tag === "DeliveryOwed" && event.notice === notice,
      )
      if (found.length > 0) return found.length
      yield* Effect.sleep("10 seconds")
    }
  })

describe("a device's silence", () => {
  it.live("is told once, with the number heard last, after the time the customer gave", () =>
    Effect.gen(function* () {
      const at = yield* endpoint
      yield* register("hydro", { url: at.url, told: ["error"], silentAfterS: 600 }, [a])
      const pipeline = yield* Pipeline
      const nowMs = yield* Clock.currentTimeMillis
      yield* pipeline.submit([a.send(7, { atMs: nowMs })])
      yield* waitFor("error")
      const toldMs = yield* Clock.currentTimeMillis
      assert.isAtLeast(toldMs - nowMs, 600_000)
      yield* deliverUntil(so(1))
      assert.deepInclude(at.bodies[0], { device: "4D33DB", severity: "ERROR" })
      yield* Effect.sleep("10 minutes")
      yield* pipeline.record([])
      assert.strictEqual(yield* waitFor("error"), 1)
    }).pipe(Effect.provide(world())),
  )

  it.live("is judged by what is usual for the device where the customer gave no time", () =>
    Effect.gen(function* () {
      const at = yield* endpoint
      yield* register("hydro", { url: at.url, told: ["error"] }, [a])
      const pipeline = yield* Pipeline
      const nowMs = yield* Clock.currentTimeMillis
      const hour = 3_600_000
      for (let i = 0; i < 9; i++)
        yield* pipeline.submit([a.send(7 + i, { atMs: nowMs - (9 - i) * hour })])
      yield* waitFor("error")
      assert.isAtLeast((yield* Clock.currentTimeMillis) - (nowMs - hour), 3 * hour)
    }).pipe(Effect.provide(world())),
  )
})

describe("a control frame", () => {
  it.live("is told as status, with what the device says of itself", () =>
    Effect.gen(function* () {
      const at = yield* endpoint
      yield* register("hydro", { url: at.url, told: ["status"] }, [a])
      // Keep-alive, 3000 mV at rest, 2900 mV while sending, 21.5 degrees (SIGFOX.md part 1).
      yield* (yield* Pipeline).submit([a.send(7, { control: "08b80b540bd700" })])
      yield* deliverUntil(so(1))
      assert.deepInclude(at.bodies[0], { device: "4D33DB", seqNumber: 7, batt: 3, temp: 21.5 })
      assert.notProperty(at.bodies[0], "data")
    }).pipe(Effect.provide(world())),
  )
})

describe("a tally", () => {
  it.live("says where the device seems to be, and who runs the network", () =>
    Effect.gen(function* () {
      const at = yield* endpoint
      const pipeline = yield* Pipeline
      for (const [station, lat, lng] of [
        ["BS-1", 51.2, 4.4],
        ["BS-2", 51.3, 4.5],
      ] as const)
        yield* pipeline.execute({
          _tag: "EnrolStation",
          station: StationId.make(station),
          lat,
          lng,
        })
      yield* register("hydro", { url: at.url, told: ["data-advanced"] }, [a])
      yield* pipeline.submit([a.send(7, { rssiDbm: -100 })])
      yield* pipeline.submit([a.send(7, { station: "BS-2", rssiDbm: -120 })])
      yield* deliverUntil(so(1), { operator: { name: "Antwerp Radio", countryCode: "56" } })
      const [body] = at.bodies
      assert.deepInclude(body, { operatorName: "Antwerp Radio", countryCode: "56" })
      const location = Reflect.get(Object(body), "computedLocation")
      assert.deepInclude(location, { source: 2, status: 1 })
      // Ten times the amplitude: ten times as near.
      assert.closeTo(Number(Reflect.get(Object(location), "lat")), 51.2 + 0.1 / 11, 1e-4)
    }).pipe(Effect.provide(world())),
  )

  it("knows no place where no station's is known, and little by one station alone", () => {
    assert.isUndefined(locate([]))
    assert.deepStrictEqual(locate([{ lat: 51, lng: 4, dbm: -120 }]), {
      lat: 51,
      lng: 4,
      radius: 10_000,
      source: 2,
      status: 1,
    })
  })
})
