/**
 * Compares the anomalies that opened with what the simulator did. An anomaly is right while its truth lasts or shortly after;
 * any other is a false alarm, and a truth without one was missed.
 */
import type { Kind as TruthKind, Truth } from "../../core/sim/adversary/Adversary.ts"
import { hourMs, minuteMs } from "../../core/sim/Span.ts"
import * as World from "../../core/sim/World.ts"
import * as Anomaly from "../../projections/anomaly/Anomaly.ts"
import type { Kind, Unusual } from "../../projections/anomaly/watch/Unusual.ts"
import { run } from "./run.ts"

/** What a truth shows as. */
export const shownAs = {
  surge: "traffic-surge",
  "mac-guessing": "mac-storm",
  "station-outage": "station-outage",
  "wrong-policy": "sequence-disorder",
  "customer-outage": "delivery-outage",
  "slow-customer": "callback-latency",
} satisfies { readonly [K in TruthKind]?: Kind }
export type Shown = keyof typeof shownAs

/** A Monday. */
const startMs = Date.UTC(2026, 5, 1)
/** Before, nothing can be known yet. */
const learntMs = startMs + 4 * hourMs
/** What is judged by half hours is said, and over, so late at most. */
const lateMs = 60 * minuteMs

export interface Audit {
  readonly messages: number
  readonly named: ReadonlyArray<Unusual>
  readonly missed: ReadonlyArray<Truth>
  readonly falseAlarms: ReadonlyArray<Unusual>
  /** Still open an hour after their truth was over. */
  readonly uncleared: ReadonlyArray<Unusual>
}

export const audit = (given: {
  readonly scenario: Shown | "clean"
  readonly seed: number
  readonly devices?: number
  readonly hours?: number
}): Audit => {
  const { hours = 12, scenario, seed } = given
  const { devices = 300 } = given
  const world = World.make({ seed, startMs, devices, stations: 30, scenario })
  const untilMs = startMs + hours * hourMs
  const state = Anomaly.projection.initial()
  const failures: Array<{ readonly customer: string; readonly occurredMs: number }> = []
  const { messages } = run(
    world,
    seed,
    untilMs,
    (recorded) => {
      const { event, occurredMs } = recorded
      if (event._tag === "DeliveryFailed") failures.push({ ...event, occurredMs })
      Anomaly.projection.apply(state, recorded)
    },
    true,
  )
  const found = Anomaly.unusual(state).filter(({ openedMs }) => openedMs <= untilMs)
  const all = world.truth.filter(({ atMs }) => atMs < untilMs)
  /** A small customer's messages may be too few to fail five times. */
  const isShown = ({ atMs, customer, untilMs: overMs = atMs }: Truth): boolean =>
    scenario !== "customer-outage" ||
    failures.filter(
      (one) => one.customer === customer && one.occurredMs >= atMs && one.occurredMs <= overMs,
    ).length > 5
  const truths = all.filter((truth) => truth.atMs >= learntMs && isShown(truth))
  const kind = scenario === "clean" ? undefined : shownAs[scenario]
  const isAbout = (one: Unusual, truth: Truth): boolean =>
    one.kind === kind &&
    during(one, truth) &&
    (truth.station === undefined || one.station === truth.station) &&
    (truth.customer === undefined || one.customer === truth.customer)
  const named = found.filter((one) => truths.some((truth) => isAbout(one, truth)))
  return {
    messages,
    named,
    missed: truths.filter((truth) => !named.some((one) => isAbout(one, truth))),
    // While something is wrong, other things may look unusual too.
    falseAlarms: found.filter((one) => !all.some((truth) => during(one, truth))),
    uncleared: named.filter(
      (one) =>
        one.clearedMs === null &&
        truths.every((truth) => !isAbout(one, truth) || (truth.untilMs ?? 0) + lateMs < untilMs),
    ),
  }
}

const during = (one: Unusual, { atMs, untilMs: overMs = atMs }: Truth): boolean =>
  one.openedMs >= atMs && one.openedMs <= overMs + lateMs

export const describe = ({ customer, kind, openedMs, station }: Unusual): string =>
  `${kind} ${station ?? customer ?? "network"} at ${new Date(openedMs).toISOString()}`
