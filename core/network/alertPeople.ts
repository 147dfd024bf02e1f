/**
 * Tells who runs the network what is unlike the usual: raises an alert when an anomaly opens and one when it clears, and sends each
 * to its targets, by webhook or e-mail.
 *
 * - What was raised and how each attempt went are events, so that a restart says nothing twice and leaves nothing out; after a
 *   crash between an answer and its record an attempt is repeated, with the same key.
 * - An anomaly that opened more than `freshMs` ago is no news: a file of old traffic that is imported alerts nobody.
 * - While the whole network has a surge or a drop, those of its stations and customers are part of it and not told.
 * - Bounded: `raisedAtOnce` alerts a look, none while `waitingMax` attempts wait, `attemptsAtOnce` requests at a time; attempts
 *   end as deliveries' do (`retryRule`).
 */
import * as Clock from "effect/Clock"
import * as Effect from "effect/Effect"
import * as Schedule from "effect/Schedule"
import * as Stream from "effect/Stream"
import * as Alerts from "../decide/Alerts.ts"
import * as retryRule from "../decide/retryRule.ts"
import { type AlertRaised, type AlertTargetAdded, secretIdOf } from "../event/alert.ts"
import type { NewEvent, Position } from "../event/Envelope.ts"
import type { Known } from "../event/Event.ts"
import { streamOf } from "../event/streamOf.ts"
import { Pipeline } from "../ingest/Pipeline.ts"
import { Vault } from "../keys/Vault.ts"
import { EventLog } from "../log/EventLog.ts"
import * as AlertRequest from "./alertRequest.ts"
import { Anomalies, type Anomaly } from "./Anomalies.ts"
import type { Mailer } from "./mail.ts"
import type { Answer, Poster } from "./post.ts"

const everyMs = 2_000
const freshMs = 3_600_000
const raisedAtOnce = 32
const waitingMax = 256
const attemptsAtOnce = 8

export interface Options {
  readonly poster: Poster
  /** Without one, e-mails fail and say why. */
  readonly mailer?: Mailer | undefined
  /** By the clock of the environment; a demo that runs faster allows more of its own time. */
  readonly answerWithinMs?: number
}

/** Runs until it is interrupted. */
export const alertPeople = Effect.fn("network.alertPeople")(function* (options: Options) {
  const log = yield* EventLog
  const pipeline = yield* Pipeline
  const vault = yield* Vault
  const anomalies = yield* Anomalies
  const state = Alerts.make()
  let readTo: Position = 0

  const record = (event: Known, causes: ReadonlyArray<Position>) =>
    Effect.flatMap(Clock.currentTimeMillis, (occurredMs) => {
      const one: NewEvent = { stream: streamOf(event), occurredMs, causes, event }
      // The log may be full for a while; what happened must not be lost, so it is tried until it is in.
      return pipeline.record([one]).pipe(Effect.retry(Schedule.spaced("1 second")))
    })

  const readOn = Effect.gen(function* () {
    const head = yield* log.head
    if (head === readTo) return
    yield* Stream.runForEach(log.read(readTo, head), (events) =>
      Effect.sync(() => {
        for (const recorded of events) Alerts.apply(state, recorded)
      }),
    )
    readTo = head
  }).pipe(Effect.retry(Schedule.spaced("1 second")))

  const raise = Effect.gen(function* () {
    if (state.targets.size === 0 || Alerts.due(state, Infinity).length >= waitingMax) return
    const now = yield* Clock.currentTimeMillis
    const all = yield* anomalies.now
    const news = newsOf(state, all, now).slice(0, raisedAtOnce)
    for (const { causes, event } of news) yield* record(event, causes)
    if (news.length > 0) yield* readOn
  })

  const attempt = Effect.fnUntraced(function* (alert: Alerts.Alert, told: Alerts.Told) {
    const target = state.targets.get(told.target)
    const number = told.attempts + 1
    const startedNs = yield* Clock.monotonicTimeNanos
    const answer: Answer =
      target === undefined
        ? { _tag: "NotAnswered", error: "no-target" }
        : yield* send(target, alert, number).pipe(
            Effect.timeoutOrElse({
              duration: options.answerWithinMs ?? retryRule.answerWithinMs,
              orElse: () => Effect.succeed({ _tag: "NotAnswered", error: "timeout" } as const),
            }),
          )
    const durationMs = Math.round(Number((yield* Clock.monotonicTimeNanos) - startedNs) / 1e6)
    const { anomaly, phase, targets } = alert.raised
    const id = targets.find((one) => one === told.target)
    if (id === undefined) return
    const of = { target: id, anomaly, phase, attempt: number, durationMs }
    const afterMs = target === undefined ? undefined : retryRule.retryAfterMs(number)
    const nextAttemptAtMs =
      afterMs === undefined ? undefined : (yield* Clock.currentTimeMillis) + afterMs
    yield* record(outcomeOf(of, answer, nextAttemptAtMs), [alert.at])
  })

  const send = Effect.fnUntraced(function* (
    target: AlertTargetAdded,
    alert: Alerts.Alert,
    number: number,
  ) {
    const marks = { key: `${log.info.id}/${alert.at}/${target.target}`, attempt: number }
    if (target.url.startsWith("mailto:"))
      return options.mailer === undefined
        ? ({ _tag: "NotAnswered", error: "no-mail-server" } as const)
        : yield* options.mailer.send(AlertRequest.letterOf(target, alert, marks))
    const secretOf = { id: secretIdOf(target.target), version: target.secretVersion ?? 0 }
    const hasSecrets = secretOf.version > 0
    const secrets = {
      headers: hasSecrets ? vault.destinationHeaders(secretOf) : {},
      sign: (text: string) => (hasSecrets ? vault.signFor(secretOf, text) : undefined),
    }
    const nowS = Math.floor((yield* Clock.currentTimeMillis) / 1000)
    return yield* options.poster.post(AlertRequest.requestOf(target, alert, marks, secrets, nowS))
  })

  const look = Effect.gen(function* () {
    yield* readOn
    yield* raise
    const due = Alerts.due(state, yield* Clock.currentTimeMillis)
    yield* Effect.forEach(due, ({ alert, told }) => attempt(alert, told), {
      concurrency: attemptsAtOnce,
      discard: true,
    })
  })

  return yield* Effect.forever(Effect.andThen(look, Effect.sleep(everyMs)))
})

const outcomeOf = (
  of: {
    readonly target: AlertTargetAdded["target"]
    readonly anomaly: string
    readonly phase: AlertRaised["phase"]
    readonly attempt: number
    readonly durationMs: number
  },
  answer: Answer,
  nextAttemptAtMs: number | undefined,
): Known => {
  if (answer._tag === "Answered" && retryRule.isSuccess(answer.status))
    return { _tag: "AlertSent", ...of, status: answer.status }
  const next = nextAttemptAtMs === undefined ? {} : { nextAttemptAtMs }
  return answer._tag === "Answered"
    ? { _tag: "AlertFailed", ...of, status: answer.status, error: "status", ...next }
    : { _tag: "AlertFailed", ...of, error: answer.error, ...next }
}

/** What is to be said and was not yet, the oldest first. */
const newsOf = (
  state: Alerts.Alerts,
  all: ReadonlyArray<Anomaly>,
  nowMs: number,
): ReadonlyArray<{ readonly event: AlertRaised; readonly causes: ReadonlyArray<Position> }> => {
  const ofNetwork = new Set(
    all.filter((one) => one.cleared === undefined && isOfNetwork(one)).map(({ kind }) => kind),
  )
  return all.toReversed().flatMap((anomaly) => {
    const { cleared, id, kind } = anomaly
    const wasSaid = Alerts.isRaised(state, { anomaly: id, phase: "opened" })
    if (cleared !== undefined) {
      if (!wasSaid || Alerts.isRaised(state, { anomaly: id, phase: "cleared" })) return []
      const told = raisedOf(state, anomaly, "cleared", `${anomaly.text}: ${cleared.why}`)
      return told === undefined ? [] : [{ event: told, causes: [cleared.at] }]
    }
    const isCovered = !isOfNetwork(anomaly) && ofNetwork.has(kind)
    if (wasSaid || isCovered || nowMs - anomaly.openedMs > freshMs) return []
    const told = raisedOf(state, anomaly, "opened", anomaly.text)
    return told === undefined
      ? []
      : [{ event: told, causes: [...new Set([...anomaly.causes, anomaly.openedAt])] }]
  })
}

const isOfNetwork = ({ area, customer, station }: Anomaly): boolean =>
  area === undefined && customer === undefined && station === undefined

/** Undefined where nobody wants to know. */
const raisedOf = (
  { targets }: Alerts.Alerts,
  anomaly: Anomaly,
  phase: AlertRaised["phase"],
  text: string,
): AlertRaised | undefined => {
  const { area, customer, device, expected, id, kind, seen, sinceMs, station } = anomaly
  const wanting = [...targets.values()].filter(
    ({ kinds }) => kinds === undefined || kinds.includes(kind),
  )
  return wanting.length === 0
    ? undefined
    : {
        _tag: "AlertRaised",
        anomaly: id,
        phase,
        kind,
        ...(device === undefined ? {} : { device }),
        ...(station === undefined ? {} : { station }),
        ...(customer === undefined ? {} : { customer }),
        ...(area === undefined ? {} : { area }),
        text,
        expected,
        seen,
        sinceMs,
        targets: wanting.map(({ target }) => target),
      }
}
