/**
 * Deliveries without a network: given what is owed, says on the virtual clock how each attempt went.
 *
 * Rules (Sigfox facts, part 6): an answer counts within 10 s; after a time-out or an error code there
 * are retries 1, 2 and 4 minutes later, each counted from the failure before; then it is abandoned.
 * Messages of one device go to one destination in order: the next waits until the last is settled.
 */
import type { Cause, NewEvent } from "../event/Envelope.ts"
import type { DeliveryOwed } from "../event/delivery.ts"
import type { Known } from "../event/Event.ts"
import { streamOf } from "../event/streamOf.ts"
import { answerWithinMs, isSuccess, retryAfterMs } from "../decide/retryRule.ts"
import * as Agenda from "../kernel/Agenda.ts"
import * as Customers from "./Customers.ts"

/** Events that may wait to be told. Whoever owes more has not asked for what is due. */
const waitingMax = 1_000_000

/** One obligation makes four at most: three failures and the end. */
const eventsEach = 4

export interface DeliveryModel {
  /**
   * From `atMs` on this is owed; `cause` is the position of the DeliveryOwed event. False, and nothing
   * is taken, when `waitingMax` events wait: ask `next` first.
   */
  readonly owe: (owed: DeliveryOwed, atMs: number, cause: Cause) => boolean
  /** What happened before `untilMs` and was not told yet, in the order of time. */
  readonly next: (untilMs: number) => Iterable<NewEvent>
  readonly waiting: () => number
  /** When something happens next. */
  readonly nextMs: () => number
}

/** `answer` says how an endpoint answers: `World.answer`, or `Customers.answer` with its seed. */
export const make = (answer: (request: Customers.Request) => Customers.Answer): DeliveryModel => {
  const agenda = Agenda.make<NewEvent>()
  /** When a device's last message is settled at a destination, until that is told. */
  const settledMs = new Map<string, number>()
  let ties = 0

  const owe = (owed: DeliveryOwed, atMs: number, cause: Cause): boolean => {
    if (agenda.size() > waitingMax - eventsEach) return false
    const line = lineOf(owed)
    const from = Math.max(atMs, settledMs.get(line) ?? 0)
    const events = attempts(owed, from, cause, answer)
    settledMs.set(line, events[events.length - 1].occurredMs)
    for (const event of events) agenda.add(event.occurredMs, ties++, event)
    return true
  }

  const next = function* (untilMs: number): Generator<NewEvent> {
    while (agenda.nextMs() < untilMs) {
      const { atMs, thing } = agenda.take()
      if (thing === undefined) continue
      forget(settledMs, thing.event, atMs)
      yield thing
    }
  }

  return { owe, next, waiting: agenda.size, nextMs: agenda.nextMs }
}

/** All events of one obligation whose first attempt begins at `fromMs`. */
const attempts = (
  { device, seq, epoch, customer, destination }: DeliveryOwed,
  fromMs: number,
  cause: Cause,
  answer: (request: Customers.Request) => Customers.Answer,
): ReadonlyArray<NewEvent> => {
  const obligation = { device, seq, epoch, customer, destination }
  const events: Array<NewEvent> = []
  const add = (occurredMs: number, event: Known): void => {
    events.push({ stream: streamOf(event), occurredMs, causes: [cause], event })
  }
  let atMs = fromMs
  for (let attempt = 1; ; attempt++) {
    const nonce = Customers.nonceOf(device, seq, attempt)
    const { status, delayMs } = answer({ customer, atMs, nonce })
    const isAnswered = status !== undefined && delayMs <= answerWithinMs
    const durationMs = isAnswered ? delayMs : answerWithinMs
    const doneMs = atMs + durationMs
    if (isAnswered && isSuccess(status)) {
      add(doneMs, { _tag: "DeliverySucceeded", ...obligation, attempt, status, durationMs })
      return events
    }
    const error = isAnswered ? "status" : "timeout"
    const afterMs = retryAfterMs(attempt)
    if (afterMs === undefined) {
      add(doneMs, { _tag: "DeliveryAbandoned", ...obligation, attempts: attempt, error })
      return events
    }
    const nextAttemptAtMs = doneMs + afterMs
    const failed = { ...obligation, attempt, error, durationMs, nextAttemptAtMs }
    add(doneMs, { _tag: "DeliveryFailed", ...failed, ...(isAnswered ? { status } : {}) })
    atMs = nextAttemptAtMs
  }
}

const lineOf = ({ device, destination }: { device: string; destination: string }): string =>
  `${device} ${destination}`

const forget = (settledMs: Map<string, number>, event: NewEvent["event"], atMs: number): void => {
  if (event._tag !== "DeliverySucceeded" && event._tag !== "DeliveryAbandoned") return
  const line = lineOf(event)
  if (settledMs.get(line) === atMs) settledMs.delete(line)
}
