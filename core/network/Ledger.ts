/**
 * What is owed and when it may be tried: built from the log's events alone, so that a restart goes on
 * where the log says.
 *
 * A line is the messages of one device to one destination, in order: only its head is tried, and the
 * next waits until the head is settled. A message that asks for a downlink is a line of its own: its window does not
 * wait for an earlier message that fails, nor do later ones wait for it; so are notices of each kind. An attempt is under
 * way until its outcome comes back as an event.
 *
 * Destinations take turns (`Outlet.ts`), those that fail among themselves: whoever answers never waits for one that hangs.
 *
 * Owed messages beyond `pendingMax` are not held here: `overflowAt` says from where to read the log again when there is
 * room.
 */
import * as Attempts from "../decide/Attempts.ts"
import * as Downlinks from "../decide/Downlinks.ts"
import * as retryRule from "../decide/retryRule.ts"
import type { Position, Recorded } from "../event/Envelope.ts"
import type { DeliveryFailed, DeliveryOwed, RedeliveryAsked } from "../event/delivery.ts"
import type { FrameHeard } from "../event/reception.ts"
import type { Sealed } from "../event/sealed.ts"
import { outside } from "../event/subjects.ts"
import * as Agenda from "../kernel/Agenda.ts"
import * as FifoMap from "../kernel/FifoMap.ts"
import * as Outlet from "./Outlet.ts"

/** About 600 bytes each: 600 MB at the very worst. */
export const pendingMax = 1_000_000

/** Attempts under way to destinations that answered the last time, and to those that did not. */
export const attemptsMax = { well: 768, failing: 256 }

/** Accepted messages remembered until their obligations follow, in the same commit as a rule. */
const rememberedMax = 50_000

/** Messages kept in memory with what is owed of them; of others what they say is read from the log. */
const messagesMax = 50_000

/** The tally is told so long after the first reception was recorded (SIGFOX.md part 6: 25 to 30 s). */
export const dataAdvancedAfterMs = 25_000

/** What a customer does not fetch is given up after a week. This project's own choice. */
export const pullWithinMs = 7 * 86_400_000

export type Obligation = Omit<DeliveryOwed, "_tag">

export interface Owed {
  readonly obligation: Obligation
  readonly owedAt: Position
  /** By our clock. */
  readonly owedMs: number
  /** Position of the message's first reception; what it says is read from the log where `message` is absent. */
  readonly heardAt: Position | undefined
  readonly message: Message | undefined
  /** Of the next attempt, from 1. */
  attempt: number
  nextMs: number
  /** An earlier request may have arrived: no answer to it was seen. */
  isDoubtful: boolean
}

export interface Message {
  readonly payload: Sealed
  readonly sentMs: number
  readonly downlinkAsked: boolean
  /** A control frame's payload is the network's own and never encrypted. */
  readonly control: boolean
  /** The first station that heard it, and how. */
  readonly station: string
  readonly rssiDbm: number | undefined
  readonly snrDb: number | undefined
}

/** What there is to deliver of a reception. */
export const messageOf = (frame: FrameHeard, sentMs: number): Message => ({
  payload: frame.payload,
  sentMs,
  downlinkAsked: Downlinks.asks(frame.flags),
  control: Attempts.isControl(frame.frameType),
  station: frame.station,
  rssiDbm: frame.rssiDbm,
  snrDb: frame.snrDb,
})

interface Accepted {
  readonly heardAt: Position
  readonly downlinkAsked: boolean
  readonly message: Message | undefined
}

type Pool = keyof typeof attemptsMax

/** An attempt under way: of one obligation, or of several in a batch. */
interface UnderWay {
  readonly pool: Pool
  left: number
  isSettled: boolean
}

interface Line {
  readonly _tag: "Line"
  readonly key: string
  readonly outlet: Outlet.Outlet<Line>
  readonly queue: Array<Owed>
  isReady: boolean
  underWay: UnderWay | undefined
}

export interface Ledger {
  readonly lines: Map<string, Line>
  readonly due: Agenda.Agenda<Line | Outlet.Outlet<Line>>
  readonly outlets: Map<string, Outlet.Outlet<Line>>
  readonly turn: Outlet.Fifo<Outlet.Outlet<Line>>
  /** Outlets whose turn it was while their pool was full. */
  readonly waiting: Record<Pool, Array<Outlet.Outlet<Line>>>
  readonly underWay: Record<Pool, number>
  readonly heard: FifoMap.FifoMap<Message, Position>
  readonly accepted: FifoMap.FifoMap<Accepted, Position>
  /** Begun by an earlier run and without an outcome: until that run is read, and then empty. */
  begunBefore: Set<Position> | undefined
  /** Of those, begun again without an outcome in between: a later outcome does not undo the doubt. */
  readonly begunTwice: Set<Position>
  pending: number
  overflowAt: Position | undefined
}

export const make = (): Ledger => ({
  lines: new Map(),
  due: Agenda.make(),
  outlets: new Map(),
  turn: Outlet.fifo(),
  waiting: { well: [], failing: [] },
  underWay: { well: 0, failing: 0 },
  heard: FifoMap.make(rememberedMax),
  accepted: FifoMap.make(rememberedMax),
  begunBefore: new Set(),
  begunTwice: new Set(),
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
    case "DestinationRemoved": {
      const outlet = outletOf(ledger, event)
      const wasPull = outlet.settings?.channel === "pull"
      outlet.settings = event._tag === "DestinationAdded" ? event : undefined
      if (event._tag === "DestinationAdded") Outlet.closed(outlet)
      // What was kept for fetching is sent from here on, or given up.
      if (wasPull && outlet.settings?.channel !== "pull")
        for (const line of ledger.lines.values()) if (line.outlet === outlet) schedule(ledger, line)
      return enter(ledger, outlet)
    }
    case "DeliveryOwed":
      return owe(ledger, recorded, event, nowMs)
    case "RedeliveryAsked":
      return oweAgain(ledger, recorded, event, nowMs)
    case "DeliveriesBegan":
      if (ledger.begunBefore === undefined) return
      for (const at of event.owed)
        if (ledger.begunBefore.has(at)) ledger.begunTwice.add(at)
        else ledger.begunBefore.add(at)
      return
    case "DeliveryFailed": {
      ledger.begunBefore?.delete(causes[0])
      const line = lineOf(ledger, event)
      const head = line?.queue[0]
      if (line === undefined || head === undefined || !isSame(head, event)) return
      head.attempt = event.attempt + 1
      head.nextMs = event.nextAttemptAtMs
      if (mayHaveArrived(event)) head.isDoubtful = true
      const isFirst = settle(ledger, line)
      if (isFirst) Outlet.failed(line.outlet, event.status !== undefined, nowMs)
      return goOn(ledger, line)
    }
    case "DeliverySucceeded":
    case "DeliveryAbandoned": {
      ledger.begunBefore?.delete(causes[0])
      ledger.begunTwice.delete(causes[0])
      const line = lineOf(ledger, event)
      const at = line?.queue.findIndex((owed) => isSame(owed, event)) ?? -1
      if (line === undefined || at < 0) return
      line.queue.splice(at, 1)
      ledger.pending--
      if (line.queue.length === 0) ledger.lines.delete(line.key)
      const isFirst = settle(ledger, line)
      if (isFirst && event._tag === "DeliverySucceeded") Outlet.succeeded(line.outlet)
      if (isFirst && event._tag === "DeliveryAbandoned" && !withoutRequest.has(event.error))
        Outlet.failed(line.outlet, event.error === "status", nowMs)
      return goOn(ledger, line)
    }
    case "CircuitOpened": {
      const outlet = outletOf(ledger, event)
      Outlet.opened(outlet, nowMs)
      ledger.due.add(outlet.probeAtMs, position, outlet)
      return
    }
    case "CircuitClosed": {
      const outlet = outletOf(ledger, event)
      Outlet.closed(outlet)
      return enter(ledger, outlet)
    }
    case "BytesHeard":
    case "DeviceRegistered":
    case "DeviceKeyReplaced":
    case "DeviceRetired":
    case "CounterDisengaged":
    case "StationEnrolled":
    case "StationRetired":
    case "DataCentreOpened":
    case "CustomerRegistered":
    case "CustomerRetired":
    case "MessageRefused":
    case "ReceptionsRepeated":
    case "EarlierTwinFound":
      return
    default:
      return outside<"decision" | "delivery" | "reception" | "registration">(event)
  }
}

/** All of an earlier run was read: what it had begun and not ended may have arrived. */
export const caughtUp = (ledger: Ledger): void => {
  const begun = ledger.begunBefore
  ledger.begunBefore = undefined
  if (begun === undefined || begun.size + ledger.begunTwice.size === 0) return
  for (const { queue } of ledger.lines.values())
    for (const owed of queue)
      if (begun.has(owed.owedAt) || ledger.begunTwice.has(owed.owedAt)) owed.isDoubtful = true
  ledger.begunTwice.clear()
}

export type Taken =
  /** To be tried now, all in one request. */
  | {
      readonly _tag: "Try"
      readonly owed: ReadonlyArray<Owed>
      readonly settings: Outlet.Settings
    }
  /** To be given up without a request. */
  | { readonly _tag: "GiveUp"; readonly owed: ReadonlyArray<Owed>; readonly error: string }

/** The next obligations, now under way; undefined when none may be tried. */
export const take = (ledger: Ledger, nowMs: number): Taken | undefined => {
  while (ledger.due.nextMs() <= nowMs) {
    const { thing } = ledger.due.take()
    if (thing?._tag === "Line") becomeReady(ledger, thing, nowMs)
    else if (thing !== undefined) enter(ledger, thing)
  }
  for (;;) {
    const outlet = ledger.turn.take()
    if (outlet === undefined) return undefined
    outlet.isInTurn = false
    if (outlet.ready.size() === 0) continue
    const late = takeLate(ledger, outlet, nowMs)
    if (late !== undefined) return late
    const verdict = Outlet.mayBegin(outlet, nowMs)
    if (verdict._tag === "At") ledger.due.add(verdict.ms, 0, outlet)
    if (verdict._tag !== "Go") continue
    const pool: Pool = outlet.failures > 0 ? "failing" : "well"
    if (ledger.underWay[pool] >= attemptsMax[pool]) {
      ledger.waiting[pool].push(outlet)
      continue
    }
    const isBatch = outlet.settings?.channel === "batch-url"
    const lines = readyLines(outlet, isBatch ? Outlet.batchMax : 1)
    if (lines.length === 0) continue
    begin(ledger, outlet, lines, pool)
    if (isBatch) outlet.batchAtMs = nowMs + Outlet.batchEveryMs
    enter(ledger, outlet)
    const owed = lines.map(({ queue }) => queue[0])
    const { settings } = outlet
    return settings === undefined
      ? { _tag: "GiveUp", owed, error: "no-destination" }
      : { _tag: "Try", owed, settings }
  }
}

/** When the next obligation falls due, or infinity. */
export const nextDueMs = (ledger: Ledger): number => ledger.due.nextMs()

/** How the destination stands; who records that its circuit opens or closes says so here at once. */
export const standingOf = (
  ledger: Ledger,
  of: OfDestination,
): Pick<Outlet.Outlet<unknown>, "failures" | "isOpen" | "isTurning"> => outletOf(ledger, of)

/** What waits longer than its attempts would have taken, or was not fetched in time. */
const takeLate = (
  ledger: Ledger,
  outlet: Outlet.Outlet<Line>,
  nowMs: number,
): Taken | undefined => {
  const isPull = outlet.settings?.channel === "pull"
  if ((!isPull && !outlet.isOpen) || nowMs < outlet.lateAtMs) return undefined
  const withinMs = isPull ? pullWithinMs : retryRule.lifetimeMs
  const late: Array<Line> = []
  for (const line of outlet.ready.values()) {
    if (late.length >= Outlet.batchMax) break
    // A line may stand there twice: once as it is, once as it was before it was given up.
    if (!line.isReady || line.queue[0].owedMs + withinMs > nowMs) continue
    line.isReady = false
    late.push(line)
  }
  if (late.length === 0) {
    outlet.lateAtMs = nowMs + Outlet.lateEveryMs
    ledger.due.add(outlet.lateAtMs, 0, outlet)
    return undefined
  }
  begin(ledger, outlet, late, "failing")
  enter(ledger, outlet)
  const owed = late.map(({ queue }) => queue[0])
  return { _tag: "GiveUp", owed, error: isPull ? "not-fetched" : "circuit-open" }
}

/** Takes up to so many lines that are still due. */
const readyLines = (outlet: Outlet.Outlet<Line>, count: number): ReadonlyArray<Line> => {
  const lines: Array<Line> = []
  while (lines.length < count) {
    const line = outlet.ready.take()
    if (line === undefined) return lines
    // One that was given up late stands there still.
    if (!line.isReady || line.queue.length === 0) continue
    line.isReady = false
    lines.push(line)
  }
  return lines
}

const begin = (
  ledger: Ledger,
  outlet: Outlet.Outlet<Line>,
  lines: ReadonlyArray<Line>,
  pool: Pool,
): void => {
  const underWay: UnderWay = { pool, left: lines.length, isSettled: false }
  for (const line of lines) line.underWay = underWay
  outlet.underWay++
  ledger.underWay[pool]++
}

const becomeReady = (ledger: Ledger, line: Line, nowMs: number): void => {
  const head = line.queue[0]
  if (head === undefined || line.isReady || line.underWay !== undefined) return
  if (dueMsOf(line, head) > nowMs) return
  line.isReady = true
  line.outlet.ready.add(line)
  enter(ledger, line.outlet)
}

const enter = (ledger: Ledger, outlet: Outlet.Outlet<Line>): void => {
  if (outlet.isInTurn || outlet.ready.size() === 0) return
  outlet.isInTurn = true
  ledger.turn.add(outlet)
}

const schedule = (ledger: Ledger, line: Line): void => {
  const head = line.queue[0]
  if (head !== undefined) ledger.due.add(dueMsOf(line, head), head.owedAt, line)
}

const dueMsOf = ({ outlet }: Line, head: Owed): number =>
  outlet.settings?.channel === "pull" ? head.owedMs + pullWithinMs : head.nextMs

const owe = (ledger: Ledger, recorded: Recorded, event: DeliveryOwed, nowMs: number): void => {
  const { _tag: _, ...obligation } = event
  const { causes, position, recordedMs } = recorded
  const accepted = FifoMap.get(ledger.accepted, causes[0])
  const isBidir = accepted?.downlinkAsked === true && event.notice === undefined
  const nextMs = event.notice === "data-advanced" ? recordedMs + dataAdvancedAfterMs : nowMs
  const isKept = ledger.pending < messagesMax
  add(ledger, position, isBidir ? ownLineKey(event) : lineKey(event), {
    obligation,
    owedAt: position,
    owedMs: recordedMs,
    heardAt: accepted?.heardAt,
    message: isKept ? accepted?.message : undefined,
    attempt: 1,
    nextMs,
    isDoubtful: false,
  })
}

const oweAgain = (
  ledger: Ledger,
  { causes, position, recordedMs }: Recorded,
  event: RedeliveryAsked,
  nowMs: number,
): void => {
  const { _tag: _, note: _note, was: _was, ...obligation } = event
  if (lineOf(ledger, event)?.queue.some((owed) => isSame(owed, event)) === true) return
  add(ledger, position, lineKey(event), {
    obligation,
    owedAt: causes[0] ?? position,
    owedMs: recordedMs,
    heardAt: undefined,
    message: undefined,
    attempt: 1,
    nextMs: nowMs,
    isDoubtful: false,
  })
}

const add = (ledger: Ledger, position: Position, key: string, owed: Owed): void => {
  if (ledger.overflowAt !== undefined && position >= ledger.overflowAt) return
  if (ledger.pending >= pendingMax) {
    ledger.overflowAt = position
    return
  }
  ledger.pending++
  const known = ledger.lines.get(key)
  if (known !== undefined) {
    known.queue.push(owed)
    return
  }
  const line: Line = {
    _tag: "Line",
    key,
    outlet: outletOf(ledger, owed.obligation),
    queue: [owed],
    isReady: false,
    underWay: undefined,
  }
  ledger.lines.set(key, line)
  schedule(ledger, line)
}

/** An outcome came back. True for the first of its attempt: a batch is one success or one failure. */
const settle = (ledger: Ledger, line: Line): boolean => {
  const { outlet, underWay } = line
  line.underWay = undefined
  // Of an earlier run: there is no attempt of this one.
  if (underWay === undefined) return true
  const isFirst = !underWay.isSettled
  underWay.isSettled = true
  underWay.left--
  if (underWay.left > 0) return isFirst
  outlet.underWay--
  ledger.underWay[underWay.pool]--
  enter(ledger, outlet)
  for (const waiting of ledger.waiting[underWay.pool].splice(0)) enter(ledger, waiting)
  return isFirst
}

const goOn = (ledger: Ledger, line: Line): void => {
  schedule(ledger, line)
  if (line.outlet.isOpen && line.outlet.underWay === 0)
    ledger.due.add(line.outlet.probeAtMs, 0, line.outlet)
}

/** Why something was given up that has nothing to do with how its destination answers. */
const withoutRequest = new Set([
  "circuit-open",
  "not-fetched",
  "no-destination",
  "payload-erased",
  "nothing-to-tell",
])

/** Errors after which it is certain that no request arrived. */
const neverArrived = new Set([
  "refused",
  "dns",
  "tls",
  "not-allowed",
  "unreachable",
  "no-mail-server",
])

/** Whether the customer may have it, though no answer was seen. */
const mayHaveArrived = (event: DeliveryFailed): boolean =>
  event.status === undefined && !neverArrived.has(event.error)

const isSame = (
  { obligation }: Owed,
  event: { readonly seq: number; readonly epoch: number },
): boolean => obligation.seq === event.seq && obligation.epoch === event.epoch

interface OfDestination {
  readonly customer: string
  readonly destination: string
}

const outletOf = (ledger: Ledger, of: OfDestination): Outlet.Outlet<Line> => {
  const key = `${of.customer} ${of.destination}`
  const known = ledger.outlets.get(key)
  if (known !== undefined) return known
  const outlet = Outlet.make<Line>(key)
  ledger.outlets.set(key, outlet)
  return outlet
}

type OfLine = OfDestination & {
  readonly device: string
  readonly seq: number
  readonly epoch: number
  readonly notice?: string
}

const lineOf = (ledger: Ledger, of: OfLine): Line | undefined =>
  (of.notice === undefined ? ledger.lines.get(ownLineKey(of)) : undefined) ??
  ledger.lines.get(lineKey(of))

const ownLineKey = (of: OfLine): string => `${lineKey(of)} ${of.seq}@${of.epoch}`

const lineKey = (of: OfLine): string =>
  of.notice === undefined
    ? `${of.customer} ${of.destination} ${of.device}`
    : `${of.customer} ${of.destination} ${of.device} ${of.notice}`
