/**
 * Events to rows: every table but those of findings. A pure fold: the rows follow from the events alone.
 */
import { isControl } from "../../core/decide/Attempts.ts"
import type { MessageAccepted, MessageRefused } from "../../core/event/decision.ts"
import type { Recorded } from "../../core/event/Envelope.ts"
import { policyDefault } from "../../core/event/policy.ts"
import type { FrameHeard } from "../../core/event/reception.ts"
import type { MessageReported, ReceptionReported } from "../../core/event/report.ts"
import { outside } from "../../core/event/subjects.ts"
import * as Handed from "./handedOn.ts"
import { integrityRow } from "./integrity.ts"
import * as Openers from "./Openers.ts"
import * as Party from "./party.ts"
import { placeOf, type Row, type Sink } from "./Table.ts"

/** Raised when what the rows say changes: the tables are then built again. */
export const version = 2

export interface State {
  readonly openers: Openers.Openers
  /** Devices and stations that have a row. */
  readonly devices: Set<string>
  readonly stations: Set<string>
  windowMs: number
}

/** Where rows go, by table. */
export interface Rows {
  readonly receptions: Sink
  readonly messages: Sink
  readonly device_steps: Sink
  readonly station_steps: Sink
  readonly attestations: Sink
  readonly deliveries: Sink
  readonly downlinks: Sink
  readonly blocks: Sink
  readonly policies: Sink
}

export const initial = (): State => ({
  openers: Openers.make(),
  devices: new Set(),
  stations: new Set(),
  windowMs: policyDefault.tallyWindowMs,
})

/** Takes one event in, and adds its rows. */
export const apply = (state: State, recorded: Recorded, rows: Rows): void => {
  const { event } = recorded
  switch (event._tag) {
    case "FrameHeard":
      return heard(state, recorded, event, rows)
    case "BytesHeard":
      Party.stationSeen(state.stations, recorded, event.station, rows.station_steps)
      rows.receptions.push([
        ...placeOf(recorded),
        null,
        null,
        event.station,
        event.source,
        "not-a-frame",
        ...Array<null>(4).fill(null),
        event.rssiDbm ?? null,
        ...Array<null>(6).fill(null),
      ])
      return
    case "MessageAccepted":
      return accepted(state, recorded, event, rows)
    case "MessageRefused":
      return refused(state, recorded, event, rows)
    case "MessageReported":
      return messageReported(state, recorded, event, rows)
    case "ReceptionReported":
      return receptionReported(state, recorded, event, rows)
    case "PolicyAdopted":
      state.windowMs = event.policy.tallyWindowMs
      rows.policies.push(Party.policyRow(recorded, event))
      return
    case "DeviceRegistered":
    case "DeviceKeyReplaced":
    case "DeviceRetired":
    case "CounterDisengaged":
      state.devices.add(event.device)
      rows.device_steps.push(Party.deviceRow(recorded, event))
      return
    case "StationEnrolled":
    case "StationRetired":
      state.stations.add(event.station)
      rows.station_steps.push(Party.stationRow(recorded, event))
      return
    case "ReferenceValuesAdopted":
    case "StationTrustLost":
    case "StationTrustRestored":
    case "ChallengeIssued":
    case "EvidencePresented":
    case "EvidenceAppraised":
    case "StationFellSilent":
    case "StationBootRefused":
    case "ForeignReceptionsRefused":
    case "EndorsementKeyPinned":
    case "EnrolmentOffered":
    case "CredentialIssued":
    case "EnrolmentRefused":
    case "StationTpmEnrolled":
    case "StationCertified":
    case "ReferenceValuesPublished":
    case "ReferenceValuesSuperseded":
      rows.attestations.push(integrityRow(recorded, event))
      return
    case "DeliveryOwed":
    case "DeliverySucceeded":
    case "DeliveryFailed":
    case "DeliveryAbandoned":
    case "RedeliveryAsked":
      rows.deliveries.push(Handed.deliveryRow(recorded, event))
      return
    case "TrafficBlocked":
    case "TrafficUnblocked":
      rows.blocks.push(Party.blockRow(recorded, event))
      return
    case "RateExceeded":
      return
    case "DownlinkAsked":
    case "DownlinkScheduled":
    case "DownlinkRefused":
    case "DownlinkTransmitted":
    case "DownlinkNotTransmitted":
    case "DownlinkConfirmed":
    case "DownlinkUnconfirmed":
    case "StrayConfirmationHeard":
      rows.downlinks.push(Handed.downlinkRow(recorded, event))
      return
    case "ServiceReported":
    case "ReceptionsRepeated":
    case "EarlierTwinFound":
    case "DataCentreOpened":
    case "CustomerRegistered":
    case "CustomerRetired":
    case "DestinationAdded":
    case "DestinationRemoved":
    case "DownlinkDefaultSet":
    case "EndorsementRootTrusted":
    case "EndorsementRootDistrusted":
    case "CircuitOpened":
    case "CircuitClosed":
    case "DeliveriesBegan":
      return
    default:
      return outside<
        | "attestation"
        | "decision"
        | "delivery"
        | "downlink"
        | "endorsement"
        | "firewall"
        | "policy"
        | "reception"
        | "referenceValues"
        | "registration"
        | "report"
      >(event)
  }
}

/** Knows again what an event opened or told, when it is read a second time. */
export const openAgain = (state: State, recorded: Recorded, isOpener: boolean): void => {
  const { event, occurredMs, position } = recorded
  const { openers } = state
  const { _tag: tag } = event
  if (tag === "FrameHeard") {
    if (isOpener) Openers.open(openers, event.device, packetName(event), position, occurredMs)
  } else if (tag === "MessageReported" || tag === "ReceptionReported") {
    if (isOpener)
      Openers.open(openers, event.device, reportName(event), position, occurredMs).isTold = true
  } else if (tag === "MessageAccepted" || tag === "MessageRefused") told(state, recorded)
}

const packetName = ({ frameType, payload }: FrameHeard): string =>
  isControl(frameType) ? `${payload.digest} c` : payload.digest

/** Opens or finds a packet's message, as the pipeline does: a wrong CRC is no message. */
const packetOf = (state: State, { occurredMs, position }: Recorded, frame: FrameHeard): number => {
  const { device } = frame
  const name = packetName(frame)
  const known = Openers.find(state.openers, device, name, occurredMs, state.windowMs)
  return (known ?? Openers.open(state.openers, device, name, position, occurredMs)).at
}

const heard = (state: State, recorded: Recorded, frame: FrameHeard, rows: Rows): void => {
  Openers.forget(state.openers, recorded.position)
  Party.stationSeen(state.stations, recorded, frame.station, rows.station_steps)
  rows.receptions.push([
    recorded.position,
    recorded.occurredMs,
    recorded.recordedMs,
    frame.check === "wrong-crc" ? null : packetOf(state, recorded, frame),
    frame.device,
    frame.station,
    frame.source,
    frame.check,
    frame.rank,
    null,
    null,
    frame.seq,
    frame.rssiDbm ?? null,
    frame.snrDb ?? null,
    frame.frequencyHz ?? null,
    frame.payload.length,
    frame.configDigest ?? null,
    null,
    null,
  ])
}

/** The message a verdict speaks of is its first cause; whether that is the first time it is spoken of. */
const told = (state: State, { causes, position }: Recorded): readonly [number, boolean] => {
  Openers.forget(state.openers, position)
  const message = causes[0] ?? position
  const opened = Openers.openedAt(state.openers, message)
  const isFirst = opened === undefined || !opened.isTold
  if (opened !== undefined) opened.isTold = true
  return [message, isFirst]
}

const accepted = (state: State, recorded: Recorded, event: MessageAccepted, rows: Rows): void => {
  rows.messages.push([
    ...placeOf(recorded),
    ...told(state, recorded),
    event.device,
    event.seq,
    event.epoch,
    "accepted",
    null,
    event.warning ?? null,
    event.kind,
    event.missing,
    null,
    event.downlinkAsked,
    event.policy,
    ...notReported,
    event.standing ?? "unknown",
  ])
}

const refused = (state: State, recorded: Recorded, event: MessageRefused, rows: Rows): void => {
  rows.messages.push([
    ...placeOf(recorded),
    ...told(state, recorded),
    event.device,
    event.seq,
    null,
    "refused",
    event.reason,
    null,
    null,
    null,
    event.expectedSeq ?? null,
    null,
    event.policy,
    ...notReported,
    null,
  ])
}

/** source, source_id, lqi, lat, lng, radius_m. */
const notReported: Row = [null, null, null, null, null, null]

/** A source's own id names a message for good; a number only within the tally window, since counters wrap. */
const reportOf = (
  state: State,
  { occurredMs, position }: Recorded,
  event: MessageReported | ReceptionReported,
): readonly [message: number, isFirst: boolean] => {
  const { openers } = state
  Openers.forget(openers, position)
  const { device } = event
  const name = reportName(event)
  const windowMs = isBySeq(event) ? state.windowMs : Number.POSITIVE_INFINITY
  const known = Openers.find(openers, device, name, occurredMs, windowMs)
  const opened = known ?? Openers.open(openers, device, name, position, occurredMs)
  const isFirst = !opened.isTold
  opened.isTold = true
  return [opened.at, isFirst]
}

const isBySeq = (event: MessageReported | ReceptionReported): boolean =>
  event._tag === "MessageReported" && event.seq !== undefined

const reportName = (event: MessageReported | ReceptionReported): string =>
  `${event.source}:${
    event._tag === "MessageReported" && event.seq !== undefined
      ? String(event.seq)
      : `#${event.id ?? ""}`
  }`

const messageReported = (
  state: State,
  recorded: Recorded,
  event: MessageReported,
  rows: Rows,
): void => {
  const [message, isFirst] = reportOf(state, recorded, event)
  const seq = event.seq ?? null
  Party.deviceSeen(state.devices, recorded, event.device, rows.device_steps)
  rows.messages.push([
    ...placeOf(recorded),
    message,
    isFirst,
    event.device,
    seq,
    null,
    "reported",
    null,
    null,
    null,
    null,
    null,
    event.downlinkAsked ?? null,
    null,
    event.source,
    event.id ?? null,
    event.lqi ?? null,
    event.location?.lat ?? null,
    event.location?.lng ?? null,
    event.location?.radiusM ?? null,
    null,
  ])
  for (const heardBy of event.stations) {
    Party.stationSeen(state.stations, recorded, heardBy.station, rows.station_steps)
    rows.receptions.push([
      ...placeOf(recorded),
      message,
      event.device,
      heardBy.station,
      event.source,
      "reported",
      null,
      heardBy.repetitions ?? null,
      null,
      seq,
      heardBy.rssiDbm ?? null,
      heardBy.snrDb ?? null,
      heardBy.frequencyHz ?? null,
      event.payload?.length ?? null,
      null,
      null,
      null,
    ])
  }
}

const receptionReported = (
  state: State,
  recorded: Recorded,
  event: ReceptionReported,
  rows: Rows,
): void => {
  const [message, isFirst] = reportOf(state, recorded, event)
  Party.deviceSeen(state.devices, recorded, event.device, rows.device_steps)
  Party.stationSeen(state.stations, recorded, event.station, rows.station_steps, event)
  rows.receptions.push([
    ...placeOf(recorded),
    message,
    event.device,
    event.station,
    event.source,
    "reported",
    null,
    null,
    event.meanRank ?? null,
    null,
    event.rssiDbm ?? null,
    null,
    null,
    null,
    null,
    event.lat ?? null,
    event.lng ?? null,
  ])
  if (isFirst)
    rows.messages.push([
      ...placeOf(recorded),
      message,
      true,
      event.device,
      ...Array<null>(2).fill(null),
      "reported",
      ...Array<null>(7).fill(null),
      event.source,
      event.id,
      ...Array<null>(5).fill(null),
    ])
}
