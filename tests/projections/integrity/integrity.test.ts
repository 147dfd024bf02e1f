import { assert, describe, it } from "@effect/vitest"
import type { Event } from "../../../core/event/Event.ts"
import type { FrameHeard } from "../../../core/event/reception.ts"
import * as Integrity from "../../../projections/integrity/Integrity.ts"
import { the } from "../the.ts"
import { device, historyOf, source, station } from "../../laws/histories.ts"

const heard = (n: number, of: Partial<FrameHeard> = {}): FrameHeard => ({
  _tag: "FrameHeard",
  source,
  station: station(n),
  device: device(1),
  frameType: 0x35f,
  rank: 1,
  flags: 0,
  seq: 5,
  mac: "beef",
  crc: 1,
  payload: { digest: "aa", length: 2, bytes: new Uint8Array(18) },
  check: "ok",
  keyVersion: 1,
  ...of,
})

const accepted: Event = {
  _tag: "MessageAccepted",
  device: device(1),
  seq: 5,
  epoch: 0,
  kind: "data",
  downlinkAsked: false,
  missing: 0,
  policy: 0,
}

const adopted: Event = {
  _tag: "ReferenceValuesAdopted",
  station: station(1),
  configDigest: "good",
}

const lost: Event = {
  _tag: "StationTrustLost",
  station: station(1),
  expected: "good",
  seen: "bad",
  policy: 0,
}

/** Each decision is caused by the event before it. */
const fold = (...events: ReadonlyArray<Event>): Integrity.State => {
  const state = Integrity.projection.initial()
  for (const recorded of historyOf(
    events.map((event) => ({
      event,
      occurredDeltaMs: 1000,
      recordedDeltaMs: 1000,
      causesBack: [1],
    })),
  ))
    Integrity.projection.apply(state, recorded)
  return state
}

const aloneAt = (state: Integrity.State, n: number): number | undefined =>
  Integrity.find(state, `S${n}`)?.alone

describe("a message that rests on one station", () => {
  it("is counted with it and listed", () => {
    const found = the(Integrity.find(fold(heard(1), accepted), "S1"))
    assert.strictEqual(found.alone, 1)
    assert.deepStrictEqual(found.aloneRecent, [{ position: 1, device: "D1", seq: 5, epoch: 0 }])
  })

  it("no longer rests on it alone when another station hears it too", () => {
    const state = fold(heard(1), accepted, heard(2))
    assert.strictEqual(aloneAt(state, 1), 0)
    assert.strictEqual(aloneAt(state, 2), 0)
    assert.deepStrictEqual(Integrity.find(state, "S1")?.aloneRecent, [])
  })

  it("still does when the other station heard another packet, or too late", () => {
    const other = { digest: "bb", length: 2, bytes: new Uint8Array(18) }
    assert.strictEqual(aloneAt(fold(heard(1), accepted, heard(2, { payload: other })), 1), 1)
    const late = Array.from({ length: 40 }, (): Event => ({ _tag: "Ticked", due: "" }))
    assert.strictEqual(aloneAt(fold(heard(1), accepted, ...late, heard(2)), 1), 1)
  })

  it("still does when the other station has lost trust", () => {
    const elsewhere: Event = { ...lost, station: station(2) }
    assert.strictEqual(aloneAt(fold(elsewhere, heard(1), accepted, heard(2)), 1), 1)
  })

  it("is vouched for by a matching digest", () => {
    const state = fold(adopted, heard(1, { configDigest: "good" }), accepted)
    assert.strictEqual(aloneAt(state, 1), 0)
  })

  it("is forgotten when the station shows its reference digest again", () => {
    const state = fold(adopted, heard(1), accepted, heard(1, { seq: 6, configDigest: "good" }))
    assert.strictEqual(aloneAt(state, 1), 0)
    assert.strictEqual(Integrity.find(state, "S1")?.goodAt, 3)
  })

  it("is in the blast radius when trust is lost, and stays there", () => {
    const state = fold(
      adopted,
      heard(1),
      accepted,
      heard(1, { seq: 6, configDigest: "bad" }),
      lost,
      // A digest that fits proves nothing until trust is restored by a decision.
      heard(1, { seq: 7, configDigest: "good" }),
    )
    const found = the(Integrity.find(state, "S1"))
    assert.strictEqual(found.trust, "lost")
    assert.strictEqual(found.trustAt, 4)
    assert.strictEqual(found.alone, 1)
    assert.deepStrictEqual(
      Integrity.lost(state).map(({ station: id }) => id),
      ["S1"],
    )
  })
})

describe("a station", () => {
  it("is not attested until reference values are adopted", () => {
    assert.strictEqual(Integrity.find(fold(heard(1)), "S1")?.trust, "not-attested")
    assert.strictEqual(Integrity.find(fold(heard(1), adopted), "S1")?.trust, "attested")
  })

  it("keeps the digest it sent last and the reception that carried it", () => {
    const found = the(Integrity.find(fold(heard(1, { configDigest: "bad" }), heard(1)), "S1"))
    assert.deepStrictEqual([found.lastDigest, found.lastDigestAt], ["bad", 0])
    assert.strictEqual(found.receptions, 2)
  })

  it("counts reported receptions apart", () => {
    const report: Event = {
      _tag: "MessageReported",
      source,
      report: "uplink",
      device: device(1),
      stations: [{ station: station(1) }],
    }
    const found = the(Integrity.find(fold(report), "S1"))
    assert.deepStrictEqual([found.receptions, found.reportedReceptions], [0, 1])
  })
})
