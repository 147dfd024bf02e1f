import { assert, describe, it } from "@effect/vitest"
import type { DeliveryOwed } from "../../../core/event/delivery.ts"
import type { CustomerId, DestinationId, DeviceId } from "../../../core/event/ids.ts"
import * as Customers from "../../../core/sim/Customers.ts"
import * as DeliveryModel from "../../../core/sim/DeliveryModel.ts"
import { worldOf, startMs } from "./world.ts"

// Literals that fit the pattern of an id.
const hydro = "hydro" as CustomerId
const owed = (seq: number, device = "A1"): DeliveryOwed => ({
  _tag: "DeliveryOwed",
  device: device as DeviceId,
  seq,
  epoch: 0,
  customer: hydro,
  destination: "hydro-main" as DestinationId,
})

const ok = { status: 200, delayMs: 100 }

const told = (model: DeliveryModel.DeliveryModel, untilMs = 1e9) =>
  Array.from(model.next(untilMs)).map(({ occurredMs, event }) => ({ occurredMs, event }))

describe("modelled deliveries", () => {
  it("succeed at the first attempt when the endpoint answers", () => {
    const model = DeliveryModel.make(() => ok)
    assert.isTrue(model.owe(owed(5), 1000, 7))
    assert.deepStrictEqual(Array.from(model.next(1100)), [])
    assert.deepStrictEqual(Array.from(model.next(1101)), [
      {
        stream: "customer-hydro",
        occurredMs: 1100,
        causes: [7],
        event: { ...owed(5), _tag: "DeliverySucceeded", attempt: 1, status: 200, durationMs: 100 },
      },
    ])
    assert.strictEqual(model.waiting(), 0)
  })

  it("are tried again 1, 2 and 4 minutes after each failure, then abandoned", () => {
    const model = DeliveryModel.make(() => ({ delayMs: 30_000 }))
    model.owe(owed(5), 0, 7)
    const events = told(model)
    assert.deepStrictEqual(
      events.map(({ occurredMs, event }) => [occurredMs, event._tag]),
      [
        [10_000, "DeliveryFailed"],
        [80_000, "DeliveryFailed"],
        [210_000, "DeliveryFailed"],
        [460_000, "DeliveryAbandoned"],
      ],
    )
    const first = events[0].event
    assert(first._tag === "DeliveryFailed")
    assert.strictEqual(first.error, "timeout")
    assert.strictEqual(first.nextAttemptAtMs, 70_000)
    assert.isUndefined(first.status)
  })

  it("fail on an error code at once, and say which", () => {
    const model = DeliveryModel.make(({ atMs }) => (atMs === 0 ? { status: 503, delayMs: 50 } : ok))
    model.owe(owed(5), 0, 7)
    const [failed, succeeded] = told(model)
    assert(failed.event._tag === "DeliveryFailed")
    assert.strictEqual(failed.event.status, 503)
    assert.strictEqual(failed.event.nextAttemptAtMs, 60_050)
    assert.strictEqual(succeeded.occurredMs, 60_150)
  })

  it("fail when the answer comes after 10 s, however good it is", () => {
    const model = DeliveryModel.make(({ atMs }) => ({
      ...ok,
      delayMs: atMs === 0 ? 10_001 : 10_000,
    }))
    model.owe(owed(5), 0, 7)
    assert.deepStrictEqual(
      told(model).map(({ occurredMs, event }) => [occurredMs, event._tag]),
      [
        [10_000, "DeliveryFailed"],
        [80_000, "DeliverySucceeded"],
      ],
    )
  })

  it("keep the order of one device's messages, and hold up no other device's", () => {
    const model = DeliveryModel.make(({ atMs }) => (atMs < 5 ? { delayMs: 30_000 } : ok))
    model.owe(owed(5), 0, 7)
    model.owe(owed(6), 1000, 8)
    model.owe(owed(1, "B2"), 1000, 9)
    assert.deepStrictEqual(
      told(model).flatMap(({ event }) =>
        event._tag === "DeliverySucceeded" ? [[event.device as string, event.seq]] : [],
      ),
      [
        ["B2", 1],
        ["A1", 5],
        ["A1", 6],
      ],
    )
  })

  it("answer the same for the same request, mostly well, and not at all in an outage", () => {
    const outages = [{ customer: hydro, fromMs: 1000, untilMs: 5000 }]
    const at = (atMs: number, nonce = 1) =>
      Customers.answer(1, outages, { customer: hydro, atMs, nonce })
    assert.deepStrictEqual(at(500), at(500))
    assert.isUndefined(at(1000).status)
    assert.strictEqual(at(4500).status, 503)
    const answers = Array.from({ length: 5000 }, (_, nonce) => at(6000, nonce))
    const good = answers.filter(({ status }) => status === 200).length
    assert.isAbove(good, 4900)
    assert.isBelow(good, 5000)
  })

  it("abandon nothing in the demo's outage: the last retry comes after it", () => {
    const world = worldOf("demo", { historyDays: 0 })
    const outputs = Array.from(world.next(startMs + 3_600_000))
    assert.isAbove(outputs.length, 0)
    const outage = world.truth.find(({ kind }) => kind === "customer-outage")
    assert(outage?.customer !== undefined && outage.untilMs !== undefined)
    const { customer, untilMs } = outage
    const model = DeliveryModel.make((request) =>
      // Well again, the endpoint makes no error here by chance.
      request.atMs < untilMs ? world.answer(request) : ok,
    )
    let device = 0
    for (let atMs = outage.atMs; atMs < untilMs; atMs += 1000) {
      model.owe({ ...owed(1, `D${device++}`), customer }, atMs, 0)
    }
    const tags = Array.from(model.next(Infinity)).map(({ event }) => event._tag)
    assert.isAbove(tags.filter((tag) => tag === "DeliveryFailed").length, device)
    assert.strictEqual(tags.filter((tag) => tag === "DeliverySucceeded").length, device)
  })
})
