import { assert, describe, it } from "@effect/vitest"
import * as Effect from "effect/Effect"
import type { Recorded } from "../../../core/event/Envelope.ts"
import * as Rejected from "../../../core/kernel/Rejected.ts"
import { Snapshots } from "../../../projections/run/Snapshots.ts"
import { EventLog } from "../../../core/log/EventLog.ts"
import * as Traffic from "../../../projections/traffic/Traffic.ts"
import * as Integrity from "../../../projections/integrity/Integrity.ts"
import type { Projection } from "../../../projections/Projection.ts"
import { asOf } from "../../../projections/time/asOf.ts"
import { type Asked, bisect } from "../../../projections/time/bisect.ts"
import * as Condition from "../../../projections/time/Condition.ts"
import { projectionsFor } from "../../../projections/time/picture.ts"
import { seek } from "../../../projections/time/seek.ts"
import { filled, play, stores } from "./worlds.ts"

const condition = (text: string): Condition.Condition => {
  const compiled = Condition.compile(text)
  assert.isFalse(Rejected.is(compiled), Rejected.is(compiled) ? compiled.detail : "")
  return compiled as Condition.Condition // asserted
}

const { log, truth } = play("tampered-station", { devices: 60 })
const [act] = truth
const station = act.station ?? ""
const refusedDevice = log.flatMap(({ event }) =>
  event._tag === "MessageRefused" ? [String(event.device)] : [],
)[0]

/** Asks after each event, from the beginning: what the search may not differ from. */
const holdsAt = (of: Condition.Condition) =>
  Effect.gen(function* () {
    const at: Array<boolean> = []
    let held = yield* seek(projectionsFor(of.needs), 0)
    for (let to = 1; to <= log.length; to++) {
      held = yield* seek(projectionsFor(of.needs), to, held)
      at.push(of.holds(held.states))
    }
    return at
  })

const stretchesOf = (at: ReadonlyArray<boolean>) => {
  const stretches: Array<{ from: number; to: number }> = []
  at.forEach((holds, position) => {
    const last = stretches.at(-1)
    if (!holds) return
    if (last?.to === position - 1) last.to = position
    else stretches.push({ from: position, to: position })
  })
  return stretches
}

const whole: Asked = { from: 0, to: log.length, which: "all", monotone: false }

const keep = <State>(projection: Projection<State>, position: number) =>
  Effect.gen(function* () {
    const text = JSON.stringify(projection.encode(yield* asOf(projection, position)))
    const { name, version } = projection
    const logId = (yield* EventLog).info.id
    yield* (yield* Snapshots).save({ logId, projection: name, version, position, text })
  })

const kept = Effect.gen(function* () {
  yield* filled(log)
  for (const position of [500, 1000, 1500, 2000])
    for (const projection of [Traffic.projection, Integrity.projection])
      yield* keep<never>(projection as unknown as Projection<never>, position)
})

describe("bisect", () => {
  for (const text of [
    `station("${station}").trust == "lost"`,
    "count(messages.refused) > 3",
    `device("${refusedDevice}").verdict == "refused"`,
    `counter("${refusedDevice}").last % 2 == 0 && messages.accepted > 50`,
    `customer("hydro").pending > 0 || policy.version > 7`,
    `refused("station-not-trusted") in [1, 3]`,
  ])
    it.live(`finds what asking at every event finds: ${text}`, () =>
      Effect.gen(function* () {
        yield* kept
        const asked = condition(text)
        const stretches = stretchesOf(yield* holdsAt(asked))
        assert.isAbove(stretches.length, 0)
        const all = yield* bisect(asked, whole)
        assert.deepStrictEqual(all.stretches, stretches)
        assert.strictEqual(all.folded, log.length)
        const first = yield* bisect(asked, { ...whole, which: "first" })
        assert.strictEqual(first.stretches[0].from, stretches[0].from)
        assert.strictEqual(first.folded, stretches[0].from + 1)
        const last = yield* bisect(asked, { ...whole, which: "last" })
        assert.strictEqual(last.stretches[0].to, stretches.at(-1)?.to)
      }).pipe(Effect.provide(stores)),
    )

  it.live("folds only the part where a condition turns that stays true", () =>
    Effect.gen(function* () {
      yield* kept
      const asked = condition("messages.receptions >= 1000")
      const slow = yield* bisect(asked, { ...whole, which: "first" })
      const fast = yield* bisect(asked, { ...whole, which: "first", monotone: true })
      assert.deepStrictEqual(fast.stretches, slow.stretches)
      assert.isAbove(slow.folded, 1000)
      assert.isBelow(fast.folded, 501)
    }).pipe(Effect.provide(stores)),
  )

  it.live("finds nothing where it never holds", () =>
    Effect.gen(function* () {
      yield* filled(log)
      for (const which of ["first", "last", "all"] as const) {
        const found = yield* bisect(condition("messages.refused < 0"), { ...whole, which })
        assert.deepStrictEqual(found.stretches, [])
      }
    }).pipe(Effect.provide(stores)),
  )

  it("refuses what is no condition, and says why", () => {
    for (const [text, why] of [
      ["station(3).trust == 1", /station/],
      ['station("X").trst == "lost"', /trst/],
      ["messages.refused", /not true or false/],
      ["1 +", /.+/],
      ["process.exit()", /process/],
      [`${"1 == 1 && ".repeat(200)}true`, /at most|exceeded/i],
    ] as const) {
      const refused = Condition.compile(text)
      assert.isTrue(Rejected.is(refused), text)
      if (Rejected.is(refused)) assert.match(refused.detail, why)
    }
  })

  it("asks again only where an event concerns what it asks about", () => {
    const asked = condition(`station("${station}").trust == "lost"`)
    const touched = log.filter((recorded: Recorded) => asked.touches(recorded))
    assert.isAbove(touched.length, 10)
    assert.isBelow(touched.length, log.length / 4)
  })
})
