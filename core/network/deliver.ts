/**
 * Delivers what is owed: follows the log, tries what is due over HTTPS, and records how it went.
 *
 * The ledger changes through events alone: an attempt's outcome is recorded first and settles its
 * obligation when it comes back from the log. Delivery is at least once: a crash between an answer
 * and its record repeats the request, and customers remove duplicates (SIGFOX.md part 6).
 *
 * An answer that holds a downlink is recorded together with what is decided of it. A payload that the device
 * encrypted towards the network is delivered as it is read (`readPayload`); what a customer encrypted for itself
 * passes through.
 */
import * as Clock from "effect/Clock"
import * as Effect from "effect/Effect"
import * as Queue from "effect/Queue"
import * as Schedule from "effect/Schedule"
import * as Stream from "effect/Stream"
import type { Step } from "../decide/decideDownlink.ts"
import * as PayloadSchemes from "../decide/PayloadSchemes.ts"
import * as retryRule from "../decide/retryRule.ts"
import { customerStream } from "../event/streamOf.ts"
import type { Event } from "../event/Event.ts"
import type { Position } from "../event/Envelope.ts"
import { Pipeline } from "../ingest/Pipeline.ts"
import * as Bytes from "../kernel/Bytes.ts"
import { readPayload } from "../keys/readPayload.ts"
import { Vault } from "../keys/Vault.ts"
import { EventLog, type LogUnavailable } from "../log/EventLog.ts"
import * as DownlinkAnswer from "./DownlinkAnswer.ts"
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
  const schemes = PayloadSchemes.make()
  const wake = yield* Queue.sliding<true>(1)
  let underWay = 0
  const caughtUpAt = yield* log.head

  const messageOf = Effect.fnUntraced(function* (owed: Ledger.Owed) {
    if (owed.message !== undefined) return owed.message
    const heardAt = owed.heardAt ?? (yield* causeOf(log, yield* causeOf(log, owed.owedAt)))
    const [heard] = yield* eventsAt(log, heardAt)
    return heard?.event._tag === "FrameHeard"
      ? Ledger.messageOf(heard.event, heard.occurredMs)
      : undefined
  })

  const read = (
    { obligation, owedAt }: Ledger.Owed,
    { control, payload: sealed }: Ledger.Message,
  ): Uint8Array | undefined =>
    readPayload(vault, PayloadSchemes.of(schemes, obligation.device), {
      ...obligation,
      control,
      sealed,
      position: owedAt,
    })?.payload

  const attempt = Effect.fnUntraced(function* (
    owed: Ledger.Owed,
    destination: Ledger.Destination | undefined,
  ) {
    // How long it takes is measured by the clock that nobody sets, and that no demo hastens.
    const startedNs = yield* Clock.monotonicTimeNanos
    const message = yield* messageOf(owed)
    const payload = message === undefined ? undefined : read(owed, message)
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
    const durationMs = Math.round(Number((yield* Clock.monotonicTimeNanos) - startedNs) / 1e6)
    const event = outcomeOf(owed, outcome, { endedMs, durationMs })
    const recorded = {
      stream: customerStream(owed.obligation.customer),
      occurredMs: endedMs,
      causes: [owed.owedAt],
      event,
    }
    // The log may be full for a while; the outcome must not be lost, so it is tried until it is in.
    const downlink = downlinkOf(owed, message, outcome, endedMs)
    yield* (
      downlink === undefined ? pipeline.record([recorded]) : pipeline.downlink(downlink, [recorded])
    ).pipe(Effect.retry(Schedule.spaced("1 second")))
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
        for (const recorded of events) {
          Ledger.apply(ledger, recorded, now)
          PayloadSchemes.apply(schemes, recorded)
        }
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

/** What the answer says to the device; undefined where it says nothing. */
const downlinkOf = (
  owed: Ledger.Owed,
  message: Ledger.Message | undefined,
  outcome: Answer | { readonly _tag: "Impossible" },
  atMs: number,
): Step | undefined => {
  if (outcome._tag !== "Answered" || !retryRule.isSuccess(outcome.status)) return undefined
  const { device, epoch, seq } = owed.obligation
  const answer = DownlinkAnswer.read(outcome.status, outcome.body, device)
  if (answer._tag === "None") return undefined
  const payload = answer._tag === "Downlink" ? answer.payload : undefined
  const asked = message?.downlinkAsked === true
  return { _tag: "Answered", device, seq, epoch, atMs, asked, payload }
}

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
