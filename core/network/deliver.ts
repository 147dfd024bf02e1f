/**
 * Delivers what is owed: follows the log, tries what is due over HTTPS or by e-mail, and records how it went.
 *
 * The ledger changes through events alone. That requests begin is durable before the first of them goes out, and an
 * attempt's outcome is recorded before it counts. Delivery is at least once: a crash between an answer and its record
 * repeats the request, with the same key and marked as a repeat, and customers remove duplicates (SIGFOX.md part 6).
 *
 * An answer that holds a downlink is recorded together with what is decided of it. A payload that the device
 * encrypted towards the network is delivered as it is read (`readPayload`); what a customer encrypted for itself
 * passes through.
 */
import * as Clock from "effect/Clock"
import * as Effect from "effect/Effect"
import * as Option from "effect/Option"
import * as Queue from "effect/Queue"
import * as Schedule from "effect/Schedule"
import * as Stream from "effect/Stream"
import type * as Tracer from "effect/Tracer"
import type { Step } from "../decide/decideDownlink.ts"
import * as PayloadSchemes from "../decide/PayloadSchemes.ts"
import * as retryRule from "../decide/retryRule.ts"
import { noCauses, type NewEvent, type Recorded } from "../event/Envelope.ts"
import { streamOf } from "../event/streamOf.ts"
import { Pipeline } from "../ingest/Pipeline.ts"
import { Vault } from "../keys/Vault.ts"
import { EventLog } from "../log/EventLog.ts"
import * as DownlinkAnswer from "./DownlinkAnswer.ts"
import { keyOf } from "./keyOf.ts"
import * as Ledger from "./Ledger.ts"
import type { Mailer } from "./mail.ts"
import * as Outcomes from "./Outcomes.ts"
import { outcomeEvents, type Outcome } from "./outcome.ts"
import type { Settings } from "./Outlet.ts"
import type { Poster } from "./post.ts"
import { letterOf, type Marks, requestOf } from "./request.ts"
import { Traces } from "./Traces.ts"
import type { Place } from "./locate.ts"
import { type About, type Operator, tell, type Told } from "./tell.ts"

/** Attempts begun together: their beginning is one event. */
const beginMax = 512

/** The log may be full for a while: what must be in it, and what is read there, is tried until it is so. */
const onceASecond = Schedule.spaced("1 second")

export interface Options {
  readonly poster: Poster
  /** For the APIs of networks that are polled, whose answers are longer. */
  readonly pollPoster?: Poster | undefined
  /** Without one, e-mails fail and say why. */
  readonly mailer?: Mailer | undefined
  /** As callbacks name it. */
  readonly operator?: Operator | undefined
  /** By the clock of the environment; a demo that runs faster allows more of its own time. */
  readonly answerWithinMs?: number
}

type Try = Extract<Ledger.Taken, { readonly _tag: "Try" }>

/** Runs until it is interrupted. */
export const deliver = Effect.fn("network.deliver")(function* (options: Options) {
  const log = yield* EventLog
  const traces = yield* Traces
  const pipeline = yield* Pipeline
  const vault = yield* Vault
  const answerWithinMs = options.answerWithinMs ?? retryRule.answerWithinMs
  const ledger = Ledger.make()
  const schemes = PayloadSchemes.make()
  const devices = new Map<string, Pick<About, "group" | "radioZone">>()
  const places = new Map<string, Place>()
  const wake = yield* Queue.sliding<true>(1)
  const outcomes = yield* Outcomes.make(pipeline)
  const caughtUpAt = yield* log.head

  const aboutOf = (device: string): About => ({
    group: undefined,
    radioZone: undefined,
    ...devices.get(device),
    adoptions: PayloadSchemes.of(schemes, device),
    operator: options.operator ?? {},
    placeOf: (station) => places.get(station),
  })

  const send = Effect.fnUntraced(function* (
    owed: ReadonlyArray<Ledger.Owed>,
    told: ReadonlyArray<Told>,
    settings: Settings,
  ) {
    const { customer, destination } = settings
    const marks: Marks = {
      key: keyOf(
        log.info.id,
        owed.map(({ obligation }) => obligation),
      ),
      attempt: Math.max(...owed.map(({ attempt }) => attempt)),
      isDoubtful: owed.some(({ isDoubtful }) => isDoubtful),
      traceparent:
        traces === undefined
          ? undefined
          : yield* Effect.map(Effect.option(Effect.currentSpan), traceparentOf),
    }
    const parts = told.map(({ variables }, i) => ({
      notice: owed[i].obligation.notice,
      variables,
    }))
    if (settings.channel === "email")
      return options.mailer === undefined
        ? ({ _tag: "NotAnswered", error: "no-mail-server" } as const)
        : yield* options.mailer.send(letterOf(settings, parts[0], marks))
    const secretOf = { id: `${customer}/${destination}`, version: settings.secretVersion ?? 0 }
    const hasSecrets = secretOf.version > 0
    const secrets = {
      headers: hasSecrets ? vault.destinationHeaders(secretOf) : {},
      sign: (text: string) => (hasSecrets ? vault.signFor(secretOf, text) : undefined),
    }
    const nowS = Math.floor((yield* Clock.currentTimeMillis) / 1000)
    return yield* options.poster.post(requestOf(settings, parts, marks, secrets, nowS))
  })

  const attempt = Effect.fnUntraced(function* ({ owed, settings }: Try) {
    // How long it takes is measured by the clock that nobody sets, and that no demo hastens.
    const startedNs = yield* Clock.monotonicTimeNanos
    const tellable: Array<Ledger.Owed> = []
    const told: Array<Told> = []
    const untellable: Array<Ledger.Owed> = []
    for (const each of owed) {
      const found = yield* tell(log, vault, aboutOf(each.obligation.device), each).pipe(
        Effect.retry(onceASecond),
      )
      if (found === undefined) untellable.push(each)
      else {
        tellable.push(each)
        told.push(found)
      }
    }
    if (untellable.length > 0) yield* giveUp(untellable, "payload-erased")
    if (tellable.length === 0) return
    const outcome: Outcome = yield* send(tellable, told, settings).pipe(
      Effect.timeoutOrElse({
        duration: answerWithinMs,
        orElse: () => Effect.succeed({ _tag: "NotAnswered", error: "timeout" } as const),
      }),
      // Our own bug: it is said, and holds up nothing that comes after.
      Effect.catchDefect((defect) =>
        Effect.as(Effect.logError("a request could not be made", defect), {
          _tag: "NotAnswered",
          error: "failed",
        } as const),
      ),
    )
    const endedMs = yield* Clock.currentTimeMillis
    const durationMs = Math.round(Number((yield* Clock.monotonicTimeNanos) - startedNs) / 1e6)
    const circuit = Ledger.standingOf(ledger, settings)
    const events = outcomeEvents(tellable, outcome, { endedMs, durationMs }, circuit)
    if (events.length > tellable.length) circuit.isTurning = true
    const downlink = downlinkOf(tellable, told, outcome, endedMs)
    if (downlink === undefined) outcomes.add(events)
    else yield* pipeline.downlink(downlink, events).pipe(Effect.retry(onceASecond))
  })

  const giveUp = Effect.fnUntraced(function* (owed: ReadonlyArray<Ledger.Owed>, error: string) {
    const endedMs = yield* Clock.currentTimeMillis
    const none = { failures: 0, isOpen: false, isTurning: false }
    const outcome = { _tag: "Impossible", error } as const
    outcomes.add(outcomeEvents(owed, outcome, { endedMs, durationMs: 0 }, none))
  })

  const dispatch = Effect.gen(function* () {
    const nowMs = yield* Clock.currentTimeMillis
    const tries: Array<Try> = []
    while (tries.length < beginMax) {
      const next = Ledger.take(ledger, nowMs)
      if (next === undefined) break
      if (next._tag === "Try") tries.push(next)
      else yield* giveUp(next.owed, next.error)
    }
    if (tries.length === 0) return
    yield* pipeline.record([begunOf(tries, nowMs)]).pipe(Effect.retry(onceASecond))
    for (const each of tries)
      yield* traced(traces, each, attempt(each)).pipe(
        Effect.tapCause((cause) => Effect.logError("a delivery stopped", cause)),
        Effect.forkScoped,
      )
    Queue.offerUnsafe(wake, true)
  })

  const readOverflow = Effect.gen(function* () {
    const from = ledger.overflowAt
    if (from === undefined || ledger.pending > Ledger.pendingMax / 2) return
    ledger.overflowAt = undefined
    const now = yield* Clock.currentTimeMillis
    yield* Stream.runForEach(log.read(from), (events) =>
      Effect.sync(() => {
        for (const recorded of events) if (isOwed(recorded)) Ledger.apply(ledger, recorded, now)
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
          const { event } = recorded
          if (event._tag === "DeviceRegistered")
            devices.set(event.device, { group: event.group, radioZone: event.radioZone })
          if (
            event._tag === "StationEnrolled" &&
            event.lat !== undefined &&
            event.lng !== undefined
          )
            places.set(event.station, { lat: event.lat, lng: event.lng })
        }
        const last = events.at(-1)
        // Not before all outcomes of an earlier run are known: nothing is sent twice knowingly.
        if (last === undefined || last.position + 1 < caughtUpAt) return
        if (ledger.begunBefore !== undefined) Ledger.caughtUp(ledger)
        Queue.offerUnsafe(wake, true)
      }),
    ),
  )

  const act = Effect.gen(function* () {
    yield* readOverflow
    yield* dispatch
    const now = yield* Clock.currentTimeMillis
    const waitMs = Ledger.nextDueMs(ledger) - now
    const woken = Queue.take(wake)
    yield* Number.isFinite(waitMs)
      ? Effect.raceFirst(woken, Effect.sleep(Math.max(1, waitMs)))
      : woken
  })

  if (caughtUpAt === 0) Ledger.caughtUp(ledger)
  // Ends last: attempts that are stopped with it have said by then what they came to.
  yield* Effect.forkScoped(outcomes.record)
  yield* Effect.forkScoped(follow)
  if (caughtUpAt > 0) yield* Queue.take(wake)
  return yield* Effect.forever(act)
}, Effect.scoped)

/** Below the request that brought the message, where it is remembered. */
const traced = <E, R>(
  traces: Traces | undefined,
  { owed, settings }: Try,
  attempt: Effect.Effect<void, E, R>,
): Effect.Effect<void, E, R> => {
  if (traces === undefined) return attempt
  const parent = traces.find(owed[0].owedAt)
  const { customer, destination } = settings
  return Effect.withSpan(attempt, "delivery", {
    kind: "client",
    ...(parent === undefined ? { root: true } : { parent }),
    attributes: { customer, destination, device: owed[0].obligation.device, messages: owed.length },
  })
}

/** W3C trace context, version 00. */
const traceparentOf = (span: Option.Option<Tracer.Span>): string | undefined =>
  Option.isNone(span)
    ? undefined
    : `00-${span.value.traceId}-${span.value.spanId}-${span.value.sampled ? "01" : "00"}`

const isOwed = ({ event }: Recorded): boolean =>
  event._tag === "DeliveryOwed" || event._tag === "RedeliveryAsked"

const begunOf = (tries: ReadonlyArray<Try>, occurredMs: number): NewEvent => {
  const owed = tries.flatMap((each) => each.owed.map(({ owedAt }) => owedAt))
  const event = { _tag: "DeliveriesBegan", owed } as const
  return { stream: streamOf(event), occurredMs, causes: noCauses, event }
}

/** What the answer says to the device; undefined where it says nothing. */
const downlinkOf = (
  [owed]: ReadonlyArray<Ledger.Owed>,
  [told]: ReadonlyArray<Told>,
  outcome: Outcome,
  atMs: number,
): Step | undefined => {
  if (outcome._tag !== "Answered" || !retryRule.isSuccess(outcome.status)) return undefined
  const { device, epoch, notice, seq } = owed.obligation
  if (notice !== undefined) return undefined
  const answer = DownlinkAnswer.read(outcome.status, outcome.body, device)
  if (answer._tag === "None") return undefined
  const payload = answer._tag === "Downlink" ? answer.payload : undefined
  const asked = told.message?.downlinkAsked === true
  return { _tag: "Answered", device, seq, epoch, atMs, asked, payload }
}
