/** Logs of simulated networks, in memory: what the tests of time travel ask questions of. */
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import type { Recorded } from "../../../core/event/Envelope.ts"
import { EventLog } from "../../../core/log/EventLog.ts"
import * as Memory from "../../../core/log/memory.ts"
import { hourMs } from "../../../core/sim/Span.ts"
import type { ScenarioName } from "../../../core/sim/scenarios.ts"
import * as World from "../../../core/sim/World.ts"
import * as SnapshotsMemory from "../../../projections/run/snapshotsMemory.ts"
import { run } from "../../scenario/run.ts"

export const startMs = Date.UTC(2026, 0, 1)

export interface Played {
  readonly log: ReadonlyArray<Recorded>
  readonly truth: World.World["truth"]
}

export const play = (
  scenario: ScenarioName,
  given: Partial<World.Options> & { readonly hours?: number } = {},
): Played => {
  const { hours = 4, ...options } = given
  const log: Array<Recorded> = []
  const world = World.make({
    seed: 7,
    startMs,
    devices: 120,
    stations: 12,
    scenario,
    ...options,
  })
  run(world, 7, startMs + hours * hourMs, (one) => log.push(one))
  return { log, truth: world.truth }
}

export const stores = Layer.merge(Layer.fresh(Memory.layer), Layer.fresh(SnapshotsMemory.layer))

/** Events a commit holds in these tests. */
const batchEvents = 512

/** Puts the events into the log of the scope. */
export const filled = (events: ReadonlyArray<Recorded>) =>
  Effect.gen(function* () {
    const log = yield* EventLog
    for (let from = 0; from < events.length; from += batchEvents)
      yield* log.restore(events.slice(from, from + batchEvents))
    return log
  })
