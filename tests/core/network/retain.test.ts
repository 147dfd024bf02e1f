import { assert, describe, it } from "@effect/vitest"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import * as Redacted from "effect/Redacted"
import * as Stream from "effect/Stream"
import { TestClock } from "effect/testing"
import { CustomerId } from "../../../core/event/ids.ts"
import { Pipeline } from "../../../core/ingest/Pipeline.ts"
import * as pipelineLive from "../../../core/ingest/pipelineLive.ts"
import { secretsMemory } from "../../../core/keys/secretsMemory.ts"
import * as Vault from "../../../core/keys/Vault.ts"
import { EventLog } from "../../../core/log/EventLog.ts"
import * as memory from "../../../core/log/memory.ts"
import { retainPayloads } from "../../../core/network/retain.ts"
import { radio } from "../ingest/radio.ts"

const world = pipelineLive.layer.pipe(
  Layer.provideMerge(Layer.mergeAll(memory.layer, Vault.layer(secretsMemory))),
)
const [own, beside] = [radio(0x4d33db), radio(0x5e44ec)]

const eventsOf = Effect.gen(function* () {
  const log = yield* EventLog
  return (yield* Stream.runCollect(log.read(0))).flat()
})

/** Whose payloads can be read, by `DEVICE:SEQ`. */
const readable = Effect.gen(function* () {
  const vault = yield* Vault.Vault
  return (yield* eventsOf).flatMap(({ event }) =>
    event._tag === "FrameHeard" && vault.unseal(event.device, event.payload) !== undefined
      ? [`${event.device}:${event.seq}`]
      : [],
  )
})

describe("retention", () => {
  it.effect("makes old payloads unreadable, and neither newer ones nor those of others", () =>
    Effect.gen(function* () {
      const pipeline = yield* Pipeline
      for (const [device, name] of [
        [own, "hydro"],
        [beside, "gas"],
      ] as const) {
        const customer = CustomerId.make(name)
        yield* pipeline.execute({ _tag: "RegisterCustomer", customer })
        const key = Redacted.make(device.keyHex)
        yield* pipeline.execute({ _tag: "RegisterDevice", device: device.id, customer, key })
      }
      const customer = CustomerId.make("hydro")
      yield* pipeline.execute({ _tag: "SetRetention", customer, days: 8 })
      yield* Effect.forkScoped(retainPayloads())
      const send = (seq: number) =>
        pipeline.submit([own, beside].map((device) => device.send(seq, { atMs: seq * 86_400_000 })))
      for (let day = 1; day <= 20; day++) {
        yield* send(day)
        yield* TestClock.adjust("1 day")
      }
      const left = yield* readable
      const others = left.filter((name) => name.startsWith(beside.id))
      assert.strictEqual(others.length, 20)
      const kept = left.filter((name) => name.startsWith(own.id))
      // What is eight days old or less, and what waits for the next renewal.
      assert.isAtLeast(kept.length, 8)
      assert.isAtMost(kept.length, 10)
      assert.include(kept, `${own.id}:20`)
      assert.notInclude(kept, `${own.id}:10`)
      const expired = (yield* eventsOf).filter(({ event }) => event._tag === "PayloadsExpired")
      assert.isAbove(expired.length, 8)
    }).pipe(Effect.provide(world)),
  )

  it.effect("gives a packet that is sent again its name, whatever key hides it", () =>
    Effect.gen(function* () {
      const vault = yield* Vault.Vault
      const [packet, payload] = [Uint8Array.of(1, 2, 3), Uint8Array.of(3)]
      const sealing = { device: own.id, stranger: false, packet, payload }
      const first = vault.seal(sealing)
      assert.isTrue(yield* vault.renewDataKey(own.id, 20_000))
      assert.isFalse(yield* vault.renewDataKey(own.id, 20_000))
      const second = vault.seal(sealing)
      assert.strictEqual(second.digest, first.digest)
      assert.notDeepEqual(second.bytes, first.bytes)
      assert.deepStrictEqual(vault.unseal(own.id, first), payload)
      assert.strictEqual(yield* vault.expireDataKeys(own.id, 20_001), 1)
      assert.isUndefined(vault.unseal(own.id, first))
      assert.deepStrictEqual(vault.unseal(own.id, second), payload)
      yield* vault.destroyDataKey(own.id)
      assert.isUndefined(vault.unseal(own.id, second))
    }).pipe(Effect.provide(world)),
  )

  it.effect("is set for one customer or group, and ended", () =>
    Effect.gen(function* () {
      const pipeline = yield* Pipeline
      const customer = CustomerId.make("hydro")
      assert.strictEqual(
        (yield* Effect.exit(pipeline.execute({ _tag: "SetRetention", days: 8 })))._tag,
        "Failure",
      )
      const set = { _tag: "SetRetention", customer, days: 8 } as const
      assert.strictEqual((yield* pipeline.execute(set)).length, 1)
      assert.deepStrictEqual(yield* pipeline.execute(set), [])
      assert.strictEqual((yield* pipeline.execute({ _tag: "SetRetention", customer })).length, 1)
    }).pipe(Effect.provide(world)),
  )
})
