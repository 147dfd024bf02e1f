/**
 * The account of one customer at one destination. It always reconciles:
 *
 *   owed = delivered + pending + abandoned
 *
 * Every obligation is exactly one of the three. What the lists have no room for is counted as
 * `pendingUnlisted` and `abandonedUnlisted`; an outcome that names an obligation in neither list is
 * taken to be of one of those. An outcome for which nothing is left over is `stray` and changes nothing.
 */
import type { Notice } from "../../core/event/delivery.ts"
import type { Position } from "../../core/event/Envelope.ts"
import * as FifoMap from "../../core/kernel/FifoMap.ts"
import * as Latency from "./Latency.ts"

/** Pending obligations listed for one destination, those owed longest. */
export const pendingMax = 10_000
/** Abandoned obligations listed for one destination, the latest. */
export const abandonedMax = 1_000

export type Pending = {
  /** Of the event that made it owed. */
  readonly position: Position
  readonly device: string
  readonly seq: number
  readonly epoch: number
  readonly notice: Notice | null
  /** By our clock. */
  readonly owedMs: number
  /** Attempts that failed. */
  readonly attempts: number
  readonly error: string | null
  readonly status: number | null
  /** When to try again; null before the first attempt. */
  readonly nextAttemptAtMs: number | null
}

export type Abandoned = {
  /** Of the event that gave it up. */
  readonly position: Position
  readonly device: string
  readonly seq: number
  readonly epoch: number
  readonly notice: Notice | null
  readonly abandonedMs: number
  readonly attempts: number
  readonly error: string
}

export type Counters = {
  owed: number
  delivered: number
  failedAttempts: number
  pendingUnlisted: number
  /** Where the first pending obligation that is not listed was owed: a reader of the log begins there. */
  unlistedFrom: Position | null
  abandonedUnlisted: number
  /** Owed once more while pending or after it was given up; not counted as owed again. */
  repeated: number
  /** Outcomes of what was not owed. */
  stray: number
  /** Delivered, perhaps twice: an earlier request's answer was never seen. */
  doubles: number
  /** From owed to delivered, by our clock; only of obligations that were listed. */
  readonly latency: Latency.Latency
  lastSuccessMs: number | null
  lastFailureMs: number | null
  /** Since when every attempt failed, by the source's clock; null after a success. */
  failingSinceMs: number | null
  lastError: string | null
  /** Since when only single attempts are made; null while it answers. */
  circuitOpenSinceMs: number | null
}

/** Changed in place by the state that holds it, counters too; what its maps hold is immutable. */
export interface Ledger {
  readonly customer: string
  readonly destination: string
  readonly counters: Counters
  /** By `obligationName`, in the order in which they became owed. */
  readonly pending: Map<string, Pending>
  readonly abandoned: FifoMap.FifoMap<Abandoned>
}

interface Message {
  readonly device: string
  readonly seq: number
  readonly epoch: number
}

/** What it is about at its destination. */
interface Obligation extends Message {
  readonly notice?: Notice | null
}

export const messageName = ({ device, seq, epoch }: Message): string => `${device}:${seq}@${epoch}`

export const obligationName = (of: Obligation): string =>
  of.notice == null ? messageName(of) : `${messageName(of)} ${of.notice}`

export const make = (customer: string, destination: string): Ledger => ({
  customer,
  destination,
  counters: {
    owed: 0,
    delivered: 0,
    failedAttempts: 0,
    pendingUnlisted: 0,
    unlistedFrom: null,
    abandonedUnlisted: 0,
    repeated: 0,
    stray: 0,
    doubles: 0,
    latency: Latency.make(),
    lastSuccessMs: null,
    lastFailureMs: null,
    failingSinceMs: null,
    lastError: null,
    circuitOpenSinceMs: null,
  },
  pending: new Map(),
  abandoned: FifoMap.make(abandonedMax),
})

export const copy = (ledger: Ledger): Ledger => ({
  ...ledger,
  counters: { ...ledger.counters, latency: Latency.copy(ledger.counters.latency) },
  pending: new Map(ledger.pending),
  abandoned: FifoMap.copy(ledger.abandoned),
})

/** Obligations neither delivered nor given up. */
export const pendingCount = ({ counters, pending }: Ledger): number =>
  pending.size + counters.pendingUnlisted

export const abandonedCount = ({ abandoned, counters }: Ledger): number =>
  abandoned.values.size + counters.abandonedUnlisted

/** The obligation owed longest, if it is listed. */
export const oldestPending = (ledger: Ledger): Pending | undefined => {
  const first = ledger.pending.values().next()
  return first.done === true ? undefined : first.value
}

export const owe = (
  ledger: Ledger,
  owed: Obligation,
  position: Position,
  recordedMs: number,
): void => {
  const name = obligationName(owed)
  const { abandoned, counters, pending } = ledger
  if (pending.has(name)) {
    counters.repeated++
    return
  }
  // Owed anew after it was given up: the same obligation, pending once more.
  const isAgain = abandoned.values.has(name)
  if (isAgain) FifoMap.remove(abandoned, name)
  wait(ledger, owed, position, recordedMs)
  if (isAgain) counters.repeated++
  else counters.owed++
}

/** Somebody wants it again: what was given up or delivered is pending once more, and no more is owed than before. */
export const again = (
  ledger: Ledger,
  asked: Obligation & { readonly was: "given-up" | "delivered" },
  position: Position,
  recordedMs: number,
): void => {
  const name = obligationName(asked)
  const { abandoned, counters, pending } = ledger
  if (pending.has(name)) {
    counters.repeated++
    return
  }
  if (abandoned.values.has(name)) FifoMap.remove(abandoned, name)
  else if (asked.was === "given-up" && counters.abandonedUnlisted > 0) counters.abandonedUnlisted--
  else if (asked.was === "delivered" && counters.delivered > 0) counters.delivered--
  else {
    counters.stray++
    return
  }
  counters.repeated++
  wait(ledger, asked, position, recordedMs)
}

const wait = (
  { counters, pending }: Ledger,
  { device, epoch, notice = null, seq }: Obligation,
  position: Position,
  recordedMs: number,
): void => {
  const hasRoom = pending.size < pendingMax && counters.pendingUnlisted === 0
  if (hasRoom)
    pending.set(obligationName({ device, epoch, notice, seq }), {
      position,
      device,
      seq,
      epoch,
      notice,
      owedMs: recordedMs,
      attempts: 0,
      error: null,
      status: null,
      nextAttemptAtMs: null,
    })
  else {
    counters.pendingUnlisted++
    counters.unlistedFrom ??= position
  }
}

export const succeed = (
  ledger: Ledger,
  owed: Obligation & { readonly repeat?: true },
  at: { readonly occurredMs: number; readonly recordedMs: number },
): void => {
  const listed = settle(ledger, obligationName(owed))
  if (listed === undefined) return
  const { counters } = ledger
  counters.delivered++
  if (owed.repeat === true) counters.doubles++
  counters.lastSuccessMs = at.occurredMs
  counters.failingSinceMs = null
  if (listed !== null) Latency.add(counters.latency, at.recordedMs - listed.owedMs)
}

export const fail = (
  ledger: Ledger,
  owed: Obligation,
  failure: {
    readonly error: string
    readonly status: number | null
    readonly attempt: number
    readonly nextAttemptAtMs: number
  },
  occurredMs: number,
): void => {
  const name = obligationName(owed)
  const { counters, pending } = ledger
  const listed = pending.get(name)
  // Setting a key that is there keeps its place in the order.
  if (listed !== undefined)
    pending.set(name, {
      ...listed,
      attempts: failure.attempt,
      error: failure.error,
      status: failure.status,
      nextAttemptAtMs: failure.nextAttemptAtMs,
    })
  counters.failedAttempts++
  counters.lastFailureMs = occurredMs
  counters.failingSinceMs ??= occurredMs
  counters.lastError = failure.error
}

export const abandon = (
  ledger: Ledger,
  owed: Obligation,
  abandoned: Omit<Abandoned, "device" | "seq" | "epoch" | "notice">,
): void => {
  const name = obligationName(owed)
  const isKnown = ledger.abandoned.values.has(name)
  const settled = isKnown ? undefined : settlePending(ledger, name)
  if (settled === undefined) {
    ledger.counters.stray++
    return
  }
  const { device, epoch, notice = null, seq } = owed
  const displaced = FifoMap.set(ledger.abandoned, name, {
    device,
    seq,
    epoch,
    notice,
    ...abandoned,
  })
  if (displaced !== undefined) ledger.counters.abandonedUnlisted++
}

/**
 * Takes the obligation out of what is pending or given up. Gives its entry where it was listed as pending, null
 * where it was not, undefined where nothing was owed.
 */
const settle = (ledger: Ledger, name: string): Pending | null | undefined => {
  if (!ledger.pending.has(name) && ledger.abandoned.values.has(name)) {
    FifoMap.remove(ledger.abandoned, name)
    return null
  }
  const settled = settlePending(ledger, name)
  if (settled !== undefined) return settled
  const { counters } = ledger
  if (counters.abandonedUnlisted > 0) {
    counters.abandonedUnlisted--
    return null
  }
  counters.stray++
  return undefined
}

const settlePending = (ledger: Ledger, name: string): Pending | null | undefined => {
  const { counters, pending } = ledger
  const listed = pending.get(name)
  if (listed !== undefined) {
    pending.delete(name)
    return listed
  }
  if (counters.pendingUnlisted === 0) return undefined
  counters.pendingUnlisted--
  if (counters.pendingUnlisted === 0) counters.unlistedFrom = null
  return null
}
