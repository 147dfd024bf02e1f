/**
 * Delivers what is owed: follows the log, tries what is due over HTTPS, and records how it went.
 *
 * The ledger changes through events alone: an attempt's outcome is recorded first and settles its
 * obligation when it comes back from the log. Delivery is at least once: a crash between an answer
 * and its record repeats the request, and customers remove duplicates (SIGFOX.md part 6).
 */
import * as Clock from "effect/Clock"
import * as Effect from "effect/Effect"
import * as Queue from "effect/Queue"
import * as Schedule from "effect/Schedule"
import * as Stream from "effect/Stream"
import * as retryRule from "../decide/retryRule.ts"
import { customerStream } from "../event/streamOf.ts"
import type { Event } from "../event/Event.ts"
import type { Position } from "../event/Envelope.ts"
import { Pipeline } from "../ingest/Pipeline.ts"
import * as Bytes from "../kernel/Bytes.ts"
import { Vault } from "../keys/Vault.ts"
import { EventLog, type LogUnavailable } from "../log/EventLog.ts"
import * as Ledger from "./Ledger.ts"
import type { Answer, Poster } from "./post.ts"

/** Attempts under way to all destinations together. */
export const attemptsMax = 128

export interface Options {
  readonly poster: Poster
  /** By the clock of the environment; a demo that runs faster allows more of its own time. */
  readonly answerWithinMs?: number
}

/** Runs until it is interrupted. */
export const deliver = Effect.fn("network.deliver")(function* (options: Options) {
  const log = yield* EventLog
  const pipeline = yield* Pipeline
  const vault = yield* Vault
  const answerWithinMs = options.answerWithinMs ?? retryRule.answerWithinMs
  const ledger = Ledger.make()
  const wake = yield* Queue.sliding<true>(1)
  let underWay = 0
  const caughtUpAt = yield* log.head

  const messageOf = Effect.fnUntraced(function* (owed: Ledger.Owed) {
    if (owed.message !== undefined) return owed.message
    const heardAt = owed.heardAt ?? (yield* causeOf(log, yield* causeOf(log, owed.owedAt)))
    const [heard] = yield* eventsAt(log, heardAt)
    return heard?.event._tag === "FrameHeard"
      ? {
          payload: heard.event.payload,
          sentMs: heard.occurredMs,
          downlinkAsked: (heard.event.flags & 2) !== 0,
        }
      : undefined
  })

  const attempt = Effect.fnUntraced(function* (
    owed: Ledger.Owed,
    destination: Ledger.Destination | undefined,
  ) {
    const startedMs = yield* Clock.currentTimeMillis
    const message = yield* messageOf(owed)
    const payload =
      message === undefined ? undefined : vault.unseal(owed.obligation.device, message.payload)
    let outcome: Answer | { readonly _tag: "Impossible"; readonly error: string }
    if (destination === undefined) outcome = { _tag: "Impossible", error: "no-destination" }
    else if (message === undefined || payload === undefined)
      outcome = { _tag: "Impossible", error: "payload-erased" }
    else
      outcome = yield* options.poster
        .post({ ...destination, body: bodyOf(owed, message, payload) })
        .pipe(
          Effect.timeoutOrElse({
            duration: answerWithinMs,
            orElse: () => Effect.succeed({ _tag: "NotAnswered", error: "timeout" } as const),
          }),
        )
    const endedMs = yield* Clock.currentTimeMillis
    const event = outcomeOf(owed, outcome, { endedMs, durationMs: endedMs - startedMs })
    const recorded = {
      stream: customerStream(owed.obligation.customer),
      occurredMs: endedMs,
      causes: [owed.owedAt],
      event,
    }
    // The log may be full for a while; the outcome must not be lost, so it is tried until it is in.
    yield* pipeline.record([recorded]).pipe(Effect.retry(Schedule.spaced("1 second")))
  })

  const dispatch = Effect.gen(function* () {
    const now = yield* Clock.currentTimeMillis
    while (underWay < attemptsMax) {
      const next = Ledger.take(ledger, now)
      if (next === undefined) return
      underWay++
      yield* attempt(next.owed, next.destination).pipe(
        Effect.tapCause((cause) => Effect.logError("a delivery stopped", cause)),
        Effect.ensuring(
          Effect.sync(() => {
            underWay--
            Queue.offerUnsafe(wake, true)
          }),
        ),
        Effect.forkScoped,
      )
    }
  })

  const readOverflow = Effect.gen(function* () {
    const from = ledger.overflowAt
    if (from === undefined || ledger.pending > Ledger.pendingMax / 2) return
    ledger.overflowAt = undefined
    const now = yield* Clock.currentTimeMillis
    yield* Stream.runForEach(log.read(from), (events) =>
      Effect.sync(() => {
        for (const recorded of events)
          if (recorded.event._tag === "DeliveryOwed") Ledger.apply(ledger, recorded, now)
      }),
    )
  })

  const follow = log.follow(0).pipe(
    Stream.runForEach((events) =>
      Effect.gen(function* () {
        const now = yield* Clock.currentTimeMillis
        for (const recorded of events) Ledger.apply(ledger, recorded, now)
        const last = events.at(-1)
        // Not before all outcomes of an earlier run are known: nothing is sent twice knowingly.
        if (last !== undefined && last.position + 1 >= caughtUpAt) Queue.offerUnsafe(wake, true)
      }),
    ),
  )

  const act = Effect.gen(function* () {
    yield* readOverflow
    yield* dispatch
    const now = yield* Clock.currentTimeMillis
    const waitMs = Ledger.nextDueMs(ledger) - now
    const woken = Queue.take(wake)
    yield* underWay >= attemptsMax || !Number.isFinite(waitMs)
      ? woken
      : Effect.raceFirst(woken, Effect.sleep(Math.max(1, waitMs)))
  })

  yield* Effect.forkScoped(follow)
  if (caughtUpAt > 0) yield* Queue.take(wake)
  return yield* Effect.forever(act)
}, Effect.scoped)

const bodyOf = (owed: Ledger.Owed, message: Ledger.Message, payload: Uint8Array): string =>
  JSON.stringify({
    device: owed.obligation.device,
    time: Math.floor(message.sentMs / 1000),
    data: Bytes.toHex(payload),
    seqNumber: owed.obligation.seq,
    ack: message.downlinkAsked,
  })

const outcomeOf = (
  owed: Ledger.Owed,
  outcome: Answer | { readonly _tag: "Impossible"; readonly error: string },
  at: { readonly endedMs: number; readonly durationMs: number },
): Event => {
  const { obligation, attempt } = owed
  const { durationMs } = at
  if (outcome._tag === "Impossible")
    return { _tag: "DeliveryAbandoned", ...obligation, attempts: attempt - 1, error: outcome.error }
  if (outcome._tag === "Answered" && retryRule.isSuccess(outcome.status))
    return {
      _tag: "DeliverySucceeded",
      ...obligation,
      attempt,
      status: outcome.status,
      durationMs,
    }
  const error = outcome._tag === "Answered" ? "status" : outcome.error
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
    nextAttemptAtMs: at.endedMs + afterMs,
  }
}

const eventsAt = (log: EventLog["Service"], position: Position) =>
  Effect.map(Stream.runCollect(log.read(position, position + 1)), (batches) => batches.flat())

const causeOf = (
  log: EventLog["Service"],
  position: Position,
): Effect.Effect<Position, LogUnavailable> =>
  Effect.map(eventsAt(log, position), ([recorded]) => recorded?.causes[0] ?? position)
