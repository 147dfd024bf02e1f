import { assert, describe, it } from "@effect/vitest"
import type { Event } from "../../../core/event/Event.ts"
import type { Recorded } from "../../../core/event/Envelope.ts"
import * as Effect from "effect/Effect"
import * as Downlinks from "../../../projections/downlink/Downlinks.ts"
import { a, answer, ask, atMs, confirm, due, sent, story } from "../../core/decide/downlinks.ts"
import { device, historyOf } from "../../laws/histories.ts"
import { the } from "../the.ts"

const foldOf = (recorded: ReadonlyArray<Recorded>): Downlinks.State => {
  const state = Downlinks.projection.initial()
  for (const each of recorded) Downlinks.projection.apply(state, each)
  return state
}

const asked = (seq: number): Event => ({
  _tag: "DownlinkAsked",
  device: device(1),
  seq,
  epoch: 0,
  opensAtMs: 20_000,
  closesAtMs: 45_000,
})

/** An asking that was answered, sent and never confirmed, so long after the first. */
const unconfirmed = (seq: number, after: number) => [
  ask(seq, { atMs: atMs + after }),
  answer(seq, after + 3000),
  sent(seq, after + 20_400),
  due(seq, after + 60_000),
]

/** The device after two of these, and a confirmed one where that is said. */
const inARow = (isConfirmed: boolean) =>
  Effect.map(
    story((pipeline) =>
      Effect.gen(function* () {
        for (const each of [...unconfirmed(1, 0), ...unconfirmed(2, 600_000)])
          yield* "epoch" in each ? pipeline.downlink(each) : pipeline.submit([each])
        if (!isConfirmed) return
        yield* pipeline.submit([ask(3, { atMs: atMs + 1_200_000 })])
        yield* pipeline.downlink(answer(3, 1_203_000))
        yield* pipeline.submit([confirm(4, atMs + 1_224_000)])
      }),
    ),
    (recorded) => the(Downlinks.find(foldOf(recorded), a.id)),
  )

describe("a device's downlinks", () => {
  it.effect("are told from asking to confirmation, with what caused each", () =>
    Effect.gen(function* () {
      const recorded = yield* story((pipeline) =>
        Effect.gen(function* () {
          yield* pipeline.submit([ask(1)])
          yield* pipeline.downlink(answer(1, 3000))
          yield* pipeline.downlink(sent(1, 20_400))
          yield* pipeline.submit([confirm(2, atMs + 24_000, -111)])
        }),
      )
      const found = the(Downlinks.find(foldOf(recorded), a.id))
      assert.deepInclude(found, {
        asked: 1,
        scheduled: 1,
        transmitted: 1,
        confirmed: 1,
        unconfirmed: 0,
        refusedFor: {},
      })
      const asking = the(Downlinks.ofMessage(foldOf(recorded), { device: a.id, seq: 1, epoch: 0 }))
      assert.deepInclude(asking, {
        outcome: "confirmed",
        by: "customer",
        station: "BS-1",
        askedMs: atMs,
        rssiDbm: -111,
      })
      assert.deepStrictEqual(
        asking.because.map((at) => recorded[at]?.event._tag),
        ["DownlinkAsked", "DownlinkScheduled", "DownlinkTransmitted", "DownlinkConfirmed"],
      )
    }),
  )

  it.effect("stay confirmed when the station's acknowledgement comes after", () =>
    Effect.gen(function* () {
      const recorded = yield* story((pipeline) =>
        Effect.gen(function* () {
          yield* pipeline.submit([ask(1)])
          yield* pipeline.downlink(answer(1, 3000))
          yield* pipeline.submit([confirm(2, atMs + 24_000)])
          yield* pipeline.downlink(sent(1, 25_000))
        }),
      )
      const state = foldOf(recorded)
      const asking = the(Downlinks.ofMessage(state, { device: a.id, seq: 1, epoch: 0 }))
      assert.deepInclude(asking, { outcome: "confirmed", rssiDbm: -97 })
      assert.strictEqual(the(Downlinks.find(state, a.id)).transmitted, 1)
    }),
  )

  it.effect("count those in a row that nobody confirmed, until one is", () =>
    Effect.gen(function* () {
      assert.deepInclude(yield* inARow(false), { unconfirmed: 2, unconfirmedInARow: 2 })
      assert.deepInclude(yield* inARow(true), { unconfirmed: 2, unconfirmedInARow: 0 })
    }),
  )

  it("are kept for the latest askings, and counted for all", () => {
    const seqs = Array.from({ length: Downlinks.askingsMax + 5 }, (_, seq) => seq)
    const refusals = seqs.map((seq): Event => ({
      _tag: "DownlinkRefused",
      device: device(1),
      seq,
      epoch: 0,
      reason: "no-answer",
      policy: 0,
    }))
    const steps = [...seqs.map(asked), ...refusals].map((event) => ({
      event,
      occurredDeltaMs: 1000,
      recordedDeltaMs: 1000,
      causesBack: [],
    }))
    const state = foldOf(historyOf(steps))
    const found = the(Downlinks.find(state, "D1"))
    assert.deepInclude(found, { asked: seqs.length, refusedFor: { "no-answer": seqs.length } })
    assert.deepStrictEqual(
      found.askings.map(({ outcome, reason, seq }) => [seq, outcome, reason]),
      seqs.slice(5).map((seq) => [seq, "refused", "no-answer"]),
    )
  })
})
