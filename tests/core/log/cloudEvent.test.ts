import { assert, describe, it } from "@effect/vitest"
import type { Recorded } from "../../../core/event/Envelope.ts"
import * as Rejected from "../../../core/kernel/Rejected.ts"
import { fromCloudEvent, fromLine, toCloudEvent, toLine } from "../../../core/log/cloudEvent.ts"
import { frame, unknown } from "../../contract/someEvents.ts"
import { batchOf, events } from "../../laws/someRecorded.ts"

const log = { id: "1b4e28ba" }

const heard: Recorded = {
  position: 7,
  stream: "device-A",
  revision: 3,
  occurredMs: Date.UTC(2024, 1, 29, 12, 0, 0, 7),
  recordedMs: Date.UTC(2024, 1, 29, 12, 0, 1, 40),
  causes: [2, 6],
  event: frame("A", 1).event,
}

describe("an event as a line gives back the event", () => {
  for (const [kind, event] of events)
    it.prop(`${kind}, with whatever fields and place`, [batchOf(event)], ([batch]) => {
      for (const recorded of batch) {
        const line = toLine(log, recorded)
        assert.notInclude(line, "\n")
        assert.deepStrictEqual(fromLine(line), recorded)
      }
    })
})

it("an event has the attributes that CloudEvents 1.0 asks for, and ours in lower case", () => {
  const { data, ...envelope } = toCloudEvent(log, heard)
  assert.deepStrictEqual(envelope, {
    specversion: "1.0",
    id: "7",
    source: "urn:sigtwin:1b4e28ba",
    type: "sigtwin.FrameHeard",
    subject: "device-A",
    time: "2024-02-29T12:00:00.007Z",
    datacontenttype: "application/json",
    position: "7",
    revision: "3",
    recordedtime: "2024-02-29T12:00:01.040Z",
    causes: "2,6",
  })
  assert.strictEqual(data["device"], "A")
  assert.isFalse("_tag" in data)
  for (const name of Object.keys(envelope)) assert.match(name, /^[a-z0-9]{1,20}$/)
})

const good = (): Record<string, unknown> => JSON.parse(toLine(log, heard))
const where = (json: unknown): string => {
  const refused = fromCloudEvent(json)
  return Rejected.is(refused) ? `${refused.reason} ${refused.where}` : "accepted"
}
const change = (name: string, value: unknown): string => where({ ...good(), [name]: value })

describe("what is no such event is refused at its place", () => {
  it("accepts the unchanged one", () => {
    assert.strictEqual(where(good()), "accepted")
  })

  it("a wrong envelope", () => {
    assert.strictEqual(change("specversion", "0.3"), "envelope $.specversion")
    assert.strictEqual(change("source", "urn:other:1"), "envelope $.source")
    assert.strictEqual(change("type", "com.example"), "envelope $.type")
    assert.strictEqual(change("time", "yesterday"), "envelope $.time")
    assert.strictEqual(change("id", "8"), "envelope $.position")
    assert.strictEqual(change("causes", "1,x"), "envelope $.causes")
    assert.strictEqual(change("causes", "7"), "envelope $.causes")
    assert.strictEqual(change("data", []), "envelope $.data")
    assert.strictEqual(where(null), "envelope $")
  })

  it("a time that is none though it looks like one", () => {
    assert.strictEqual(change("time", "2024-13-41T25:00:00Z"), "envelope $.time")
    assert.strictEqual(change("occurredms", "1e999"), "envelope $.occurredms")
  })

  it("a wrong field inside the event", () => {
    const data = good()["data"] as Record<string, unknown> // made above
    const with_ = (changes: object): string => change("data", { ...data, ...changes })
    assert.strictEqual(with_({ seq: "1" }), "event $.data.seq")
    assert.strictEqual(with_({ payload: { digest: "" } }), "event $.data.payload.length")
    assert.strictEqual(with_({ station: "a b" }), "event $.data.station")
    assert.strictEqual(with_({ surplus: 1 }), "event $.data.surplus")
  })

  it("text that is no JSON", () => {
    const refused = fromLine('{"specversion":')
    assert.strictEqual(Rejected.is(refused) && refused.reason, "json")
  })

  it("but keeps a kind it does not know, whatever its data", () => {
    const later = { ...heard, event: unknown("Later", { _tag: "x", deep: { a: [null] } }).event }
    assert.deepStrictEqual(fromLine(toLine(log, later)), later)
  })
})
