import { assert, describe, it } from "@effect/vitest"
import * as Effect from "effect/Effect"
import * as Redacted from "effect/Redacted"
import { policyDefault } from "../../../core/event/policy.ts"
import type { Recorded } from "../../../core/event/Envelope.ts"
import type { Event } from "../../../core/event/Event.ts"
import { StationId } from "../../../core/event/ids.ts"
import * as Network from "../../../core/decide/Network.ts"
import { Vault } from "../../../core/keys/Vault.ts"
import { Pipeline } from "../../../core/ingest/Pipeline.ts"
import {
  a,
  answer,
  ask,
  atMs,
  bytes,
  confirm,
  due,
  enrol,
  everything,
  notSent,
  sent,
  setUp,
  story,
  told,
  world,
} from "./downlinks.ts"

type Service = Pipeline["Service"]

const first = <Tag extends Event["_tag"]>(
  recorded: ReadonlyArray<Recorded>,
  tag: Tag,
): Extract<Event, { readonly _tag: Tag }> => {
  const found = recorded.find(({ event }) => event._tag === tag)?.event
  assert(found !== undefined && found._tag === tag, `there is a ${tag}`)
  // The tag was compared; the compiler does not narrow by a type parameter.
  return found as Extract<Event, { readonly _tag: Tag }>
}

const setDefault = (pipeline: Service, payload: string | undefined) =>
  pipeline.execute({
    _tag: "SetDownlinkDefault",
    device: a.id,
    ...(payload === undefined ? {} : { payload: Redacted.make(payload) }),
  })

/** The station chosen for a message that these heard alike. */
const chosenOf = (stations: ReadonlyArray<string>) =>
  Effect.map(
    story((pipeline) =>
      Effect.gen(function* () {
        yield* pipeline.submit(stations.map((station) => ask(1, { station })))
        yield* pipeline.downlink(answer(1, 3000))
      }),
    ),
    (recorded) => first(recorded, "DownlinkScheduled").station,
  )

/** What becomes of an answer so long after the message. */
const answeredAfter = (after: number) =>
  Effect.map(
    story((pipeline) =>
      Effect.gen(function* () {
        yield* pipeline.submit([ask(1)])
        yield* pipeline.downlink(answer(1, after))
      }),
    ),
    (recorded) => told(recorded)[1],
  )

const transmitted = (pipeline: Service) =>
  Effect.gen(function* () {
    yield* pipeline.submit([ask(1)])
    yield* pipeline.downlink(answer(1, 3000))
    yield* pipeline.downlink(sent(1, 20_400))
  })

describe("a message that asks", () => {
  it.effect("opens a window of 25 s, 20 s after its first transmission", () =>
    Effect.gen(function* () {
      const recorded = yield* story((pipeline) => pipeline.submit([ask(1), a.send(2, { atMs })]))
      assert.deepStrictEqual(told(recorded), ["asked"])
      assert.deepInclude(first(recorded, "DownlinkAsked"), {
        seq: 1,
        epoch: 0,
        opensAtMs: atMs + 20_000,
        closesAtMs: atMs + 45_000,
      })
    }),
  )

  it.effect("opens no window when it is refused", () =>
    Effect.gen(function* () {
      const recorded = yield* story((pipeline) =>
        pipeline.submit([
          ask(1),
          ask(1, { atMs: atMs + 60_000 }),
          ask(2, { keyHex: "00".repeat(16) }),
        ]),
      )
      assert.deepStrictEqual(told(recorded), ["asked"])
    }),
  )

  it.effect("is heard at its second rank: the window is as narrow as the bit rates leave it", () =>
    Effect.gen(function* () {
      const recorded = yield* story((pipeline) => pipeline.submit([ask(1, { rank: 2 })]))
      // 18 bytes with preamble and CRC: 1440 ms at 100 bit/s, 240 ms at 600, and 500 ms between ranks.
      assert.deepInclude(first(recorded, "DownlinkAsked"), {
        opensAtMs: atMs - 740 + 20_000,
        closesAtMs: atMs - 1940 + 45_000,
      })
    }),
  )
})

describe("an answer", () => {
  it.effect("is scheduled for the window, at the frequency that answers the first rank", () =>
    Effect.gen(function* () {
      const recorded = yield* story((pipeline) =>
        Effect.gen(function* () {
          yield* pipeline.submit([ask(1, { rank: 2, frequencyHz: 868_136_000 })])
          yield* pipeline.downlink(answer(1, 3000))
        }),
      )
      assert.deepStrictEqual(told(recorded), ["asked", "scheduled by customer from BS-1"])
      const scheduled = first(recorded, "DownlinkScheduled")
      const { opensAtMs } = first(recorded, "DownlinkAsked")
      assert.deepInclude(scheduled, {
        frequencyHz: 869_525_000,
        transmitAtMs: opensAtMs,
        keyVersion: 1,
        policy: 0,
      })
      assert.notInclude(JSON.stringify(recorded), "deadbeef02468ace")
    }),
  )

  it.effect("can be read from the log with the device's data key", () =>
    Effect.gen(function* () {
      const pipeline = yield* Pipeline
      for (const command of setUp) yield* pipeline.execute(command)
      yield* pipeline.submit([ask(1)])
      yield* pipeline.downlink(answer(1, 3000))
      const vault = yield* Vault
      const { payload } = first(yield* everything, "DownlinkScheduled")
      assert.deepStrictEqual(vault.unseal(a.id, payload), bytes("deadbeef02468ace"))
    }).pipe(Effect.provide(world())),
  )

  it.effect("goes out through the station that heard the message best and kept its trust", () =>
    Effect.gen(function* () {
      const good = { configDigest: "aa" }
      const recorded = yield* story((pipeline) =>
        Effect.gen(function* () {
          const station = StationId.make("BS-2")
          yield* pipeline.execute({ _tag: "AdoptReferenceValues", station, configDigest: "aa" })
          yield* pipeline.submit([
            ask(1, { station: "BS-1", rssiDbm: -120 }),
            ask(1, { station: "BS-2", rssiDbm: -100, ...good }),
            ask(1, { station: "BS-9", rssiDbm: -80 }),
          ])
          yield* pipeline.downlink(answer(1, 3000))
          // BS-9 was never enrolled; BS-2 changes its configuration before the next one.
          yield* pipeline.submit([
            ask(2, { station: "BS-2", rssiDbm: -100, atMs: atMs + 600_000, configDigest: "bb" }),
            ask(2, { station: "BS-1", rssiDbm: -120, atMs: atMs + 600_000 }),
          ])
          yield* pipeline.downlink(answer(2, 603_000))
        }),
      )
      assert.deepStrictEqual(told(recorded), [
        "asked",
        "scheduled by customer from BS-2",
        "asked",
        "scheduled by customer from BS-1",
      ])
    }),
  )

  it.effect("chooses by name between stations that heard it alike, whichever came first", () =>
    Effect.gen(function* () {
      assert.strictEqual(yield* chosenOf(["BS-1", "BS-2"]), "BS-1")
      assert.strictEqual(yield* chosenOf(["BS-2", "BS-1"]), "BS-1")
    }),
  )

  it.effect(
    "to a message that did not ask is refused, and so is one to a message never heard",
    () =>
      Effect.gen(function* () {
        const recorded = yield* story((pipeline) =>
          Effect.gen(function* () {
            yield* pipeline.submit([a.send(1, { atMs })])
            yield* pipeline.downlink(answer(1, 3000, { asked: false }))
            yield* pipeline.downlink(answer(7, 3000))
          }),
        )
        assert.deepStrictEqual(told(recorded), ["refused not-asked", "refused window-closed"])
      }),
  )

  it.effect("that is not eight bytes is refused, and a later good one finds it settled", () =>
    Effect.gen(function* () {
      const recorded = yield* story((pipeline) =>
        Effect.gen(function* () {
          yield* pipeline.submit([ask(1)])
          yield* pipeline.downlink(answer(1, 3000, { payload: undefined }))
          yield* pipeline.downlink(answer(1, 4000))
        }),
      )
      assert.deepStrictEqual(told(recorded), ["asked", "refused invalid-payload"])
    }),
  )

  it.effect("may come within the window, as long as the frame is over before its end", () =>
    Effect.gen(function* () {
      // 500 ms to make ready and 374 ms on air.
      assert.strictEqual(yield* answeredAfter(45_000 - 874), "scheduled by customer from BS-1")
      assert.strictEqual(yield* answeredAfter(45_000 - 873), "refused window-closed")
    }),
  )

  it.effect("is refused beyond the quota of the day, which the next day renews", () =>
    Effect.gen(function* () {
      const recorded = yield* story((pipeline) =>
        Effect.gen(function* () {
          yield* pipeline.execute({
            _tag: "AdoptPolicy",
            policy: { ...policyDefault, downlinksPerDay: 2 },
            note: "",
          })
          const afters = [0, 3_600_000, 7_200_000, 86_400_000]
          for (const [i, after] of afters.entries()) {
            yield* pipeline.submit([ask(1 + i, { atMs: atMs + after })])
            yield* pipeline.downlink(answer(1 + i, after + 3000))
          }
        }),
      )
      assert.deepStrictEqual(
        told(recorded).filter((text) => text !== "asked"),
        [
          "scheduled by customer from BS-1",
          "scheduled by customer from BS-1",
          "refused quota",
          "scheduled by customer from BS-1",
        ],
      )
    }),
  )

  it.effect("that no station sent does not count against the quota", () =>
    Effect.gen(function* () {
      const recorded = yield* story((pipeline) =>
        Effect.gen(function* () {
          yield* pipeline.execute({
            _tag: "AdoptPolicy",
            policy: { ...policyDefault, downlinksPerDay: 1 },
            note: "",
          })
          yield* pipeline.submit([ask(1)])
          yield* pipeline.downlink(answer(1, 3000))
          yield* pipeline.downlink(notSent(1, 21_000))
          yield* pipeline.submit([ask(2, { atMs: atMs + 600_000 })])
          yield* pipeline.downlink(answer(2, 603_000))
        }),
      )
      assert.strictEqual(told(recorded).at(-1), "scheduled by customer from BS-1")
    }),
  )

  it.effect("is refused to a retired device, and where no station may send", () =>
    Effect.gen(function* () {
      const retired = yield* story((pipeline) =>
        Effect.gen(function* () {
          yield* pipeline.submit([ask(1)])
          yield* pipeline.execute({ _tag: "RetireDevice", device: a.id })
          yield* pipeline.downlink(answer(1, 3000))
        }),
      )
      assert.deepStrictEqual(told(retired), ["asked", "refused retired-device"])
      const alone = yield* story((pipeline) =>
        Effect.gen(function* () {
          yield* pipeline.submit([ask(1, { station: "BS-9" })])
          yield* pipeline.downlink(answer(1, 3000))
          yield* pipeline.execute(enrol("BS-9"))
          yield* pipeline.execute({ _tag: "RetireStation", station: StationId.make("BS-9") })
          yield* pipeline.submit([ask(2, { station: "BS-9", atMs: atMs + 600_000 })])
          yield* pipeline.downlink(answer(2, 603_000))
        }),
      )
      assert.deepStrictEqual(told(alone), [
        "asked",
        "refused no-station",
        "asked",
        "refused no-station",
      ])
    }),
  )
})

describe("when the time comes", () => {
  it.effect("a default answers as the window opens, where the customer did not", () =>
    Effect.gen(function* () {
      const recorded = yield* story((pipeline) =>
        Effect.gen(function* () {
          yield* setDefault(pipeline, "0102030405060708")
          yield* pipeline.submit([ask(1)])
          yield* pipeline.downlink(due(1, 19_999))
          yield* pipeline.downlink(due(1, 20_000))
          yield* pipeline.downlink(answer(1, 21_000))
        }),
      )
      assert.deepStrictEqual(told(recorded), ["asked", "scheduled by default from BS-1"])
      assert.notInclude(JSON.stringify(recorded), "0102030405060708")
    }),
  )

  it.effect("nobody answered: refused as the window closes, not before", () =>
    Effect.gen(function* () {
      const recorded = yield* story((pipeline) =>
        Effect.gen(function* () {
          yield* setDefault(pipeline, "0102030405060708")
          yield* setDefault(pipeline, undefined)
          yield* pipeline.submit([ask(1)])
          yield* pipeline.downlink(due(1, 44_999))
          yield* pipeline.downlink(due(1, 45_000))
          yield* pipeline.downlink(due(1, 46_000))
        }),
      )
      assert.deepStrictEqual(told(recorded), ["asked", "refused no-answer"])
      const refused = recorded.find(({ event }) => event._tag === "DownlinkRefused")
      assert.strictEqual(refused?.occurredMs, atMs + 45_000)
    }),
  )

  it.effect("a station that never says it sent did not send", () =>
    Effect.gen(function* () {
      const recorded = yield* story((pipeline) =>
        Effect.gen(function* () {
          yield* pipeline.submit([ask(1)])
          yield* pipeline.downlink(answer(1, 3000))
          yield* pipeline.downlink(due(1, 49_999))
          yield* pipeline.downlink(due(1, 50_000))
          yield* pipeline.downlink(sent(1, 50_001))
        }),
      )
      assert.deepStrictEqual(told(recorded).slice(2), ["nottransmitted"])
    }),
  )
})

describe("a confirmation", () => {
  it.effect("says that the device heard it, and how well", () =>
    Effect.gen(function* () {
      const recorded = yield* story((pipeline) =>
        Effect.gen(function* () {
          yield* transmitted(pipeline)
          yield* pipeline.submit([confirm(2, atMs + 24_000, -111)])
          yield* pipeline.downlink(due(1, 3_600_000))
        }),
      )
      assert.deepStrictEqual(told(recorded).slice(2), ["transmitted", "confirmed"])
      assert.deepInclude(first(recorded, "DownlinkConfirmed"), {
        seq: 1,
        epoch: 0,
        confirmationSeq: 2,
        rssiDbm: -111,
      })
      const at = recorded.findIndex(({ event }) => event._tag === "DownlinkConfirmed")
      const causes = recorded[at]?.causes.map((cause) => recorded[cause]?.event._tag)
      assert.deepStrictEqual(causes, ["MessageAccepted", "DownlinkTransmitted"])
    }),
  )

  it.effect("may overtake the station's acknowledgement", () =>
    Effect.gen(function* () {
      const recorded = yield* story((pipeline) =>
        Effect.gen(function* () {
          yield* pipeline.submit([ask(1)])
          yield* pipeline.downlink(answer(1, 3000))
          yield* pipeline.submit([confirm(2, atMs + 24_000)])
          yield* pipeline.downlink(sent(1, 25_000))
          yield* pipeline.downlink(due(1, 3_600_000))
        }),
      )
      assert.deepStrictEqual(told(recorded).slice(2), ["confirmed", "transmitted"])
    }),
  )

  it.effect("that never comes leaves the downlink unconfirmed when its time is over", () =>
    Effect.gen(function* () {
      const recorded = yield* story((pipeline) =>
        Effect.gen(function* () {
          yield* transmitted(pipeline)
          // 374 ms on air, 4 s for the device, 30 s for the stations.
          yield* pipeline.downlink(due(1, 20_400 + 34_373))
          yield* pipeline.downlink(due(1, 20_400 + 34_374))
        }),
      )
      assert.deepStrictEqual(told(recorded).slice(2), ["transmitted", "unconfirmed"])
    }),
  )

  it.effect("of what was never sent is a stray one, and a data frame is none", () =>
    Effect.gen(function* () {
      const recorded = yield* story((pipeline) =>
        Effect.gen(function* () {
          yield* pipeline.submit([
            confirm(1, atMs),
            a.send(2, { atMs: atMs + 60_000, payload: "09b80b540bd7000a" }),
          ])
          yield* pipeline.submit([ask(3, { atMs: atMs + 120_000 })])
          yield* pipeline.downlink(answer(3, 123_000))
          // It goes out at 140 s: this one cannot have heard it.
          yield* pipeline.submit([confirm(4, atMs + 139_999)])
        }),
      )
      assert.deepStrictEqual(told(recorded), [
        "strayconfirmationheard",
        "asked",
        "scheduled by customer from BS-1",
        "strayconfirmationheard",
      ])
    }),
  )
})

it.effect("decisions on downlinks are the same when the log is read again in the middle", () =>
  Effect.gen(function* () {
    const recorded = yield* story((pipeline) =>
      Effect.gen(function* () {
        yield* setDefault(pipeline, "0102030405060708")
        yield* pipeline.submit([ask(1), ask(1, { station: "BS-2", rssiDbm: -90 })])
        yield* pipeline.downlink(answer(1, 3000))
        yield* pipeline.downlink(sent(1, 20_400))
        yield* pipeline.submit([confirm(2, atMs + 24_000), ask(3, { atMs: atMs + 600_000 })])
        yield* pipeline.downlink(due(3, 620_000))
        yield* pipeline.downlink(notSent(3, 621_000))
      }),
    )
    const state = Network.initial()
    for (const each of recorded) Network.apply(state, each)
    const [third, one] = state.downlinks.byDevice.get(a.id) ?? []
    assert.deepInclude(one, { seq: 1, stage: "over", epoch: 0 })
    assert.deepStrictEqual(
      one?.heard.map(({ station }) => String(station)),
      ["BS-2", "BS-1"],
    )
    assert.deepInclude(third, { seq: 3, stage: "over", scheduledAt: -1 })
    assert.deepStrictEqual(state.devices.get(a.id)?.downlinks, { day: 19_700, count: 1 })
  }),
)
