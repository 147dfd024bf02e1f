import { assert, describe, it } from "@effect/vitest"
import * as Effect from "effect/Effect"
import * as fc from "fast-check"
import type { Position, Recorded } from "../../../core/event/Envelope.ts"
import * as Delivery from "../../../projections/delivery/Delivery.ts"
import * as Integrity from "../../../projections/integrity/Integrity.ts"
import { beginningOf, blastOf } from "../../../projections/time/blast/blastOf.ts"
import { readThing } from "../../../projections/time/blast/readThing.ts"
import * as Resting from "../../../projections/time/blast/Resting.ts"
import {
  footingOf,
  idOf,
  kinds,
  nameOf,
  type Thing,
} from "../../../projections/time/blast/Thing.ts"
import { filled, play, stores } from "./worlds.ts"

const played = play("customer-outage", { hours: 2, devices: 60, stations: 8 })
const { log } = played
const accepted = log.filter(({ event }) => event._tag === "MessageAccepted")

const restingOn = (thing: Exclude<Thing, { readonly kind: "station" }>): Resting.Result => {
  const resting = Resting.make(footingOf(thing))
  resting.take(log)
  return resting.result()
}

/** Asked from the other side, of each event: does any way along its causes lead there? */
const leadsTo = (position: Position, from: Recorded): boolean =>
  from.position === position || from.causes.some((cause) => leadsTo(position, log[cause]))

describe("what rests on an event", () => {
  it("is every event whose causes lead to it, and nothing else", () => {
    fc.assert(
      fc.property(fc.nat(log.length - 1), (position) => {
        const found = restingOn({ kind: "event", position })
        const expected = log.filter((recorded) => leadsTo(position, recorded))
        assert.strictEqual(found.events, expected.length)
        assert.strictEqual(found.first, position)
        assert.strictEqual(found.last, expected[expected.length - 1].position)
        assert.deepStrictEqual(
          found.messages.map((message) => message.position),
          expected
            .filter(({ event }) => event._tag === "MessageAccepted")
            .map((recorded) => recorded.position),
        )
      }),
      { numRuns: 40 },
    )
  })

  it("is counted up to a bound, and says from where on it is not", () => {
    const resting = Resting.make(() => true, 10)
    resting.take(log)
    assert.strictEqual(resting.result().events, 10)
    assert.strictEqual(resting.result().cutAt, 10)
  })
})

describe("what rests on a policy", () => {
  it("is every message that was judged under it", () => {
    const found = restingOn({ kind: "policy", version: 0 })
    assert.strictEqual(found.accepted, accepted.length)
    const refused = log.filter(({ event }) => event._tag === "MessageRefused")
    assert.strictEqual(
      [...found.refused.values()].reduce((sum, n) => sum + n, 0),
      refused.length,
    )
    assert.strictEqual(restingOn({ kind: "policy", version: 9 }).events, 0)
  })
})

describe("what rests on a key", () => {
  it("is what its device's receptions proved with it, and nobody else's", () => {
    const device = accepted[0].event._tag === "MessageAccepted" ? accepted[0].event.device : ""
    const found = restingOn({ kind: "key", device, keyVersion: 1 })
    const own = accepted.filter(({ event }) => "device" in event && event.device === device)
    assert.isAbove(own.length, 0)
    assert.strictEqual(found.accepted, own.length)
    assert.deepStrictEqual([...found.devices], [[device, own.length]])
    assert.strictEqual(restingOn({ kind: "key", device, keyVersion: 2 }).accepted, 0)
  })
})

describe("what rests on an endpoint", () => {
  it("is what the ledger says of it", () => {
    const state = Delivery.projection.initial()
    for (const recorded of log) Delivery.projection.apply(state, recorded)
    let givenUpOrPending = 0
    for (const [key, { abandoned, counters }] of state.ledgers) {
      const [customer, destination] = key.split(" ")
      const found = restingOn({ kind: "endpoint", customer, destination })
      const [owed] = found.destinations
      assert.strictEqual(owed.owed, counters.owed)
      assert.strictEqual(owed.delivered, counters.delivered)
      assert.strictEqual(owed.givenUp, abandoned.values.size + counters.abandonedUnlisted)
      givenUpOrPending += owed.owed - owed.delivered
    }
    assert.isAbove(state.ledgers.size, 1)
    assert.isAbove(givenUpOrPending, 0, "the outage left something")
  })
})

/** As if no station said what it runs: nothing vouches for it. */
const unvouched = log.map((recorded): Recorded => {
  if (recorded.event._tag !== "FrameHeard") return recorded
  const { configDigest: _, ...event } = recorded.event
  return { ...recorded, event }
})

describe("what rests on a station", () => {
  it.effect("is the messages that it alone heard, and what followed from them", () =>
    Effect.gen(function* () {
      const store = yield* filled(unvouched)
      const all = { from: 0, to: unvouched.length }
      let sum = 0
      for (const station of new Set(
        unvouched.flatMap(({ event }) => (event._tag === "StationEnrolled" ? [event.station] : [])),
      )) {
        const found = yield* blastOf(
          store,
          { kind: "station", station },
          all,
          Effect.sync(() => Integrity.projection.initial()),
        )
        sum += found.accepted
        // One obligation for each of its messages, in this world.
        assert.strictEqual(
          found.destinations.reduce((n, { owed }) => n + owed, 0),
          found.accepted,
        )
      }
      assert.isAbove(sum, 0)
    }).pipe(Effect.provide(stores)),
  )
})

describe("a thing", () => {
  it("is read from what it is called", () => {
    const things: ReadonlyArray<Thing> = [
      { kind: "station", station: "BS-0003" },
      { kind: "key", device: "4D33DB", keyVersion: 2 },
      { kind: "policy", version: 3 },
      { kind: "endpoint", customer: "hydro", destination: "main" },
      { kind: "event", position: 661 },
    ]
    for (const thing of things) {
      assert.deepStrictEqual(readThing(thing.kind, idOf(thing)), thing)
      assert.strictEqual(nameOf(thing), `${thing.kind} ${idOf(thing)}`)
    }
    assert.deepStrictEqual(
      things.map(({ kind }) => kind),
      [...kinds],
    )
  })

  it("is refused where the words are not of its form", () => {
    const wrong = [
      ["key", "4D33DB"],
      ["policy", "latest"],
      ["endpoint", "hydro"],
      ["endpoint", "hydro/a/b"],
      ["event", "-1"],
      ["station", "no station"],
    ] as const
    for (const [kind, id] of wrong) assert.isUndefined(readThing(kind, id), `${kind} ${id}`)
  })

  it.effect("began where its event says, and is not there before", () =>
    Effect.gen(function* () {
      const store = yield* filled(log)
      const added = log.find(({ event }) => event._tag === "DestinationAdded")
      if (added?.event._tag !== "DestinationAdded") return assert.fail("no destination")
      const { customer, destination } = added.event
      const endpoint = { kind: "endpoint", customer, destination } as const
      assert.strictEqual(yield* beginningOf(store, endpoint, log.length), added.position)
      assert.isUndefined(yield* beginningOf(store, endpoint, added.position))
      assert.isUndefined(yield* beginningOf(store, { kind: "policy", version: 4 }, log.length))
    }).pipe(Effect.provide(stores)),
  )
})
