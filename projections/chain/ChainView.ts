/**
 * What the page shows of the chain at one instant (`ChainView`), and what changes from one instant to
 * the next (`Step`). Both are JSON, bounded, and made by `viewOf` and `stepOf`; `applyStep` takes a view
 * over a step. What must stay true: `applyStep(before, step)` is the view of the later state.
 *
 * `position` is that of the last event in the picture, -1 when there is none: as of 41 means with
 * event 41 in it. Times are ms since 1970; rates are events a minute of event time.
 */
import * as Schema from "effect/Schema"
import { EventRow, Tone } from "./EventRow.ts"

/** `none`: registered and never heard. `reported`: a network said so and the twin checked nothing. */
export const Verdict = Schema.Literals(["none", "ok", "reported", "suspicious", "refused"])
export type Verdict = typeof Verdict.Type

/** `unattested`: no reference values were adopted for it, so there is nothing to measure it against. */
const Trust = Schema.Literals(["attested", "unattested", "lost"])
type Trust = typeof Trust.Type

export const DeviceView = Schema.Struct({
  id: Schema.String,
  /** Its place among all devices: smaller ones came earlier. Keeps a dot where it is. */
  n: Schema.Int,
  verdict: Verdict,
  /** When a station last heard it; 0 for never. */
  heardMs: Schema.Int,
  /** Of a suspicious or refused verdict. */
  reason: Schema.optionalKey(Schema.String),
})
export type DeviceView = typeof DeviceView.Type

/**
 * By what devices stand in groups: customer and type of device together, type alone, or the site (city) of the station
 * that heard a device last.
 */
export const Grouping = Schema.Literals(["customer", "site", "type"])
export type Grouping = typeof Grouping.Type

const groupHead = {
  key: Schema.String,
  n: Schema.Int,
  /** Absent where the devices belong to no customer. */
  customer: Schema.optionalKey(Schema.String),
  label: Schema.String,
  /** Of all its devices, drawn or not. */
  devices: Schema.Int,
  suspicious: Schema.Int,
  refused: Schema.Int,
  /** Devices left out of `shown`; the worst are shown first, so these are the healthiest. */
  hidden: Schema.Int,
}

export const GroupView = Schema.Struct({
  ...groupHead,
  /** In the order of `n`. */
  shown: Schema.Array(DeviceView),
})
export type GroupView = typeof GroupView.Type

export const StationView = Schema.Struct({
  id: Schema.String,
  n: Schema.Int,
  name: Schema.optionalKey(Schema.String),
  city: Schema.optionalKey(Schema.String),
  /** Where it stands, degrees; both or neither. */
  lat: Schema.optionalKey(Schema.Finite),
  lng: Schema.optionalKey(Schema.Finite),
  dataCentre: Schema.optionalKey(Schema.String),
  trust: Trust,
  /** Since when its trust is as it is, and the event that made it so. */
  trustMs: Schema.optionalKey(Schema.Int),
  trustAt: Schema.optionalKey(Schema.Int),
  heardMs: Schema.Int,
  /** Receptions a minute. */
  rate: Schema.Int,
  /** Receptions in each of the last minutes of event time, oldest first. */
  spark: Schema.Array(Schema.Int),
})
export type StationView = typeof StationView.Type

const LinkView = Schema.Struct({
  name: Schema.String,
  up: Schema.Boolean,
  sinceMs: Schema.optionalKey(Schema.Int),
  at: Schema.optionalKey(Schema.Int),
})
type LinkView = typeof LinkView.Type

export const DataCentreView = Schema.Struct({
  id: Schema.String,
  name: Schema.String,
  links: Schema.Array(LinkView),
  /** Messages a minute that came in over its stations. */
  rate: Schema.Int,
})
export type DataCentreView = typeof DataCentreView.Type

export const CustomerView = Schema.Struct({
  id: Schema.String,
  n: Schema.Int,
  name: Schema.optionalKey(Schema.String),
  /** The ledger: owed = delivered + pending + abandoned; `failing` is the part of pending whose last attempt failed. */
  delivered: Schema.Int,
  pending: Schema.Int,
  failing: Schema.Int,
  abandoned: Schema.Int,
  /** Messages a minute. */
  rate: Schema.Int,
  /** Of its latest answered deliveries. */
  p95Ms: Schema.optionalKey(Schema.Int),
  /** Since when each attempt fails, and how the last one did. */
  failingMs: Schema.optionalKey(Schema.Int),
  error: Schema.optionalKey(Schema.String),
})
export type CustomerView = typeof CustomerView.Type

/** `from` and `to` are keys of a group and a station, or of a data centre and a customer. */
export const EdgeView = Schema.Struct({
  from: Schema.String,
  to: Schema.String,
  /** Width: 1 + log2, whole, of the messages in five minutes; 0 in a step means it is gone. */
  level: Schema.Int,
})
export type EdgeView = typeof EdgeView.Type

const Moment = Schema.Struct({ position: Schema.Int, ms: Schema.Int })
type Moment = typeof Moment.Type

export const IncidentKind = Schema.Literals([
  "refusals",
  "trust-lost",
  "link-down",
  "outage",
  "finding",
])
export type IncidentKind = typeof IncidentKind.Type

export const Incident = Schema.Struct({
  /** Kind, subject and first position: the same in every view that shows it. */
  id: Schema.String,
  kind: IncidentKind,
  label: Schema.String,
  tone: Tone,
  start: Moment,
  /** Absent while it lasts. */
  end: Schema.optionalKey(Moment),
  /** Refusals, failed attempts, or receptions that rest on it; 1 where nothing is counted. */
  count: Schema.Int,
  /** Of a finding: when the twin came to think so. */
  found: Schema.optionalKey(Moment),
  /** 0..1, of a finding: it is inferred. */
  confidence: Schema.optionalKey(Schema.Finite),
  device: Schema.optionalKey(Schema.String),
  station: Schema.optionalKey(Schema.String),
  customer: Schema.optionalKey(Schema.String),
  dataCentre: Schema.optionalKey(Schema.String),
  /** A city, of what befalls its stations together. */
  area: Schema.optionalKey(Schema.String),
})
export type Incident = typeof Incident.Type

export const PendingView = Schema.Struct({
  /** `DEVICE:SEQ@EPOCH`. */
  message: Schema.String,
  customer: Schema.String,
  since: Moment,
})
export type PendingView = typeof PendingView.Type

export const Totals = Schema.Struct({
  receptions: Schema.Int,
  receptionsPerMinute: Schema.Int,
  accepted: Schema.Int,
  acceptedPerMinute: Schema.Int,
  refused: Schema.Int,
  refusedPerMinute: Schema.Int,
  reported: Schema.Int,
  /** Refusals of all time by reason. */
  byReason: Schema.Record(Schema.String, Schema.Int),
  devices: Schema.Int,
  /** Registered beyond what the picture keeps. */
  devicesBeyond: Schema.Int,
  stations: Schema.Int,
  stationsAttested: Schema.Int,
  stationsLost: Schema.Int,
  /** Stations left out of the view; none of them lost trust unless so many did that they do not fit. */
  stationsHidden: Schema.Int,
  /** Customers left out of the view, whose deliveries do best. */
  customersHidden: Schema.Int,
  delivered: Schema.Int,
  pending: Schema.Int,
  failing: Schema.Int,
  abandoned: Schema.Int,
  /** Those of them that who asks may not see; they are 0. Absent for who sees the whole twin. */
  hidden: Schema.optionalKey(Schema.Array(Schema.String)),
})
export type Totals = typeof Totals.Type

const when = {
  position: Schema.Int,
  /** Newest event time seen, and when that was recorded. 0 with no event. */
  occurredMs: Schema.Int,
  recordedMs: Schema.Int,
}

export const ChainView = Schema.Struct({
  ...when,
  totals: Totals,
  groups: Schema.Array(GroupView),
  stations: Schema.Array(StationView),
  dataCentres: Schema.Array(DataCentreView),
  customers: Schema.Array(CustomerView),
  /** Group to station. */
  heard: Schema.Array(EdgeView),
  /** Data centre to customer. */
  carried: Schema.Array(EdgeView),
  /** Newest first. */
  incidents: Schema.Array(Incident),
  oldestPending: Schema.NullOr(PendingView),
})
export type ChainView = typeof ChainView.Type

/**
 * What travels. `reception`: a copy, from device to station. `message`: with its verdict, from device to core.
 * `challenge` and `evidence`: core to station and back. `delivery`: core to customer. `downlink`: core over a station to
 * a device.
 */
export const MotionKind = Schema.Literals([
  "reception",
  "message",
  "challenge",
  "evidence",
  "delivery",
  "downlink",
])
export type MotionKind = typeof MotionKind.Type

/** One thing that travelled; a message ends where it was refused. Ids of things not in the view may occur. */
export const Motion = Schema.Struct({
  kind: MotionKind,
  position: Schema.Int,
  verdict: Verdict,
  /** "" where none is concerned. */
  device: Schema.String,
  /** Key of the device's group; absent for a stranger. */
  group: Schema.optionalKey(Schema.String),
  station: Schema.optionalKey(Schema.String),
  dataCentre: Schema.optionalKey(Schema.String),
  customer: Schema.optionalKey(Schema.String),
})
export type Motion = typeof Motion.Type

export const GroupStep = Schema.Struct({
  ...groupHead,
  changed: Schema.Array(DeviceView),
  gone: Schema.Array(Schema.String),
})
export type GroupStep = typeof GroupStep.Type

/** Changes only: what is absent or not listed stayed as it was. */
export const Step = Schema.Struct({
  /** Position of the picture it starts from: `view.position`, else something was missed. */
  from: Schema.Int,
  ...when,
  totals: Totals,
  groups: Schema.Array(GroupStep),
  groupsGone: Schema.Array(Schema.String),
  stations: Schema.Array(StationView),
  stationsGone: Schema.Array(Schema.String),
  dataCentres: Schema.optionalKey(Schema.Array(DataCentreView)),
  customers: Schema.Array(CustomerView),
  customersGone: Schema.Array(Schema.String),
  heard: Schema.Array(EdgeView),
  carried: Schema.Array(EdgeView),
  incidents: Schema.optionalKey(Schema.Array(Incident)),
  oldestPending: Schema.NullOr(PendingView),
  motions: Schema.Array(Motion),
  /** How many of each kind this step has, drawn or not; absent where there are none. */
  motionsSeen: Schema.Record(Schema.String, Schema.Int),
  /** Latest events worth reading, newest first. */
  notable: Schema.Array(EventRow),
})
export type Step = typeof Step.Type

/** What a view holds at most. With these a view of any network stays below about 400 kB of JSON. */
export const devicesShownMax = 2400
export const stationsShownMax = 320
export const groupsShownMax = 24
export const customersShownMax = 24
export const dataCentresShownMax = 6
export const edgesShownMax = 900
export const incidentsShownMax = 40
/** Of each kind in one step. */
export const motionsOfKindMax = 12
export const notableMax = 12
