/**
 * What waits to be fetched from a destination, in the order in which it became owed: from the ledger where it lists it, and from the
 * log itself beyond that.
 */
import * as Effect from "effect/Effect"
import * as Stream from "effect/Stream"
import type { Position } from "../../core/event/Envelope.ts"
import type { Notice } from "../../core/event/delivery.ts"
import type { EventLog, LogUnavailable } from "../../core/log/EventLog.ts"
import * as Ledger from "../../projections/delivery/Ledger.ts"

export interface Waiting {
  /** Of the event that made it owed, or asked for it again. */
  readonly position: Position
  readonly device: string
  readonly seq: number
  readonly epoch: number
  readonly notice: Notice | null
  readonly owedMs: number
}

/** Events looked through for what the ledger does not list. */
const scanMax = 1_000_000

const kinds = ["DeliveryOwed", "DeliverySucceeded", "DeliveryAbandoned", "RedeliveryAsked"]

export const waitingAt = (
  log: EventLog["Service"],
  ledger: Ledger.Ledger,
  most: number,
): Effect.Effect<ReadonlyArray<Waiting>, LogUnavailable> => {
  const listed: ReadonlyArray<Waiting> = [...ledger.pending.values()].slice(0, most)
  const from = ledger.counters.unlistedFrom
  return listed.length === most || ledger.counters.pendingUnlisted === 0 || from === null
    ? Effect.succeed(listed)
    : Effect.map(unlisted(log, ledger, from), (more) => [...listed, ...more].slice(0, most))
}

/** The newest event of an obligation says how it stands. */
const unlisted = (log: EventLog["Service"], ledger: Ledger.Ledger, from: Position) =>
  log.query({ customer: ledger.customer, kinds, from }).pipe(
    Stream.flattenIterable,
    Stream.take(scanMax),
    Stream.runFold(
      () => ({ seen: new Set<string>(), found: new Array<Waiting>() }),
      (state, { event, position, recordedMs }) => {
        if (!("destination" in event) || event.destination !== ledger.destination) return state
        if (!("seq" in event)) return state
        const name = Ledger.obligationName(event)
        if (state.seen.has(name)) return state
        state.seen.add(name)
        if (event._tag === "DeliverySucceeded" || event._tag === "DeliveryAbandoned") return state
        if (ledger.pending.has(name)) return state
        const { device, epoch, notice = null, seq } = event
        state.found.push({ position, device, seq, epoch, notice, owedMs: recordedMs })
        return state
      },
    ),
    Effect.map(({ found }) => found.toReversed()),
  )
