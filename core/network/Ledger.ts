/**
 * What is owed and when it may be tried: built from the log's events alone, so that a restart goes on
 * where the log says.
 *
 * A line is the messages of one device to one destination, in order: only its head is tried, and the
 * next waits until the head is settled. A message that asks for a downlink is a line of its own: its window does not
 * wait for an earlier message that fails, nor do later ones wait for it. An attempt is under way until its outcome comes back as an
 * event. Owed messages beyond `pendingMax` are not held here: `overflowAt` says from where to
 * read the log again when there is room.
 */
import * as Attempts from "../decide/Attempts.ts"
import * as Downlinks from "../decide/Downlinks.ts"
import type { Position, Recorded } from "../event/Envelope.ts"
import type { DeliveryOwed } from "../event/delivery.ts"
import type { FrameHeard } from "../event/reception.ts"
import type { Sealed } from "../event/sealed.ts"
import * as Agenda from "../kernel/Agenda.ts"
import * as FifoMap from "../kernel/FifoMap.ts"

/** About 400 bytes each: 400 MB at the very worst. */
export const pendingMax = 1_000_000

/** Attempts under way to one destination, so that one that hangs does not hold up the others. */
export const perDestinationMax = 16

/** Accepted messages remembered until their obligations follow, in the same commit as a rule. */
const rememberedMax = 50_000

export interface Owed {
  readonly obligation: Omit<DeliveryOwed, "_tag">
  readonly owedAt: Position
  /** Position of the message's first reception; what it says is read from the log where `message` is absent. */
  readonly heardAt: Position | undefined
  readonly message: Message | undefined
  /** Of the next attempt, from 1. */
  attempt: number
  nextMs: number
}

export interface Message {
  readonly payload: Sealed
  readonly sentMs: number
  readonly downlinkAsked: boolean
  /** A control frame's payload is the network's own and never encrypted. */
  readonly control: boolean
}

/** What there is to deliver of a reception. */
export const messageOf = (frame: FrameHeard, sentMs: number): Message => ({
  payload: frame.payload,
  sentMs,
  downlinkAsked: Downlinks.asks(frame.flags),
  control: Attempts.isControl(frame.frameType),
})

interface Accepted {
  readonly heardAt: Position
  readonly downlinkAsked: boolean
  readonly message: Message | undefined
}

export interface Destination {
  readonly url: string
  readonly loopbackAllowed: boolean
}

interface Line {
  readonly key: string
  readonly queue: Array<Owed>
  isUnderWay: boolean
}

export interface Ledger {
  readonly lines: Map<string, Line>
  readonly due: Agenda.Agenda<string>
  readonly destinations: Map<string, Destination>
  readonly underWay: Map<string, number>
  /** Lines that are due at a destination which has no attempt to spare. */
  readonly waiting: Map<string, Array<string>>
  readonly heard: FifoMap.FifoMap<Message, Position>
  readonly accepted: FifoMap.FifoMap<Accepted, Position>
  pending: number
  overflowAt: Position | undefined
}

export const make = (): Ledger => ({
  lines: new Map(),
  due: Agenda.make(),
  destinations: new Map(),
  underWay: new Map(),
  waiting: new Map(),
  heard: FifoMap.make(rememberedMax),
  accepted: FifoMap.make(rememberedMax),
  pending: 0,
  overflowAt: undefined,
})

/** Takes in one event. `nowMs`: new obligations are due at once. */
export const apply = (ledger: Ledger, recorded: Recorded, nowMs: number): void => {
  const { event, position, causes, occurredMs } = recorded
  switch (event._tag) {
    case "FrameHeard":
      if (event.check === "ok") FifoMap.set(ledger.heard, position, messageOf(event, occurredMs))
      return
    case "MessageAccepted":
      FifoMap.set(ledger.accepted, position, {
        heardAt: causes[0],
        downlinkAsked: event.downlinkAsked,
        message: FifoMap.get(ledger.heard, causes[0]),
      })
      return
    case "DestinationAdded":
      ledger.destinations.set(destinationKey(event), {
        url: event.url,
        loopbackAllowed: event.loopbackAllowed,
      })
      return
    case "DestinationRemoved":
      ledger.destinations.delete(destinationKey(event))
      return
    case "DeliveryOwed":
      return owe(ledger, recorded, event, nowMs)
    case "DeliveryFailed": {
      const line = lineOf(ledger, event)
      const head = line?.queue[0]
      if (line === undefined || head === undefined || !isSame(head, event)) return
      head.attempt = event.attempt + 1
      head.nextMs = event.nextAttemptAtMs
      return settle(ledger, line, event)
    }
    case "DeliverySucceeded":
    case "DeliveryAbandoned": {
      const line = lineOf(ledger, event)
      const at = line?.queue.findIndex((owed) => isSame(owed, event)) ?? -1
      if (line === undefined || at < 0) return
      line.queue.splice(at, 1)
      ledger.pending--
      if (line.queue.length === 0) ledger.lines.delete(line.key)
      return settle(ledger, line, event)
    }
    case "BytesHeard":
    case "MessageReported":
    case "ReceptionReported":
    case "ServiceReported":
    case "DeviceRegistered":
    case "DeviceKeyReplaced":
    case "DeviceRetired":
    case "CounterDisengaged":
    case "StationEnrolled":
    case "StationRetired":
    case "DataCentreOpened":
    case "CustomerRegistered":
    case "CustomerRetired":
    case "ReferenceValuesAdopted":
    case "StationTrustLost":
    case "StationTrustRestored":
    case "MessageRefused":
    case "PolicyAdopted":
    case "LinkReported":
    case "DeliveriesBegan":
    case "RedeliveryAsked":
    case "CircuitOpened":
    case "CircuitClosed":
    case "CorePartAdded":
    case "CorePartRemoved":
    case "CorePartReported":
    case "CoreServiceDeclared":
    case "SourceAdded":
    case "SourceRemoved":
    case "SourcePolled":
    case "DemoBegan":
    case "Ticked":
    case "ReceptionsRepeated":
    case "EarlierTwinFound":
    case "DownlinkDefaultSet":
    case "DownlinkAsked":
    case "DownlinkScheduled":
    case "DownlinkRefused":
    case "DownlinkTransmitted":
    case "DownlinkNotTransmitted":
    case "DownlinkConfirmed":
    case "DownlinkUnconfirmed":
    case "StrayConfirmationHeard":
    case "PayloadSchemeAdopted":
    case "PayloadsErased":
    case "ChallengeIssued":
    case "EvidencePresented":
    case "EvidenceAppraised":
    case "StationFellSilent":
    case "StationBootRefused":
    case "ForeignReceptionsRefused":
    case "EndorsementRootTrusted":
    case "EndorsementRootDistrusted":
    case "EndorsementKeyPinned":
    case "EnrolmentOffered":
    case "CredentialIssued":
    case "EnrolmentRefused":
    case "StationTpmEnrolled":
    case "StationCertified":
    case "ReferenceValuesPublished":
    case "ReferenceValuesSuperseded":
    case "TrafficBlocked":
    case "TrafficUnblocked":
    case "AccountAdded":
    case "PasswordSet":
    case "AccountDisabled":
    case "AccountEnabled":
    case "GroupPlaced":
    case "RoleGranted":
    case "RoleRevoked":
    case "CredentialCreated":
    case "CredentialRevoked":
    case "SessionOpened":
    case "SessionClosed":
    case "AccessRefused":
    case "CommandGiven":
    case "Unknown":
      return
  }
}

/** The next obligation to try, now under way; undefined when none is due. */
export const take = (
  ledger: Ledger,
  nowMs: number,
): { readonly owed: Owed; readonly destination: Destination | undefined } | undefined => {
  while (ledger.due.nextMs() <= nowMs) {
    const key = ledger.due.take().thing
    const line = key === undefined ? undefined : ledger.lines.get(key)
    const owed = line?.queue[0]
    if (key === undefined || line === undefined || owed === undefined) continue
    if (line.isUnderWay || owed.nextMs > nowMs) continue
    const to = destinationKey(owed.obligation)
    const busy = ledger.underWay.get(to) ?? 0
    if (busy >= perDestinationMax) {
      const waiting = ledger.waiting.get(to)
      if (waiting === undefined) ledger.waiting.set(to, [key])
      else waiting.push(key)
      continue
    }
    line.isUnderWay = true
    ledger.underWay.set(to, busy + 1)
    return { owed, destination: ledger.destinations.get(to) }
  }
  return undefined
}

/** When the next obligation falls due, or infinity. */
export const nextDueMs = (ledger: Ledger): number => ledger.due.nextMs()

const owe = (ledger: Ledger, recorded: Recorded, event: DeliveryOwed, nowMs: number): void => {
  const { position, causes } = recorded
  if (ledger.overflowAt !== undefined && position >= ledger.overflowAt) return
  if (ledger.pending >= pendingMax) {
    ledger.overflowAt = position
    return
  }
  const { _tag: _, ...obligation } = event
  const accepted = FifoMap.get(ledger.accepted, causes[0])
  const { heardAt, message } = accepted ?? { heardAt: undefined, message: undefined }
  const owed = { obligation, owedAt: position, heardAt, message, attempt: 1, nextMs: nowMs }
  const key = accepted?.downlinkAsked === true ? ownLineKey(event) : lineKey(event)
  const line = ledger.lines.get(key)
  ledger.pending++
  if (line !== undefined) line.queue.push(owed)
  else {
    ledger.lines.set(key, { key, queue: [owed], isUnderWay: false })
    ledger.due.add(nowMs, position, key)
  }
}

/** An outcome came back: the line's head is due again, and the destination has an attempt to spare. */
const settle = (
  ledger: Ledger,
  line: Line,
  of: { readonly customer: string; readonly destination: string; readonly device: string },
): void => {
  const to = destinationKey(of)
  if (line.isUnderWay) {
    line.isUnderWay = false
    ledger.underWay.set(to, Math.max(0, (ledger.underWay.get(to) ?? 1) - 1))
  }
  const head = line.queue[0]
  if (head !== undefined) ledger.due.add(head.nextMs, head.owedAt, line.key)
  const waiting = ledger.waiting.get(to)?.shift()
  if (waiting !== undefined) {
    const next = ledger.lines.get(waiting)?.queue[0]
    if (next !== undefined) ledger.due.add(next.nextMs, next.owedAt, waiting)
  }
}

const isSame = (
  { obligation }: Owed,
  event: { readonly seq: number; readonly epoch: number; readonly device: string },
): boolean => obligation.seq === event.seq && obligation.epoch === event.epoch

const destinationKey = (of: { readonly customer: string; readonly destination: string }): string =>
  `${of.customer} ${of.destination}`

type OfLine = {
  readonly customer: string
  readonly destination: string
  readonly device: string
  readonly seq: number
  readonly epoch: number
}

const lineOf = (ledger: Ledger, of: OfLine): Line | undefined =>
  ledger.lines.get(ownLineKey(of)) ?? ledger.lines.get(lineKey(of))

const ownLineKey = (of: OfLine): string => `${lineKey(of)} ${of.seq}@${of.epoch}`

const lineKey = (of: {
  readonly customer: string
  readonly destination: string
  readonly device: string
}): string => `${of.customer} ${of.destination} ${of.device}`
