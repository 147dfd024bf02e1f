import { assert, describe, it } from "@effect/vitest"
import { decideAgain, type Emit } from "../../../core/decide/decideFrame.ts"
import * as Network from "../../../core/decide/Network.ts"
import type { Recorded } from "../../../core/event/Envelope.ts"
import type { Known } from "../../../core/event/Event.ts"
import { hourMs } from "../../../core/sim/Span.ts"
import * as World from "../../../core/sim/World.ts"
import type { ScenarioName } from "../../../core/sim/scenarios.ts"
import { run } from "../../scenario/run.ts"

const startMs = Date.UTC(2026, 0, 1)

const decisions: ReadonlySet<string> = new Set<Known["_tag"]>([
  "MessageAccepted",
  "MessageRefused",
  "DeliveryOwed",
  "DownlinkAsked",
  "StationTrustLost",
  "StationTrustRestored",
])

/** Each reception of a log decided on again: what the log says came of it, and what comes of it now. */
const again = (log: ReadonlyArray<Recorded>) => {
  const state = Network.initial()
  const recorded: Array<unknown> = []
  const decided: Array<unknown> = []
  for (const one of log) {
    const { event, position, occurredMs } = one
    if (decisions.has(event._tag)) {
      recorded.push({ event, occurredMs, causes: one.causes })
      continue
    }
    if (event._tag !== "FrameHeard") {
      Network.apply(state, one)
      continue
    }
    let next = position
    const emit: Emit = (made, atMs, causes) => {
      const at = next++
      if (made._tag !== "FrameHeard") decided.push({ event: made, occurredMs: atMs, causes })
      const envelope = { stream: "", revision: 0, recordedMs: 0 }
      Network.apply(state, { ...envelope, position: at, occurredMs: atMs, causes, event: made })
      return at
    }
    decideAgain(state, one, event, emit)
  }
  return { recorded, decided }
}

const logOf = (scenario: ScenarioName): ReadonlyArray<Recorded> => {
  const log: Array<Recorded> = []
  const world = World.make({ seed: 3, startMs, devices: 60, stations: 20, scenario })
  run(world, 3, startMs + 4 * hourMs, (one) => log.push(one))
  return log
}

describe("deciding again on recorded receptions", () => {
  const scenarios = [
    "clean",
    "replay",
    "tampered-station",
    "clone",
    "desync",
    "mac-guessing",
    "unknown-device",
    "late-buffer",
    "type-relabelling",
  ] as const
  for (const scenario of scenarios)
    it(`gives the decisions that were recorded of ${scenario}, to the field`, () => {
      const { decided, recorded } = again(logOf(scenario))
      assert.isAbove(recorded.length, 100)
      assert.deepStrictEqual(decided, recorded)
    })
})
