/** The projection's laws on real traffic: the arbitrary histories of `tests/laws` seldom make a whole message. */
import { assert, describe, it } from "@effect/vitest"
import type { Recorded } from "../../../core/event/Envelope.ts"
import type { ScenarioName } from "../../../core/sim/scenarios.ts"
import { hourMs } from "../../../core/sim/Span.ts"
import * as World from "../../../core/sim/World.ts"
import * as Anomaly from "../../../projections/anomaly/Anomaly.ts"
import type { Json } from "../../../projections/Projection.ts"
import { digest } from "../../../projections/run/digest.ts"
import { run } from "../../scenario/run.ts"

const { projection } = Anomaly
const startMs = Date.UTC(2026, 5, 1)

const logOf = (scenario: ScenarioName): ReadonlyArray<Recorded> => {
  const log: Array<Recorded> = []
  const world = World.make({ seed: 3, startMs, devices: 120, stations: 24, scenario })
  run(world, 3, startMs + 3 * hourMs, (recorded) => log.push(recorded))
  return log
}

const folded = (state: Anomaly.State, events: ReadonlyArray<Recorded>): Anomaly.State => {
  for (const recorded of events) projection.apply(state, recorded)
  return state
}

const throughText = (json: Json): Json => JSON.parse(JSON.stringify(json)) as Json

const digestOf = (state: Anomaly.State): string => digest(projection, state)

describe.each(["clone", "fabricated-repeat", "massive-cloning", "mac-guessing"] as const)(
  "the anomalies of %s",
  (scenario) => {
    const log = logOf(scenario)
    const whole = digestOf(folded(projection.initial(), log))
    const cuts = [0.1, 0.37, 0.5, 0.73, 0.99].map((share) => Math.floor(share * log.length))

    it("are the same from a snapshot on, wherever it was taken", () => {
      assert.isAbove(Anomaly.findings(folded(projection.initial(), log)).length, 0)
      for (const cut of cuts) {
        const before = folded(projection.initial(), log.slice(0, cut))
        const resumed = projection.decode(throughText(projection.encode(before)))
        assert.strictEqual(digestOf(resumed), digestOf(before))
        assert.strictEqual(digestOf(folded(resumed, log.slice(cut))), whole)
      }
    })

    it("stay as they are when a copy goes on, and the copy when they do", () => {
      for (const cut of cuts) {
        const original = folded(projection.initial(), log.slice(0, cut))
        const before = digestOf(original)
        const copy = projection.copy(original)
        folded(copy, log.slice(cut))
        assert.strictEqual(digestOf(original), before)
        assert.strictEqual(digestOf(copy), whole)
        folded(original, log.slice(cut))
        assert.strictEqual(digestOf(copy), whole)
      }
    })
  },
)
