import { assert, describe, it } from "@effect/vitest"
import * as Effect from "effect/Effect"
import type { Recorded } from "../../../core/event/Envelope.ts"
import * as Integrity from "../../../projections/integrity/Integrity.ts"
import { fold } from "../../../projections/Projection.ts"
import { bothClocks } from "../../../projections/time/clocks.ts"
import { filled, play, stores } from "./worlds.ts"

const { log, truth } = play("late-buffer", { devices: 80 })
const [act] = truth
const station = act.station ?? ""
/** In the middle of the outage. */
const atMs = (act.atMs + (act.untilMs ?? act.atMs)) / 2
const hourMs = 3_600_000

const receptions = (events: ReadonlyArray<Recorded>): number =>
  Integrity.find(fold(Integrity.projection, Integrity.projection.initial(), events), station)
    ?.receptions ?? 0

describe("an instant on either clock", () => {
  it.live("is what was recorded by then, and what had occurred by then", () =>
    Effect.gen(function* () {
      yield* filled(log)
      const clocks = yield* bothClocks(atMs, hourMs, ["station"])
      const known = log.filter(({ recordedMs }) => recordedMs <= atMs)
      const true_ = log.filter(({ occurredMs }) => occurredMs <= atMs)
      const inState = (held: typeof clocks.recorded) =>
        held.states.station?.stations.get(station)?.receptions
      assert.strictEqual(inState(clocks.recorded), receptions(known))
      assert.strictEqual(inState(clocks.occurred), receptions(true_))
      assert.isAbove(receptions(true_), receptions(known))
      assert.isAbove(clocks.foldedIn, 0)
      assert.deepStrictEqual(clocks.late, [])
    }).pipe(Effect.provide(stores)),
  )

  it.live("lists as late what came later than the bound", () =>
    Effect.gen(function* () {
      yield* filled(log)
      const clocks = yield* bothClocks(atMs, 1_000, ["station"])
      assert.isAbove(clocks.late.length, 0)
      for (const { occurredMs, recordedMs } of clocks.late) {
        assert.isAtMost(occurredMs, atMs)
        assert.isAbove(recordedMs, atMs + 1_000)
      }
    }).pipe(Effect.provide(stores)),
  )

  it.live("takes late events in the order in which they occurred", () =>
    Effect.gen(function* () {
      yield* filled(log)
      const { occurred } = yield* bothClocks(atMs, hourMs, ["device"])
      for (const { lastHeardMs } of occurred.states.device?.devices.values() ?? [])
        assert.isAtMost(lastHeardMs ?? 0, atMs)
    }).pipe(Effect.provide(stores)),
  )
})
