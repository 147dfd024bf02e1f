/** What each part of a scenario plans for one repetition, each with chances of its own. */
import type { Ground } from "../Ground.ts"
import type { Scenario } from "../scenarios.ts"
import { minuteMs } from "../Span.ts"
import { burstsMax, type Plan } from "./Adversary.ts"

/** Bursts of devices are numbered below this, by the device. */
const ordersFrom = 2 ** 25

export const plansOf = (ground: Ground, scenario: Scenario, round: number): ReadonlyArray<Plan> => {
  const roundMs = ground.ages.startMs + round * scenario.spanMs
  return scenario.parts.map(({ adversary, fromMinute, untilMinute }, i) =>
    adversary(ground, {
      fromMs: roundMs + fromMinute * minuteMs,
      untilMs: roundMs + untilMinute * minuteMs,
      random: ground.root.fork(`round-${round}-minute-${fromMinute}`),
      order: ordersFrom + (round * scenario.parts.length + i) * burstsMax,
    }),
  )
}
