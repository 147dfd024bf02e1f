import { assert, describe, it } from "@effect/vitest"
import type { Recorded } from "../../../core/event/Envelope.ts"
import * as Decoded from "../../../core/log/sqlite/Decoded.ts"

/** Batches of this many events; counts what is decoded. */
const counting = (events: number) => {
  const asked: Array<number> = []
  const decoded = Decoded.make((position) => {
    asked.push(position)
    const first = position - (position % events)
    return Array.from({ length: events }, (_, i) => event(first + i))
  })
  return { asked, decoded }
}

const event = (position: number): Recorded => ({
  position,
  stream: "network",
  revision: position,
  occurredMs: 0,
  recordedMs: 0,
  causes: [],
  event: { _tag: "Ticked", due: "" },
})

describe("decoded batches", () => {
  it("are decoded once while they are in use", () => {
    const { asked, decoded } = counting(10)
    for (const position of [3, 9, 0, 15, 4]) decoded.at(position)
    assert.deepStrictEqual(asked, [3, 15])
  })

  it("are kept in a bounded number, however small they are: those used last", () => {
    const { asked, decoded } = counting(1)
    for (let position = 0; position < Decoded.batchesMax + 1; position++) decoded.at(position)
    const before = asked.length
    decoded.at(1)
    assert.strictEqual(asked.length, before, "the second is still there")
    decoded.at(0)
    assert.strictEqual(asked.length, before + 1, "the first had to go")
  })

  it("are kept up to a number of events, and at least the last", () => {
    const { asked, decoded } = counting(Decoded.eventsMax)
    decoded.at(0)
    decoded.at(Decoded.eventsMax)
    decoded.at(Decoded.eventsMax + 1)
    decoded.at(0)
    assert.deepStrictEqual(asked, [0, Decoded.eventsMax, 0])
  })
})
