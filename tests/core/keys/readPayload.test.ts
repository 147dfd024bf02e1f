import { assert, describe, it } from "@effect/vitest"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import * as Redacted from "effect/Redacted"
import * as Stream from "effect/Stream"
import * as ctrScheme from "../../../core/crypto/ctrScheme.ts"
import type { Command } from "../../../core/decide/Command.ts"
import * as PayloadSchemes from "../../../core/decide/PayloadSchemes.ts"
import { CustomerId, DestinationId } from "../../../core/event/ids.ts"
import { Pipeline } from "../../../core/ingest/Pipeline.ts"
import * as pipelineLive from "../../../core/ingest/pipelineLive.ts"
import * as Bytes from "../../../core/kernel/Bytes.ts"
import { readPayload } from "../../../core/keys/readPayload.ts"
import { secretsMemory } from "../../../core/keys/secretsMemory.ts"
import * as Vault from "../../../core/keys/Vault.ts"
import { EventLog } from "../../../core/log/EventLog.ts"
import * as memory from "../../../core/log/memory.ts"
import { deliver } from "../../../core/network/deliver.ts"
import * as post from "../../../core/network/post.ts"
import { bytes } from "../decide/downlinks.ts"
import { radio } from "../ingest/radio.ts"
import { endpoint } from "../network/endpoint.ts"

const world = (options: Vault.Options = {}) =>
  Layer.fresh(
    Layer.provideMerge(
      pipelineLive.layer,
      Layer.mergeAll(memory.layer, Vault.layer(secretsMemory, options)),
    ),
  )

const a = radio(0x4d33db)
const atMs = 1_700_000_000_000
const key1 = "2b7e151628aed2a6abf7158809cf4f3c"
const key2 = "00112233445566778899aabbccddeeff"

const register: Command = {
  _tag: "RegisterDevice",
  device: a.id,
  rollover: 128,
  key: Redacted.make(a.keyHex),
}

const adopt = (key: string, rolloverCounter = 0, scheme = "sigtwin-ctr-1"): Command => ({
  _tag: "AdoptPayloadScheme",
  device: a.id,
  scheme,
  key: Redacted.make(key),
  rolloverCounter,
})

const end: Command = { _tag: "AdoptPayloadScheme", device: a.id }

/** What the device puts in its frame for a plain payload. */
const encrypted = (plain: string, key: string, seq: number, rolloverCounter: number): string =>
  Bytes.toHex(
    ctrScheme.scheme.encrypt(bytes(key), { device: 0x4d33db, seq, rolloverCounter }, bytes(plain)),
  )

/** Each accepted message as a reader sees it. */
const readAll = Effect.gen(function* () {
  const log = yield* EventLog
  const vault = yield* Vault.Vault
  const recorded = (yield* Stream.runCollect(log.read(0))).flat()
  const schemes = PayloadSchemes.make()
  for (const each of recorded) PayloadSchemes.apply(schemes, each)
  return recorded.flatMap(({ causes, event, position }) => {
    const heard = recorded[causes[0] ?? -1]?.event
    if (event._tag !== "MessageAccepted" || heard?._tag !== "FrameHeard") return []
    const { device, epoch, seq } = event
    const control = event.kind === "control"
    const read = readPayload(vault, PayloadSchemes.of(schemes, device), {
      device,
      epoch,
      seq,
      control,
      position,
      sealed: heard.payload,
    })
    return [read === undefined ? "unreadable" : Bytes.toHex(read.payload)]
  })
})

const send = (seq: number, payload: string, minutes = seq) =>
  a.send(seq, { payload, atMs: atMs + minutes * 60_000 })

const flip = (_: Uint8Array, __: unknown, payload: Uint8Array) => payload.map((byte) => ~byte)

describe("a payload that its device encrypts towards the network", () => {
  it.effect("is read under the scheme and key of its time, through replacements and an end", () =>
    Effect.gen(function* () {
      const pipeline = yield* Pipeline
      yield* pipeline.execute(register)
      yield* pipeline.submit([send(1, "aa01")])
      yield* pipeline.execute(adopt(key1))
      yield* pipeline.submit([send(2, encrypted("aa02", key1, 2, 0))])
      yield* pipeline.execute(adopt(key2))
      yield* pipeline.submit([send(3, encrypted("aa03", key2, 3, 0))])
      yield* pipeline.execute(end)
      assert.deepStrictEqual(yield* pipeline.execute(end), [])
      yield* pipeline.submit([send(4, "aa04")])
      yield* pipeline.execute(adopt(key1))
      yield* pipeline.submit([send(5, encrypted("aa05", key1, 5, 0))])
      assert.deepStrictEqual(yield* readAll, ["aa01", "aa02", "aa03", "aa04", "aa05"])
      const log = yield* EventLog
      const versions = (yield* Stream.runCollect(log.read(0)))
        .flat()
        .flatMap(({ event }) => (event._tag === "PayloadSchemeAdopted" ? [event.keyVersion] : []))
      assert.deepStrictEqual(versions, [1, 2, 2, 3])
    }).pipe(Effect.provide(world())),
  )

  it.effect("counts the turns of the counter as the device does, from the adoption on", () =>
    Effect.gen(function* () {
      const pipeline = yield* Pipeline
      yield* pipeline.execute(register)
      // One turn before the adoption, at which the device's own count stands at 40.
      yield* pipeline.submit([send(126, "00"), send(2, "00", 130)])
      yield* pipeline.execute(adopt(key1, 40))
      yield* pipeline.submit([
        send(100, encrypted("bb01", key1, 100, 40), 200),
        send(3, encrypted("bb02", key1, 3, 41), 300),
      ])
      assert.deepStrictEqual((yield* readAll).slice(2), ["bb01", "bb02"])
    }).pipe(Effect.provide(world())),
  )

  it.effect("leaves control frames as they are: the network reads them itself", () =>
    Effect.gen(function* () {
      const pipeline = yield* Pipeline
      yield* pipeline.execute(register)
      yield* pipeline.execute(adopt(key1))
      const keepAlive = "08b80b540bd700"
      yield* pipeline.submit([a.send(1, { atMs, control: keepAlive })])
      assert.deepStrictEqual(yield* readAll, [keepAlive])
    }).pipe(Effect.provide(world())),
  )

  it.effect("of a scheme that is not known is refused at the adoption, and so is half of one", () =>
    Effect.gen(function* () {
      const pipeline = yield* Pipeline
      yield* pipeline.execute(register)
      const half: Command = { _tag: "AdoptPayloadScheme", device: a.id, scheme: "sigtwin-ctr-1" }
      for (const command of [adopt(key1, 0, "rot13"), half])
        assert.include(yield* Effect.flip(pipeline.execute(command)), { reason: "invalid" })
    }).pipe(Effect.provide(world())),
  )

  it.effect("may be of any scheme that is plugged in", () => {
    const schemes = [{ id: "flipped", encrypt: flip, decrypt: flip }]
    return Effect.gen(function* () {
      const pipeline = yield* Pipeline
      yield* pipeline.execute(register)
      yield* pipeline.execute(adopt(key1, 0, "flipped"))
      yield* pipeline.submit([send(1, "00ff")])
      assert.deepStrictEqual(yield* readAll, ["ff00"])
    }).pipe(Effect.provide(world({ schemes })))
  })

  it.effect("cannot be read once its data key is destroyed", () =>
    Effect.gen(function* () {
      const pipeline = yield* Pipeline
      yield* pipeline.execute(register)
      yield* pipeline.execute(adopt(key1))
      yield* pipeline.submit([send(1, encrypted("aa01", key1, 1, 0))])
      const vault = yield* Vault.Vault
      yield* vault.destroyDataKey(a.id)
      assert.deepStrictEqual(yield* readAll, ["unreadable"])
    }).pipe(Effect.provide(world())),
  )

  it.effect("never stands in the log, nor does its key", () =>
    Effect.gen(function* () {
      const pipeline = yield* Pipeline
      yield* pipeline.execute(register)
      yield* pipeline.execute(adopt(key1))
      yield* pipeline.submit([send(1, encrypted("aabbccdd01", key1, 1, 0))])
      const log = yield* EventLog
      const text = JSON.stringify((yield* Stream.runCollect(log.read(0))).flat())
      assert.notInclude(text, "aabbccdd01")
      assert.notInclude(text, key1)
    }).pipe(Effect.provide(world())),
  )

  it.live(
    "reaches its customer in plain, and what the customer encrypted reaches it untouched",
    () =>
      Effect.gen(function* () {
        const at = yield* endpoint
        const pipeline = yield* Pipeline
        const hydro = CustomerId.make("hydro")
        yield* pipeline.execute({ _tag: "RegisterCustomer", customer: hydro })
        yield* pipeline.execute({
          _tag: "AddDestination",
          customer: hydro,
          destination: DestinationId.make("main"),
          url: at.url,
          loopbackAllowed: true,
        })
        yield* pipeline.execute({ ...register, customer: hydro })
        yield* pipeline.submit([send(1, "d00dfeed")])
        yield* pipeline.execute(adopt(key1))
        yield* pipeline.submit([send(2, encrypted("aa02", key1, 2, 0))])
        const poster = yield* Effect.acquireRelease(
          Effect.sync(() => post.make()),
          ({ close }) => Effect.sync(close),
        )
        yield* Effect.forkScoped(deliver({ poster }))
        const log = yield* EventLog
        let delivered = 0
        yield* log.follow(0).pipe(
          Stream.takeUntil((events) => {
            delivered += events.filter(({ event }) => event._tag === "DeliverySucceeded").length
            return delivered >= 2
          }),
          Stream.runDrain,
        )
        assert.deepStrictEqual(
          at.bodies.map((body) => JSON.stringify(body).match(/"data":"(\w*)"/)?.[1]),
          ["d00dfeed", "aa02"],
        )
      }).pipe(Effect.provide(world())),
  )
})
