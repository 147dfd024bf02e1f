/** The ledger of the twin as rows of an answer. */
import type { Recorded } from "../../core/event/Envelope.ts"
import * as FifoMap from "../../core/kernel/FifoMap.ts"
import * as Delivery from "../../projections/delivery/Delivery.ts"
import * as Latency from "../../projections/delivery/Latency.ts"
import * as Ledger from "../../projections/delivery/Ledger.ts"
import type { DeliveryAccount, DeliveryRow } from "../api/Deliveries.ts"

export const accountOf = (ledger: Ledger.Ledger): typeof DeliveryAccount.Type => {
  const { counters, customer, destination } = ledger
  const p95 = Latency.p95Ms(counters.latency)
  return {
    customer,
    destination,
    owed: counters.owed,
    delivered: counters.delivered,
    pending: Ledger.pendingCount(ledger),
    givenUp: Ledger.abandonedCount(ledger),
    failedAttempts: counters.failedAttempts,
    doubles: counters.doubles,
    p95Ms: p95 === undefined ? null : Math.round(p95),
    latency: Latency.spread(counters.latency),
    failingSinceMs: counters.failingSinceMs,
    lastError: counters.lastError,
    circuitOpenSinceMs: counters.circuitOpenSinceMs,
  }
}

export const reconciles = (account: {
  readonly owed: number
  readonly delivered: number
  readonly pending: number
  readonly givenUp: number
}): boolean => account.owed === account.delivered + account.pending + account.givenUp

export const totalOf = (ledgers: ReadonlyArray<Ledger.Ledger>) => {
  const { abandoned: givenUp, delivered, owed, pending } = Delivery.sums(ledgers)
  return { owed, delivered, pending, givenUp }
}

/** Latest first. */
export const pendingRows = (ledger: Ledger.Ledger): ReadonlyArray<DeliveryRow> =>
  [...ledger.pending.values()].toReversed().map((pending) => pendingRow(ledger, pending))

const pendingRow = (ledger: Ledger.Ledger, pending: Ledger.Pending): DeliveryRow => ({
  ...aboutOf(ledger, pending),
  state: "pending",
  position: pending.position,
  sinceMs: pending.owedMs,
  attempts: pending.attempts,
  error: pending.error,
  status: pending.status,
  nextAttemptAtMs: pending.nextAttemptAtMs,
})

/** Latest first. */
export const givenUpRows = (ledger: Ledger.Ledger): ReadonlyArray<DeliveryRow> =>
  FifoMap.pairsOldestFirst(ledger.abandoned)
    .toReversed()
    .map(([, abandoned]) => givenUpRow(ledger, abandoned))

const givenUpRow = (ledger: Ledger.Ledger, abandoned: Ledger.Abandoned): DeliveryRow => ({
  ...aboutOf(ledger, abandoned),
  state: "given-up",
  position: abandoned.position,
  sinceMs: abandoned.abandonedMs,
  attempts: abandoned.attempts,
  error: abandoned.error,
  status: null,
  nextAttemptAtMs: null,
})

export const deliveredRow = ({
  event,
  position,
  recordedMs,
}: Recorded): ReadonlyArray<DeliveryRow> =>
  event._tag === "DeliverySucceeded"
    ? [
        {
          ...aboutOf(event, event),
          state: "delivered",
          position,
          sinceMs: recordedMs,
          attempts: event.attempt,
          error: null,
          status: event.status,
          nextAttemptAtMs: null,
        },
      ]
    : []

const aboutOf = (
  at: { readonly customer: string; readonly destination: string },
  of: {
    readonly device: string
    readonly seq: number
    readonly epoch: number
    readonly notice?: string | null
  },
) => ({
  customer: at.customer,
  destination: at.destination,
  message: Ledger.messageName(of),
  notice: of.notice ?? "message",
})
