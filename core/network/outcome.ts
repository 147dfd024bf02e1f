/** What an attempt came to, as the events that say so. */
import * as retryRule from "../decide/retryRule.ts"
import { causeInBatch, type NewEvent } from "../event/Envelope.ts"
import type { Event } from "../event/Event.ts"
import { customerStream } from "../event/streamOf.ts"
import type { Owed } from "./Ledger.ts"
import * as Outlet from "./Outlet.ts"
import type { Answer } from "./post.ts"

export type Outcome = Answer | { readonly _tag: "Impossible"; readonly error: string }

export interface Ended {
  readonly endedMs: number
  readonly durationMs: number
}

/** One event for each obligation, and one more where the destination's circuit opens or closes by it. */
export const outcomeEvents = (
  owed: ReadonlyArray<Owed>,
  outcome: Outcome,
  at: Ended,
  circuit: { readonly failures: number; readonly isOpen: boolean; readonly isTurning: boolean },
): ReadonlyArray<NewEvent> => {
  const { customer, destination } = owed[0].obligation
  const stream = customerStream(customer)
  const add = (event: Event, causes: ReadonlyArray<number>): NewEvent => ({
    stream,
    occurredMs: at.endedMs,
    causes,
    event,
  })
  const events = owed.map((each) => add(outcomeOf(each, outcome, at), [each.owedAt]))
  if (outcome._tag === "Impossible" || circuit.isTurning) return events
  const last = [causeInBatch(owed.length - 1)]
  if (isGood(outcome))
    return circuit.isOpen
      ? [...events, add({ _tag: "CircuitClosed", customer, destination }, last)]
      : events
  const failures = circuit.failures + 1
  if (circuit.isOpen || failures < Outlet.failuresMax) return events
  const error = errorOf(outcome)
  return [...events, add({ _tag: "CircuitOpened", customer, destination, failures, error }, last)]
}

const isGood = (outcome: Outcome): boolean =>
  outcome._tag === "Answered" && retryRule.isSuccess(outcome.status)

const errorOf = (outcome: Outcome): string =>
  outcome._tag === "Answered" ? "status" : outcome.error

const outcomeOf = (owed: Owed, outcome: Outcome, { durationMs, endedMs }: Ended): Event => {
  const { attempt, isDoubtful, obligation } = owed
  if (outcome._tag === "Impossible")
    return { _tag: "DeliveryAbandoned", ...obligation, attempts: attempt - 1, error: outcome.error }
  if (outcome._tag === "Answered" && retryRule.isSuccess(outcome.status)) {
    const { status } = outcome
    const done = { _tag: "DeliverySucceeded", ...obligation, attempt, status, durationMs } as const
    return isDoubtful ? { ...done, repeat: true } : done
  }
  const error = errorOf(outcome)
  const afterMs = retryRule.retryAfterMs(attempt)
  if (afterMs === undefined)
    return { _tag: "DeliveryAbandoned", ...obligation, attempts: attempt, error }
  return {
    _tag: "DeliveryFailed",
    ...obligation,
    attempt,
    ...(outcome._tag === "Answered" ? { status: outcome.status } : {}),
    error,
    durationMs,
    nextAttemptAtMs: endedMs + afterMs,
  }
}
