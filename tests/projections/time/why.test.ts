import { assert, describe, it } from "@effect/vitest"
import * as Effect from "effect/Effect"
import type { Recorded } from "../../../core/event/Envelope.ts"
import type { ScenarioName } from "../../../core/sim/scenarios.ts"
import * as Anomaly from "../../../projections/anomaly/Anomaly.ts"
import * as Integrity from "../../../projections/integrity/Integrity.ts"
import { fold, type Projection } from "../../../projections/Projection.ts"
import * as Replay from "../../../projections/replay/Replay.ts"
import { findAccepted } from "../../../projections/time/why/findAccepted.ts"
import * as Lookups from "../../../projections/time/why/Lookups.ts"
import type { Answer } from "../../../projections/time/why/Reason.ts"
import * as Refold from "../../../projections/time/why/refold.ts"
import * as Why from "../../../projections/time/why/why.ts"
import { whyFinding } from "../../../projections/time/why/whyFinding.ts"
import { findVerdict } from "../../../projections/time/why/whyVerdict.ts"
import { filled, play, stores } from "./worlds.ts"

const stateOf = <State>(projection: Projection<State>, log: ReadonlyArray<Recorded>): State =>
  fold(projection, projection.initial(), log)

/** The events that an answer names. */
const named = (log: ReadonlyArray<Recorded>, { facts }: Answer): ReadonlyArray<Recorded> =>
  facts.map((position) => log[position])

const found = (answer: Answer | undefined): Answer => {
  assert.isDefined(answer)
  return answer
}

const scenarios: ReadonlyArray<readonly [ScenarioName, object]> = [
  ["replay-after-wrap", {}],
  ["tampered-station", {}],
  ["desync", {}],
  ["clone", {}],
  ["mac-guessing", {}],
  ["unknown-device", {}],
]

describe("why", () => {
  for (const [scenario, options] of scenarios) {
    const { log } = play(scenario, options)

    it.live(`names facts of ${scenario} that alone give each message's verdict again`, () =>
      Effect.gen(function* () {
        const lookups = Lookups.of(yield* filled(log))
        // All refusals, and some of what was accepted.
        const decided = log.filter(
          ({ event, position }) =>
            event._tag === "MessageRefused" ||
            (event._tag === "MessageAccepted" && position % 7 === 0),
        )
        assert.isAbove(decided.length, 5)
        for (const { event, position } of decided.slice(-40)) {
          if (event._tag !== "MessageAccepted" && event._tag !== "MessageRefused") continue
          const answer = found(yield* Why.whyMessage(lookups, event, position + 1))
          assert.deepStrictEqual(answer.fact, { ...event })
          const judged = Refold.verdictOf(named(log, answer), event)
          assert.deepStrictEqual(judged.verdict, event)
          assert.isTrue(answer.refolded)
        }
      }).pipe(Effect.provide(stores)),
    )

    it.live(`names facts of ${scenario} that alone give each counter again`, () =>
      Effect.gen(function* () {
        const lookups = Lookups.of(yield* filled(log))
        const replay = stateOf(Replay.projection, log)
        const devices = [...replay.devices.values()].filter(({ checked }) => checked.accepted > 0)
        assert.isAbove(devices.length, 20)
        for (const { checked, device } of devices.slice(0, 20)) {
          const answer = found(yield* Why.whyDevice(lookups, device, log.length))
          const window = Refold.windowOf(named(log, answer), device)
          assert.deepStrictEqual(window, checked.window)
          assert.isTrue(answer.refolded)
        }
      }).pipe(Effect.provide(stores)),
    )

    it.live(`names facts of ${scenario} that alone give each station's trust again`, () =>
      Effect.gen(function* () {
        const lookups = Lookups.of(yield* filled(log))
        for (const to of [log.length, Math.floor(log.length / 2)]) {
          const { stations } = stateOf(Integrity.projection, log.slice(0, to))
          for (const { reference, station, trust, trustAt } of stations.values()) {
            const answer = found(yield* Why.whyStation(lookups, station, to))
            const again = stateOf(Integrity.projection, named(log, answer)).stations.get(station)
            assert.deepStrictEqual(
              [again?.trust, again?.trustAt, again?.reference],
              [trust, trustAt, reference],
            )
            assert.isTrue(answer.refolded)
          }
        }
      }).pipe(Effect.provide(stores)),
    )
  }

  for (const scenario of ["replay-after-wrap", "mac-guessing", "desync", "clone"] as const)
    it.live(`names facts of ${scenario} that alone give the finding again`, () =>
      Effect.gen(function* () {
        const { log } = play(scenario, { devices: 150, stations: 24, hours: 6 })
        const lookups = Lookups.of(yield* filled(log))
        const findings = Anomaly.findings(stateOf(Anomaly.projection, log))
        const harmful = findings.filter(({ kind }) => kind === scenario)
        assert.isAbove(harmful.length, 0)
        for (const finding of harmful) {
          const answer = yield* whyFinding(lookups, finding, log.length, true)
          assert.isTrue(answer.refolded)
          assert.isBelow(answer.facts.length, log.length / 2)
        }
      }).pipe(Effect.provide(stores)),
    )

  for (const scenario of ["replay-after-wrap", "desync"] as const)
    it.live(`finds every acceptance of ${scenario} by its number, and none that was not made`, () =>
      Effect.gen(function* () {
        const { log } = play(scenario, {})
        const lookups = Lookups.of(yield* filled(log))
        const accepted = log.filter(({ event }) => event._tag === "MessageAccepted")
        for (const [i, { event, position }] of accepted.entries()) {
          // Each of a few devices in full, and some of all others.
          if (event._tag !== "MessageAccepted" || (!event.device.endsWith("3") && i % 9 > 0))
            continue
          const { device, epoch, seq } = event
          const to = log.length
          const one = yield* findAccepted(lookups, { device, epoch, seq }, to)
          assert.strictEqual(one?.position, position)
          assert.isUndefined(yield* findAccepted(lookups, { device, epoch, seq }, position))
          assert.isUndefined(yield* findAccepted(lookups, { device, epoch: epoch + 9, seq }, to))
          const same = accepted.findLast(
            ({ event: other }) =>
              other._tag === "MessageAccepted" && other.device === device && other.seq === seq,
          )
          const latest = yield* findAccepted(lookups, { device, seq }, to)
          assert.strictEqual(latest?.position, same?.position)
          const linear = log.findLast(
            ({ event: other }) =>
              (other._tag === "MessageAccepted" || other._tag === "MessageRefused") &&
              other.device === device &&
              other.seq === seq,
          )
          const decided = yield* findVerdict(lookups, { device, seq }, to)
          assert.strictEqual(decided?.position, linear?.position)
        }
      }).pipe(Effect.provide(stores)),
    )

  it.live("sees that facts are missing", () =>
    Effect.gen(function* () {
      const { log } = play("desync")
      const lookups = Lookups.of(yield* filled(log))
      const last = log.findLast(({ event }) => event._tag === "MessageRefused")
      assert.isDefined(last)
      if (last.event._tag !== "MessageRefused") return
      const answer = found(yield* Why.whyMessage(lookups, last.event, last.position + 1))
      // Without the last number taken, another one is expected.
      const without = named(log, answer).filter(
        ({ event }) => event._tag !== "MessageAccepted" && event._tag !== "MessageRefused",
      )
      assert.notDeepEqual(Refold.verdictOf(without, last.event).verdict, last.event)
    }).pipe(Effect.provide(stores)),
  )

  it.live("says of a count which events were counted", () =>
    Effect.gen(function* () {
      const { log } = play("tampered-station")
      const lookups = Lookups.of(yield* filled(log))
      const refused = log.filter(({ event }) => event._tag === "MessageRefused")
      assert.isAbove(refused.length, 0)
      const answer = found(yield* Why.whyCount(lookups, "refused", {}, log.length))
      assert.deepStrictEqual(
        answer.facts,
        refused.map(({ position }) => position),
      )
      const none = found(yield* Why.whyCount(lookups, "refused.wrong-mac", {}, log.length))
      assert.strictEqual(none.fact["value"], 0)
    }).pipe(Effect.provide(stores)),
  )
})
