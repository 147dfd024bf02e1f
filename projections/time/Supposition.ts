/**
 * The same facts under something else: another policy, another detector's threshold, a block made earlier, or without some
 * stations' receptions.
 *
 * Every recorded reception is decided on again by the decider itself (`decideAgain`), with its checks as they were
 * recorded; what people did and what came from outside is taken as it was; nothing is written. Beside each decision that
 * is made now stands the one that was recorded, known by the message's first reception.
 *
 * What cannot be known is not made up: outcomes of deliveries that were never made, and what a device would have
 * confirmed.
 */
import * as Attempts from "../../core/decide/Attempts.ts"
import type * as CounterWindow from "../../core/decide/CounterWindow.ts"
import { initial as initialWindow } from "../../core/decide/CounterWindow.ts"
import { decideAgain } from "../../core/decide/decideFrame.ts"
import * as Due from "../../core/decide/Firewall.ts"
import { keyOf, type Target } from "../../core/decide/Firewall.ts"
import * as Network from "../../core/decide/Network.ts"
import type { Position, Recorded } from "../../core/event/Envelope.ts"
import type { Event } from "../../core/event/Event.ts"
import type { Policy } from "../../core/event/policy.ts"
import type { FrameHeard } from "../../core/event/reception.ts"
import * as Anomaly from "../anomaly/Anomaly.ts"
import type { Packed } from "../anomaly/Rule.ts"
import type { Verdict } from "./why/refold.ts"

/** Messages whose decisions are held beside each other; the oldest are compared early. */
export const entriesMax = 262_144
/** Differences listed; all are counted. */
export const listedMax = 1_000
/** A message is compared when so many events lie behind its first reception. */
const heldEvents = 20_000

export interface Supposed {
  /** From this position on. */
  readonly from: Position
  /** In the place of every policy that was adopted. */
  readonly policy: Policy | undefined
  /** Stations whose receptions are left out. */
  readonly without: ReadonlySet<string>
  /** Things that are blocked from there on, for good. */
  readonly blocks: ReadonlyArray<Target>
  /** Detectors; undefined: findings are not looked for. */
  readonly rules: ReadonlyArray<Packed> | undefined
}

/** A decision that would be made. */
export interface Would {
  readonly verdict: Verdict
  /** The reception it would be made on, and what was known then. */
  readonly heard: Recorded & { readonly event: FrameHeard }
  readonly window: CounterWindow.CounterWindow
  readonly device: Network.Device | undefined
  readonly policy: Network.State["policy"]
  readonly trust: Network.Station["trust"]
}

export interface Difference {
  readonly device: string
  readonly seq: number
  /** First reception of the message. */
  readonly firstAt: Position
  readonly was: (Recorded & { readonly event: Verdict }) | undefined
  readonly would: Would | undefined
}

export interface DeliveryDifference {
  /** `DEVICE:SEQ@EPOCH`. */
  readonly message: string
  readonly destination: string
  /** Owed then and not now, or the other way round. */
  readonly change: "no longer owed" | "newly owed"
  readonly firstAt: Position
}

interface Entry {
  readonly firstAt: Position
  readonly firstMs: number
  readonly device: string
  readonly seq: number
  was: (Recorded & { readonly event: Verdict }) | undefined
  would: Would | undefined
  wasOwed: ReadonlyArray<string>
  wouldOwe: ReadonlyArray<string>
}

export interface Run {
  readonly supposed: Supposed
  readonly state: Network.State
  readonly anomaly: Anomaly.State | undefined
  readonly entries: Map<Position, Entry>
  /** Of messages whose first reception is left out: the first one now to the first one then. */
  readonly aliases: Map<Position, Position>
  readonly before: { readonly known: Attempts.Attempts; readonly strangers: Attempts.Attempts }
  /** The message of the acceptance at a position, for what it makes owed. */
  lastAccepted: { readonly at: Position; readonly entry: Entry } | undefined
  lastFrameAt: Position
  steps: number
  readonly found: {
    messages: number
    leftOut: number
    readonly changes: Map<string, number>
    readonly verdicts: Array<Difference>
    deliveriesLost: number
    deliveriesGained: number
    readonly deliveries: Array<DeliveryDifference>
  }
}

export const make = (supposed: Supposed): Run => ({
  supposed,
  state: Network.initial(),
  anomaly: supposed.rules === undefined ? undefined : Anomaly.initialWith(supposed.rules),
  entries: new Map(),
  aliases: new Map(),
  before: { known: Attempts.make(), strangers: Attempts.make() },
  lastAccepted: undefined,
  lastFrameAt: -1,
  steps: 0,
  found: {
    messages: 0,
    leftOut: 0,
    changes: new Map(),
    verdicts: [],
    deliveriesLost: 0,
    deliveriesGained: 0,
    deliveries: [],
  },
})

/** Takes in the next event of the log. */
export const step = (run: Run, recorded: Recorded): void => {
  const { anomaly, state, supposed } = run
  const { event, position } = recorded
  if (position < supposed.from) {
    Network.apply(state, recorded)
    if (anomaly !== undefined) Anomaly.projection.apply(anomaly, recorded)
    return
  }
  if (position === supposed.from || run.steps === 0) suppose(run)
  if (++run.steps % 4_096 === 0) compareOld(run, recorded)
  const isDecision = noteWas(run, recorded)
  if (event._tag === "FrameHeard") {
    run.lastFrameAt = position
    if (run.state.firewall.blocks.size > 0) liftBlocks(run, recorded)
    return hear(run, recorded, event)
  }
  if (event._tag === "BytesHeard" && supposed.without.has(event.station)) {
    run.found.leftOut++
    return
  }
  if (event._tag === "RateExceeded" || isByPolicy(event)) return
  if (isDecision || (event._tag === "PolicyAdopted" && supposed.policy !== undefined)) return
  take(run, recorded)
}

/** Blocks of the policy's own are decided on again. */
const isByPolicy = (event: Event): boolean =>
  event._tag === "TrafficBlocked" && event.by === "policy"

/** Blocks that were supposed or decided on again end in their time. */
const liftBlocks = ({ state }: Run, recorded: Recorded): void => {
  for (const block of Due.due(state.firewall, recorded.recordedMs))
    Network.apply(state, {
      ...recorded,
      event: { _tag: "TrafficUnblocked", ...block.target, by: "sigtwin", why: "" },
    })
}

/** Compares what is left. */
export const finish = (run: Run): Run["found"] => {
  for (const entry of run.entries.values()) compare(run, entry)
  run.entries.clear()
  return run.found
}

/** "accepted", "accepted, break", "refused, wrong-mac", "not heard". */
export const labelOf = (verdict: Verdict | undefined): string => {
  if (verdict === undefined) return "not heard"
  if (verdict._tag === "MessageRefused") return `refused, ${verdict.reason}`
  return verdict.warning === undefined ? "accepted" : `accepted, ${verdict.warning}`
}

const suppose = ({ state, supposed: { blocks, from, policy } }: Run): void => {
  if (policy !== undefined) state.policy = { version: -1, position: -1, policy }
  for (const target of blocks)
    state.firewall.blocks.set(keyOf(target), { target, at: from, untilMs: undefined })
}

const take = ({ anomaly, state }: Run, recorded: Recorded): void => {
  Network.apply(state, recorded)
  if (anomaly !== undefined) Anomaly.projection.apply(anomaly, recorded)
}

/** Notes what was decided then. True where it is decided again, so that it is not to be taken as it was. */
const noteWas = (run: Run, recorded: Recorded): boolean => {
  const { causes, event, position } = recorded
  if (event._tag === "MessageAccepted" || event._tag === "MessageRefused") {
    const entry = entryAt(run, causes[0], event, recorded.occurredMs)
    entry.was = { ...recorded, event }
    if (event._tag === "MessageAccepted") run.lastAccepted = { at: position, entry }
    return true
  }
  if (event._tag === "DeliveryOwed") {
    if (run.lastAccepted?.at !== causes[0]) return false
    const { entry } = run.lastAccepted
    entry.wasOwed = [...entry.wasOwed, owedName(event)]
    return true
  }
  // By a reception's digest; what was decided on evidence stays as it was.
  if (event._tag === "StationTrustLost" || event._tag === "StationTrustRestored")
    return causes[0] === run.lastFrameAt
  return event._tag === "DownlinkAsked"
}

/** Decides on a reception again. */
const hear = (run: Run, recorded: Recorded, frame: FrameHeard): void => {
  const { anomaly, found, state, supposed, before } = run
  const { position, recordedMs } = recorded
  const isSelective = supposed.without.size > 0
  const side = frame.check === "unknown-device" ? before.strangers : before.known
  if (isSelective && frame.check !== "wrong-crc")
    Attempts.heard(side, recorded, frame, state.policy.policy.tallyWindowMs)
  if (supposed.without.has(frame.station)) {
    found.leftOut++
    return
  }
  const window = state.devices.get(frame.device)?.window ?? initialWindow
  let entry: Entry | undefined
  decideAgain(state, recorded, frame, (made, occurredMs, causes, changesState = true) => {
    const one: Recorded = {
      position,
      stream: recorded.stream,
      revision: 0,
      occurredMs,
      recordedMs,
      causes,
      event: made,
    }
    if (changesState) Network.apply(state, one)
    if (anomaly !== undefined) Anomaly.projection.apply(anomaly, one)
    if (made._tag === "FrameHeard") {
      if (isSelective) noteAlias(run, recorded, frame, side)
    } else if (made._tag === "MessageAccepted" || made._tag === "MessageRefused") {
      const first = causes[0]
      entry = entryAt(run, run.aliases.get(first) ?? first, made, recorded.occurredMs)
      entry.would = {
        verdict: made,
        heard: { ...recorded, event: frame },
        window,
        device: state.devices.get(frame.device),
        policy: state.policy,
        trust: (state.stations.get(frame.station) ?? Network.unknownStation).trust,
      }
    } else if (made._tag === "DeliveryOwed" && entry !== undefined)
      entry.wouldOwe = [...entry.wouldOwe, owedName(made)]
    return position
  })
}

/** A reception that opens a message now may be a later copy of one that was opened then. */
const noteAlias = (
  { aliases, state }: Run,
  { occurredMs, position }: Recorded,
  frame: FrameHeard,
  side: Attempts.Attempts,
): void => {
  const { tallyWindowMs } = state.policy.policy
  const sought = {
    device: frame.device,
    seq: frame.seq,
    control: Attempts.isControl(frame.frameType),
    heardAtMs: occurredMs,
    windowMs: tallyWindowMs,
    digest: frame.payload.digest,
  }
  const first = Attempts.findByDigest(side, sought)
  if (first !== undefined && first.firstAt !== position) aliases.set(position, first.firstAt)
}

const entryAt = (
  run: Run,
  firstAt: Position,
  { device, seq }: { readonly device: string; readonly seq: number },
  firstMs: number,
): Entry => {
  const known = run.entries.get(firstAt)
  if (known !== undefined) return known
  const entry: Entry = {
    firstAt,
    firstMs,
    device,
    seq,
    was: undefined,
    would: undefined,
    wasOwed: [],
    wouldOwe: [],
  }
  run.entries.set(firstAt, entry)
  return entry
}

/** Those of which nothing more can come. */
const compareOld = (run: Run, { occurredMs, position }: Recorded): void => {
  const { tallyWindowMs } = run.state.policy.policy
  for (const [firstAt, entry] of run.entries) {
    const isOver = firstAt < position - heldEvents && occurredMs - entry.firstMs > 2 * tallyWindowMs
    if (!isOver && run.entries.size <= entriesMax) break
    compare(run, entry)
    run.entries.delete(firstAt)
  }
  for (const alias of run.aliases.keys()) {
    if (alias >= position - 2 * heldEvents) break
    run.aliases.delete(alias)
  }
}

const compare = ({ found }: Run, entry: Entry): void => {
  const { device, firstAt, seq, was, would } = entry
  found.messages++
  const [before, after] = [labelOf(was?.event), labelOf(would?.verdict)]
  const epochs = [epochOf(was?.event), epochOf(would?.verdict)]
  if (before !== after || epochs[0] !== epochs[1]) {
    const change = before === after ? `${before}, in another turn` : `${before} -> ${after}`
    found.changes.set(change, (found.changes.get(change) ?? 0) + 1)
    if (found.verdicts.length < listedMax) found.verdicts.push({ device, seq, firstAt, was, would })
  }
  for (const owed of entry.wasOwed)
    if (!entry.wouldOwe.includes(owed)) {
      found.deliveriesLost++
      listDelivery(found, owed, "no longer owed", firstAt)
    }
  for (const owed of entry.wouldOwe)
    if (!entry.wasOwed.includes(owed)) {
      found.deliveriesGained++
      listDelivery(found, owed, "newly owed", firstAt)
    }
}

const listDelivery = (
  found: Run["found"],
  owed: string,
  change: DeliveryDifference["change"],
  firstAt: Position,
): void => {
  if (found.deliveries.length >= listedMax) return
  const [message, destination] = owed.split(" to ")
  found.deliveries.push({ message, destination, change, firstAt })
}

const epochOf = (verdict: Verdict | undefined): number | undefined =>
  verdict?._tag === "MessageAccepted" ? verdict.epoch : undefined

const owedName = (event: Event & { readonly _tag: "DeliveryOwed" }): string => {
  const { customer, destination, device, epoch, notice, seq } = event
  const what = notice === undefined ? "" : ` (${notice})`
  return `${device}:${seq}@${epoch} to ${customer}/${destination}${what}`
}
