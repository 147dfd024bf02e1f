/**
 * Totals of the whole log, and counts over all of its time for the page's time line.
 *
 * By our clock and by the sources' clocks. A source's clock may lie, and one wrong year would
 * squeeze all the rest into a bucket: instants that cannot be are counted apart (`implausible`).
 */
import type { Position, Recorded } from "../../core/event/Envelope.ts"
import type { Event } from "../../core/event/Event.ts"
import { outside } from "../../core/event/subjects.ts"
import type { Counts } from "../../core/kernel/countUp.ts"
import type { Mutable } from "../../core/kernel/owner.ts"
import type { Json, Projection } from "../Projection.ts"
import * as Histogram from "./Histogram.ts"

/** 2009-01-01: Sigfox was founded in that year. */
export const occurredMsMin = 1_230_768_000_000
/** How far a source's clock may run ahead of ours: a day takes every mistaken time zone. */
export const aheadMsMax = 86_400_000

export interface Totals {
  readonly events: number
  /** Frames and other bytes that stations handed on. */
  readonly frames: number
  readonly brokenFrames: number
  /** Frames by the result of their checks. */
  readonly framesByCheck: Counts
  /** Receptions that a network reported: rows, and stations named in message reports. */
  readonly reportedReceptions: number
  readonly messageReports: number
  readonly services: number
  readonly accepted: number
  readonly refused: number
  readonly refusedFor: Counts
  readonly owed: number
  readonly delivered: number
  readonly failedAttempts: number
  readonly abandoned: number
  /** Events of kinds that this build does not know. */
  readonly unknown: number
}

export interface State {
  /** Changed in place by `apply`; `totals` gives them away. */
  readonly counts: Mutable<Omit<Totals, "framesByCheck" | "refusedFor">>
  readonly framesByCheck: Record<string, number>
  readonly refusedFor: Record<string, number>
  firstOccurredMs: number | null
  lastOccurredMs: number | null
  firstRecordedMs: number | null
  lastRecordedMs: number | null
  lastPosition: Position | null
  /** Where a demo began to play into this log, if one did. */
  demoBegan: { readonly position: Position; readonly seed: number } | null
  /** Instants by a source's clock that cannot be; not in `byOccurred`, `firstOccurredMs`, `lastOccurredMs`. */
  implausible: number
  readonly byRecorded: Histogram.Histogram
  readonly byOccurred: Histogram.Histogram
}

const initial = (): State => ({
  counts: {
    events: 0,
    frames: 0,
    brokenFrames: 0,
    reportedReceptions: 0,
    messageReports: 0,
    services: 0,
    accepted: 0,
    refused: 0,
    owed: 0,
    delivered: 0,
    failedAttempts: 0,
    abandoned: 0,
    unknown: 0,
  },
  framesByCheck: {},
  refusedFor: {},
  firstOccurredMs: null,
  lastOccurredMs: null,
  firstRecordedMs: null,
  lastRecordedMs: null,
  lastPosition: null,
  demoBegan: null,
  implausible: 0,
  byRecorded: Histogram.make(),
  byOccurred: Histogram.make(),
})

/** Indexes into `Histogram.series`. */
const receptionSeries = 0
const acceptedSeries = 1
const refusedSeries = 2
const reportedSeries = 3
const otherSeries = 4

const apply = (draft: State, recorded: Recorded): void => {
  const { occurredMs, position, recordedMs } = recorded
  draft.counts.events++
  draft.firstRecordedMs ??= recordedMs
  draft.lastRecordedMs = recordedMs
  draft.lastPosition = position
  const which = count(draft, recorded.event)
  Histogram.add(draft.byRecorded, recordedMs, which, position)
  if (occurredMs < occurredMsMin || occurredMs > recordedMs + aheadMsMax) {
    draft.implausible++
    return
  }
  Histogram.add(draft.byOccurred, occurredMs, which, position)
  if (draft.firstOccurredMs === null || occurredMs < draft.firstOccurredMs)
    draft.firstOccurredMs = occurredMs
  if (draft.lastOccurredMs === null || occurredMs > draft.lastOccurredMs)
    draft.lastOccurredMs = occurredMs
}

/** Counts the event in the totals; gives its series in the histograms. */
const count = (draft: State, event: Event): number => {
  const { counts } = draft
  switch (event._tag) {
    case "FrameHeard":
      counts.frames++
      draft.framesByCheck[event.check] = (draft.framesByCheck[event.check] ?? 0) + 1
      return receptionSeries
    case "BytesHeard":
      counts.frames++
      counts.brokenFrames++
      return receptionSeries
    case "MessageReported":
      counts.messageReports++
      counts.reportedReceptions += event.stations.length
      return reportedSeries
    case "ReceptionReported":
      counts.reportedReceptions++
      return reportedSeries
    case "ServiceReported":
      counts.services++
      return otherSeries
    case "MessageAccepted":
      counts.accepted++
      return acceptedSeries
    case "MessageRefused":
      counts.refused++
      draft.refusedFor[event.reason] = (draft.refusedFor[event.reason] ?? 0) + 1
      return refusedSeries
    case "DeliveryOwed":
      counts.owed++
      return otherSeries
    case "DeliverySucceeded":
      counts.delivered++
      return otherSeries
    case "DeliveryFailed":
      counts.failedAttempts++
      return otherSeries
    case "DeliveryAbandoned":
      counts.abandoned++
      return otherSeries
    case "Unknown":
      counts.unknown++
      return otherSeries
    case "DemoBegan":
      draft.demoBegan ??= { position: draft.lastPosition ?? 0, seed: event.seed }
      return otherSeries
    case "LinkReported":
    case "Ticked":
    case "DeliveriesBegan":
    case "RedeliveryAsked":
    case "CircuitOpened":
    case "CircuitClosed":
    case "ReceptionsRepeated":
    case "EarlierTwinFound":
      return otherSeries
    default:
      outside<"decision" | "delivery" | "network" | "reception" | "report" | "unknown">(event)
      return otherSeries
  }
}

export const projection: Projection<State> = {
  name: "traffic",
  version: 2,
  initial,
  apply,
  copy: (state) => ({
    ...state,
    counts: { ...state.counts },
    framesByCheck: { ...state.framesByCheck },
    refusedFor: { ...state.refusedFor },
    byRecorded: Histogram.copy(state.byRecorded),
    byOccurred: Histogram.copy(state.byOccurred),
  }),
  encode: (state) => ({
    ...state,
    byRecorded: Histogram.encode(state.byRecorded),
    byOccurred: Histogram.encode(state.byOccurred),
  }),
  decode: (json: Json): State => {
    // Written by `encode` of the same version; snapshots carry a digest that was checked.
    const from = json as unknown as Encoded
    return {
      ...from,
      counts: { ...from.counts },
      framesByCheck: { ...from.framesByCheck },
      refusedFor: { ...from.refusedFor },
      byRecorded: Histogram.decode(from.byRecorded),
      byOccurred: Histogram.decode(from.byOccurred),
    }
  },
}

type Encoded = Omit<State, "byRecorded" | "byOccurred"> & {
  readonly byRecorded: Histogram.Encoded
  readonly byOccurred: Histogram.Encoded
}

export const totals = (state: State): Totals => ({
  ...state.counts,
  framesByCheck: { ...state.framesByCheck },
  refusedFor: { ...state.refusedFor },
})
