import { assert, describe, it } from "@effect/vitest"
import * as Schema from "effect/Schema"
import * as fc from "fast-check"
import type { Recorded } from "../../core/event/Envelope.ts"
import { Known } from "../../core/event/Event.ts"
import { all, type Packed } from "../../projections/all.ts"
import type { Json } from "../../projections/Projection.ts"
import * as Cell from "../../projections/run/Cell.ts"
import { digest } from "../../projections/run/digest.ts"
import { history, type History, plausible, plausibleEvent } from "./histories.ts"

const foldOf = (packed: Packed, events: History): string =>
  packed.open((projection) => {
    const state = projection.initial()
    for (const recorded of events) projection.apply(state, recorded)
    return digest(projection, state)
  })

/** Through text, as a snapshot goes. */
const throughText = (json: Json): Json => JSON.parse(JSON.stringify(json)) as Json

describe("the histories of these laws", () => {
  it("hold events as their schemas say", () => {
    const isKnown = Schema.is(Known)
    fc.assert(
      fc.property(plausibleEvent, (event) => {
        assert.isTrue(event._tag === "Unknown" || isKnown(event))
      }),
      { numRuns: 500 },
    )
  })

  it("reach every kind of event", () => {
    const seen = new Set(fc.sample(plausibleEvent, 3000).map((event) => event._tag))
    assert.strictEqual(seen.size, Known.members.length + 1)
  })
})

it("has projections to try", () => assert.isAbove(all.length, 6))

/** Projections that count events or say up to where they go: an unknown one is an event too. */
const tellsWhere = new Set(["traffic", "chain", "timeline"])

describe.each(all.map((packed) => [packed.name, packed] as const))(
  "the projection %s",
  (_, packed) => {
    it("gives the same digest for the same events twice", () => {
      fc.assert(
        fc.property(history, (events) => {
          assert.strictEqual(foldOf(packed, events), foldOf(packed, events))
        }),
      )
    })

    it("keeps its digest through encoding and decoding", () => {
      packed.open((projection) => {
        fc.assert(
          fc.property(history, (events) => {
            const state = projection.initial()
            for (const recorded of events) projection.apply(state, recorded)
            const back = projection.decode(throughText(projection.encode(state)))
            assert.strictEqual(digest(projection, back), digest(projection, state))
          }),
        )
      })
    })

    it("is the same without receptions, where it says that it passes them over", () => {
      packed.open((projection) => {
        const passes = projection.passesReceptions === true
        let differed = false
        fc.assert(
          fc.property(history, fc.nat(), (events, cut) => {
            const others = events.filter(({ event }) => event._tag !== "FrameHeard")
            const same = foldOf(packed, events) === foldOf(packed, others)
            differed ||= !same
            if (!passes) return
            assert.isTrue(same)
            const cell = Cell.make(packed, undefined)
            const at = events.length === 0 ? 0 : cut % events.length
            Cell.foldAll([cell], events.slice(0, at))
            Cell.foldAll([cell], events)
            assert.strictEqual(cell.digest(), foldOf(packed, events))
            assert.strictEqual(cell.position(), (events.at(-1)?.position ?? -1) + 1)
          }),
          { numRuns: 100 },
        )
        assert.strictEqual(differed, !passes, "each that could pass them over says so")
      })
    })

    it("loses nothing by resuming from a snapshot", () => {
      packed.open((projection) => {
        fc.assert(
          fc.property(history, fc.nat(), (events, cut) => {
            const at = events.length === 0 ? 0 : cut % (events.length + 1)
            const before = projection.initial()
            for (const recorded of events.slice(0, at)) projection.apply(before, recorded)
            const resumed = projection.decode(throughText(projection.encode(before)))
            for (const recorded of events.slice(at)) projection.apply(resumed, recorded)
            assert.strictEqual(digest(projection, resumed), foldOf(packed, events))
          }),
          { numRuns: 100 },
        )
      })
    })

    it("leaves a state as it is when a copy of it goes on", () => {
      packed.open((projection) => {
        fc.assert(
          fc.property(history, fc.nat(), (events, cut) => {
            const at = events.length === 0 ? 0 : cut % (events.length + 1)
            const original = projection.initial()
            for (const recorded of events.slice(0, at)) projection.apply(original, recorded)
            const before = digest(projection, original)
            const copy = projection.copy(original)
            for (const recorded of events.slice(at)) projection.apply(copy, recorded)
            assert.strictEqual(digest(projection, original), before)
            assert.strictEqual(digest(projection, copy), foldOf(packed, events))
            // And the other way round: the original goes on, the copy stays.
            const after = digest(projection, copy)
            for (const recorded of events.slice(at)) projection.apply(original, recorded)
            assert.strictEqual(digest(projection, copy), after)
          }),
          { numRuns: 100 },
        )
      })
    })

    it("does not change the events it is given", () => {
      fc.assert(
        fc.property(plausible(40), (events) => {
          const before = JSON.stringify(events)
          foldOf(packed, events)
          assert.strictEqual(JSON.stringify(events), before)
        }),
      )
    })
  },
)

describe.each(
  all.filter(({ name }) => !tellsWhere.has(name)).map((packed) => [packed.name, packed] as const),
)("the projection %s", (_, packed) => {
  it("passes over events of unknown kinds", () =>
    fc.assert(
      fc.property(plausible(40), fc.nat(), (events, at) => {
        const from = events[events.length === 0 ? 0 : at % events.length]
        if (from === undefined) return
        const unknown: Recorded = {
          ...from,
          event: { _tag: "Unknown", kind: from.event._tag, data: { ...from.event } },
        }
        assert.strictEqual(foldOf(packed, [...events, unknown]), foldOf(packed, events))
      }),
    ))
})
