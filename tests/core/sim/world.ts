/** Worlds small enough for a test, and what came out of them. */
import { createHash } from "node:crypto"
import type { ReceivedFrame } from "../../../core/decide/ReceivedFrame.ts"
import type { Frame } from "../../../core/frame/Frame.ts"
import * as Uplink from "../../../core/frame/Uplink.ts"
import { invariant } from "../../../core/kernel/invariant.ts"
import * as World from "../../../core/sim/World.ts"
import { hourMs } from "../../../core/sim/Span.ts"
import type { ScenarioName } from "../../../core/sim/scenarios.ts"

/** A Monday. */
export const startMs = Date.UTC(2026, 5, 1)

export const worldOf = (scenario: ScenarioName, options: Partial<World.Options> = {}) =>
  World.make({ seed: 1, startMs, devices: 200, stations: 48, scenario, ...options })

export const outputsOf = (world: World.World, hours = 6): ReadonlyArray<World.Output> =>
  Array.from(world.next(startMs + hours * hourMs))

export const framesOf = (outputs: ReadonlyArray<World.Output>): ReadonlyArray<ReceivedFrame> =>
  outputs.flatMap((output) => (output._tag === "Frames" ? output.frames : []))

export const digestOf = (value: unknown): string =>
  createHash("sha256").update(JSON.stringify(value)).digest("hex")

/** The frame as read; what a world sends is always one. */
export const read = (heard: ReceivedFrame): Frame => {
  const frame = Uplink.decode(heard.frame)
  invariant(frame._tag === "Frame", `a simulated frame decodes: ${heard.frame}`)
  return frame
}

/** All fields: JSON would do, at ten times the cost. */
const keyOf = (heard: ReceivedFrame): string => Object.values(heard).join(" ")

/** What `longer` has and `shorter` has not, each as often as it is missing. */
export const extra = (
  longer: ReadonlyArray<ReceivedFrame>,
  shorter: ReadonlyArray<ReceivedFrame>,
): ReadonlyArray<ReceivedFrame> => {
  const left = new Map<string, number>()
  for (const heard of shorter) {
    const key = keyOf(heard)
    left.set(key, (left.get(key) ?? 0) + 1)
  }
  return longer.filter((heard) => {
    const key = keyOf(heard)
    const count = left.get(key) ?? 0
    if (count > 0) left.set(key, count - 1)
    return count === 0
  })
}
