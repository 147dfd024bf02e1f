/**
 * A message's way through the chain, in the order of time: its transmissions as the stations heard them, the verdict,
 * each attempt at each destination, the downlink it asked for. Instants are by the clock of who acted.
 */
import type { Recorded } from "../../../core/event/Envelope.ts"
import type * as Tally from "../../../projections/tally/Tally.ts"
import { rowOf } from "../../../projections/chain/EventRow.ts"
import type { PathStep } from "../../api/EntityState.ts"
import { dBm, parts } from "./facts.ts"

export interface Along {
  readonly verdict: Recorded | undefined
  /** Its deliveries, oldest first. */
  readonly deliveries: ReadonlyArray<Recorded>
  /** What became of the downlink it asked for, oldest first. */
  readonly downlinks: ReadonlyArray<Recorded>
}

export const pathOf = (tally: Tally.Tally, along: Along): ReadonlyArray<PathStep> =>
  [
    ...transmissionsOf(tally),
    ...(along.verdict === undefined ? [] : [verdictStep(along.verdict)]),
    ...along.deliveries.map(deliveryStep),
    ...along.downlinks.map(downlinkStep),
  ].toSorted((a, b) => a.fromMs - b.fromMs || order[a.stage] - order[b.stage])

const order: Readonly<Record<PathStep["stage"], number>> = {
  transmission: 0,
  verdict: 1,
  delivery: 2,
  downlink: 3,
}

/** One step a rank: from its first reception to its last. Reports name no rank. */
const transmissionsOf = ({ cells, firstMs }: Tally.Tally): ReadonlyArray<PathStep> =>
  [...Map.groupBy(cells, ({ rank }) => rank)].map(([rank, heard]) => {
    const delays = heard.map(({ delayMs }) => delayMs)
    const [first] = heard
    const strongest = heard.reduce<number | null>(
      (most, { rssiDbm }) =>
        rssiDbm === null || (most !== null && most >= rssiDbm) ? most : rssiDbm,
      null,
    )
    return {
      stage: "transmission",
      label: rank === null ? "heard" : `transmission ${rank}`,
      fromMs: firstMs + Math.min(...delays),
      toMs: firstMs + Math.max(...delays),
      tone: "plain",
      position: first.position,
      detail: parts(
        `${new Set(heard.map(({ station }) => station)).size} stations`,
        dBm(strongest),
        first.frequencyHz === null ? "" : `${(first.frequencyHz / 1e6).toFixed(6)} MHz`,
      ),
    }
  })

const verdictStep = (recorded: Recorded): PathStep => {
  const { occurredMs, position, text, tone } = rowOf(recorded)
  const { event } = recorded
  const policy = "policy" in event && typeof event.policy === "number" ? event.policy : undefined
  return {
    stage: "verdict",
    label: "verdict",
    fromMs: occurredMs,
    toMs: occurredMs,
    tone,
    position,
    detail: parts(text, policy === undefined ? "" : `policy ${policy}`),
  }
}

/** An attempt took until its answer came. */
const deliveryStep = (recorded: Recorded): PathStep => {
  const { customer = "", detail, occurredMs, position, text, tone } = rowOf(recorded)
  const { event } = recorded
  const took = "durationMs" in event ? Math.round(event.durationMs) : 0
  const destination = "destination" in event ? String(event.destination) : ""
  return {
    stage: "delivery",
    label: text,
    fromMs: occurredMs - took,
    toMs: occurredMs,
    tone,
    position,
    detail: parts(`${customer}/${destination}`, detail),
  }
}

const downlinkStep = (recorded: Recorded): PathStep => {
  const { detail, occurredMs, position, text, tone } = rowOf(recorded)
  const { event } = recorded
  return {
    stage: "downlink",
    label: text,
    fromMs: event._tag === "DownlinkAsked" ? event.opensAtMs : occurredMs,
    toMs: event._tag === "DownlinkAsked" ? event.closesAtMs : occurredMs,
    tone,
    position,
    detail,
  }
}
