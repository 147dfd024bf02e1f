import { assert, describe, it } from "@effect/vitest"
import * as Arbitrary from "effect/Arbitrary"
import * as Schema from "effect/Schema"
import * as fc from "fast-check"
import { crc32 } from "node:zlib"
import type { Recorded } from "../../../core/event/Envelope.ts"
import { type Event, kindOf } from "../../../core/event/Event.ts"
import { CustomerId, DestinationId, DeviceId } from "../../../core/event/ids.ts"
import * as Rejected from "../../../core/kernel/Rejected.ts"
import type { Filter } from "../../../core/log/EventLog.ts"
import { fieldOf, matches, stationsOf } from "../../../core/log/matches.ts"
import * as Record from "../../../core/log/record.ts"
import * as Slab from "../../../core/log/Slab.ts"
import { frame, ticked, unknown } from "../../contract/someEvents.ts"
import { history } from "../../laws/histories.ts"
import { anyEvent, batchOf, events } from "../../laws/someRecorded.ts"

const sound = <A>(value: A | Rejected.Rejected): A => {
  if (Rejected.is(value)) throw new Error(Rejected.toText(value))
  return value
}

const encode = (batch: ReadonlyArray<Recorded>, previous = Slab.genesis): Uint8Array =>
  sound(Slab.encode(batch, previous))

const recorded = (position: number, event: Event, stream = "network"): Recorded => ({
  position,
  stream,
  revision: position,
  occurredMs: 1.5,
  recordedMs: 2,
  causes: [],
  event,
})

describe("a slab gives back what was put in", () => {
  for (const [kind, event] of events)
    it.prop(`${kind}, with whatever fields and place`, [batchOf(event)], ([batch]) => {
      assert.deepStrictEqual(sound(Slab.decode(encode(batch))), batch)
    })

  it.prop(
    "kinds mixed, in slabs one after the other",
    [batchOf(anyEvent), batchOf(anyEvent)],
    ([a, b]) => {
      const first = encode(a)
      const second = encode(b, Slab.hashOf(first))
      assert.isTrue(Slab.follows(first, Slab.genesis))
      assert.isTrue(Slab.follows(second, Slab.hashOf(first)))
      assert.isFalse(Slab.follows(second, Slab.genesis))
      assert.deepStrictEqual([sound(Slab.decode(first)), sound(Slab.decode(second))], [a, b])
    },
  )

  it("of what a filter wants all, and nothing else that can be told without reading it", () => {
    const letters = new Set<string>()
    fc.assert(
      fc.property(history, fc.nat(), (batch, n) => {
        if (batch.length === 0) return
        const bytes = encode(batch)
        const { event } = batch[n % batch.length]
        const device = fieldOf(event, "device")
        const customer = fieldOf(event, "customer")
        const [station] = stationsOf(event)
        const middle = batch[batch.length >> 1].position
        const kinds = [kindOf(event)]
        const filters: ReadonlyArray<Filter> = [
          { kinds },
          { from: middle, to: middle + 2 },
          ...(device === undefined ? [] : [{ device }, { device, kinds, to: middle + 1 }]),
          ...(customer === undefined ? [] : [{ customer }]),
          ...(station === undefined ? [] : [{ station }, { station, kinds }]),
        ]
        for (const filter of filters) {
          const wanted = Record.wantedOf(filter)
          assert.isDefined(wanted)
          const found = sound(Slab.decodeWanted(bytes, wanted))
          const whole = sound(Slab.decode(bytes))
          assert.deepStrictEqual(
            found.filter((one) => matches(filter, one)),
            whole.filter((one) => matches(filter, one)),
          )
          if (found.length < whole.length) letters.add(Object.keys(filter).join())
        }
      }),
      { numRuns: 200 },
    )
    assert.isAtLeast(letters.size, 5, [...letters].join(" "))
    assert.isUndefined(Record.wantedOf({ fromMs: 5 }))
  })

  it.prop("its streams' heads are those of its last events", [batchOf(anyEvent)], ([batch]) => {
    const heads = new Map(batch.map(({ stream, revision }) => [stream, revision]))
    assert.deepStrictEqual(sound(Slab.heads(encode(batch))), heads)
  })

  it.prop(
    "texts of any characters, also halves of pairs",
    [Arbitrary.schema(Schema.String)],
    ([text]) => {
      for (const due of [text, `${text}\uD800`, "\uDFFF", `é${text}`, "ABCDEF", "0a1", ""]) {
        const batch = [recorded(0, { _tag: "Ticked", due }, due)]
        assert.deepStrictEqual(sound(Slab.decode(encode(batch))), batch)
      }
    },
  )

  it("obligations that name a notice, in little more room than those that do not", () => {
    const of = { device: DeviceId.make("A"), seq: 1, epoch: 0 }
    const to = { customer: CustomerId.make("hydro"), destination: DestinationId.make("main") }
    const owed: Event = { _tag: "DeliveryOwed", ...of, ...to }
    const done = { _tag: "DeliverySucceeded", ...of, ...to, attempt: 2, status: 200 } as const
    const failed = { _tag: "DeliveryFailed", ...of, ...to, attempt: 1, error: "timeout" } as const
    const named: ReadonlyArray<Event> = [
      owed,
      { ...owed, notice: "acknowledge" },
      { ...done, durationMs: 3, notice: "uplink" },
      { ...done, durationMs: 3, notice: "uplink", repeat: true },
      { ...done, durationMs: 3, repeat: true },
      { ...failed, durationMs: 3, nextAttemptAtMs: 9, notice: "data-advanced" },
      { _tag: "DeliveryAbandoned", ...of, ...to, attempts: 4, error: "dns", notice: "event" },
    ]
    const batch = named.map((event, i) => recorded(i, event))
    assert.deepStrictEqual(sound(Slab.decode(encode(batch))), batch)
    const sizes = [batch.slice(0, 1), batch.slice(1, 2)].map((each) => encode(each).length)
    assert.isBelow(sizes[1] - sizes[0], 20)
  })

  it("numbers at the edges of each form", () => {
    for (const seq of [
      0,
      251,
      252,
      65_535,
      65_536,
      2 ** 32 - 1,
      2 ** 32,
      -1,
      Number.MAX_SAFE_INTEGER,
    ]) {
      const batch = [recorded(0, { ...frame("A", 1).event, _tag: "FrameHeard", seq } as Event)] // only its number changed
      assert.deepStrictEqual(sound(Slab.decode(encode(batch))), batch)
    }
  })

  it("copies of one message, and what only looks like one", () => {
    const heard = frame("A", 1).event as Extract<Event, { _tag: "FrameHeard" }>
    const { bytes, digest, length } = heard.payload
    const copies: ReadonlyArray<Event> = [
      heard,
      { ...heard, rank: 2, crc: 7 },
      { ...heard, rank: 3, payload: { digest, length, bytes: bytes.slice() } },
      { ...heard, payload: { digest, length, bytes: bytes.map((byte) => byte ^ 1) } },
      { ...heard, mac: `${heard.mac}00` },
      { ...heard, flags: heard.flags + 1 },
      { ...heard, seq: heard.seq + 1 },
      { ...heard, keyVersion: heard.keyVersion + 1 },
      { ...heard, frameType: heard.frameType + 1 },
      { ...heard, check: "wrong-mac" },
    ]
    const batch = copies.flatMap((other) => [heard, other]).map((event, i) => recorded(i, event))
    assert.deepStrictEqual(sound(Slab.decode(encode(batch))), batch)
    assert.isBelow(encode(batch.slice(0, 6)).length, encode(batch.slice(6, 12)).length)
  })

  it("strengths, frequencies and times in whichever form", () => {
    const { event } = frame("A", 1)
    const batch: Array<Recorded> = []
    const values = [0, -0, -112.3, -112.345, 327.67, 327.68, -327.69, 1e-300, 5, 2 ** 31, 0.1 + 0.2]
    for (const value of values) {
      const heard = { ...event, rssiDbm: value, snrDb: value, frequencyHz: value } as Event // only numbers changed
      batch.push(recorded(batch.length, heard))
    }
    for (const occurredMs of [0, -0, 1.5, 2 ** 31 - 1, 2 ** 31, -(2 ** 31), 2 ** 52, 3, -4])
      batch.push({ ...recorded(batch.length, event), occurredMs })
    assert.deepStrictEqual(sound(Slab.decode(encode(batch))), batch)
  })

  it("an absent optional field stays absent, it does not become undefined", () => {
    const heard = frame("A", 1).event
    assert.strictEqual(heard._tag, "FrameHeard")
    const { rssiDbm: _, ...without } = { ...heard } as Record<string, unknown> // to leave one key out
    const [read] = sound(Slab.decode(encode([recorded(0, without as unknown as Event)])))
    assert.isFalse("rssiDbm" in read.event)
    assert.isFalse("configDigest" in read.event)
    assert.isTrue("snrDb" in read.event)
  })

  it("more different texts than a dictionary holds", () => {
    const batch = Array.from({ length: 66_000 }, (_, i) =>
      recorded(i, { _tag: "Ticked", due: "x" }, `stream-${i}`),
    )
    assert.deepStrictEqual(sound(Slab.decode(encode(batch))), batch)
  })

  it("a payload that is its own, not a window into the batch", () => {
    const bytes = encode([recorded(0, frame("A", 1).event)])
    const [read] = sound(Slab.decode(bytes))
    bytes.fill(0)
    assert.deepStrictEqual(read.event, frame("A", 1).event)
  })
})

describe("what another build wrote", () => {
  it("an event kept as unknown is read as its kind once that is known", () => {
    const asUnknown = recorded(0, { _tag: "Unknown", kind: "Ticked", data: { due: "silence" } })
    const [read] = sound(Slab.decode(encode([asUnknown])))
    assert.deepStrictEqual(read.event, { _tag: "Ticked", due: "silence" })
  })

  it("an event of a known name with other fields stays as it is", () => {
    const other = recorded(0, { _tag: "Unknown", kind: "Ticked", data: { due: 7, more: [1] } })
    assert.deepStrictEqual(sound(Slab.decode(encode([other]))), [other])
  })
})

describe("a slab that was changed", () => {
  const batch = [
    recorded(0, frame("A", 1).event),
    { ...recorded(1, ticked("x").event), causes: [0], recordedMs: 5 },
    recorded(2, unknown("Later", { a: "ü" }).event),
  ]

  it("is refused whichever byte was flipped, or breaks the chain where that is the hash", () => {
    const bytes = encode(batch)
    assert.isAbove(bytes.length, 200)
    for (let i = 0; i < bytes.length; i++) {
      bytes[i] ^= 1 << (i % 8)
      assert.isTrue(
        Rejected.is(Slab.decode(bytes)) || !Slab.follows(bytes, Slab.genesis),
        `byte ${i} of ${bytes.length}`,
      )
      bytes[i] ^= 1 << (i % 8)
    }
    assert.deepStrictEqual(sound(Slab.decode(bytes)), batch)
  })

  it("is refused, never thrown at, also where somebody made its checksum right again", () => {
    const bytes = encode(batch)
    const crcAt = bytes.length - 36
    let refused = 0
    for (let i = 0; i < crcAt; i++)
      for (const flip of [1, 0x80, 0xff]) {
        const changed = bytes.slice()
        changed[i] ^= flip
        new DataView(changed.buffer).setUint32(crcAt, crc32(changed.subarray(0, crcAt)), true)
        if (Rejected.is(Slab.decode(changed))) refused++
        assert.isFalse(Slab.follows(changed, Slab.genesis))
      }
    assert.isAbove(refused, 0)
  })

  it("is refused when cut off anywhere", () => {
    const bytes = encode(batch)
    for (let length = 0; length < bytes.length; length++)
      assert.isTrue(Rejected.is(Slab.decode(bytes.subarray(0, length))))
  })
})

it("a batch too long for one slab is refused before it grows further", () => {
  const long = unknown("Long", { text: "x".repeat(2 ** 20) }).event
  const batch = Array.from({ length: 80 }, (_, i) => recorded(i, long))
  const refused = Slab.encode(batch, Slab.genesis)
  assert.strictEqual(Rejected.is(refused) && refused.reason, "too-large")
})
