/**
 * Networks that are mirrored by asking: where callbacks cannot come in, their API v2 is polled for the messages of device types.
 *
 * A round asks for what is newer than the last round's end, page by page, and records where it ended: the next begins there,
 * after a restart too. Messages that are told again are known by their identity. An answer 429 is waited for as it says,
 * and the round goes on with the page it was at.
 */
import * as Clock from "effect/Clock"
import * as Effect from "effect/Effect"
import * as Schedule from "effect/Schedule"
import * as Stream from "effect/Stream"
import { noCauses } from "../event/Envelope.ts"
import type { SourceAdded, SourcePolled } from "../event/source.ts"
import { streamOf } from "../event/streamOf.ts"
import * as ApiV2Json from "../ingest/apiV2Json.ts"
import { parseJson } from "../ingest/parseJson.ts"
import { Pipeline } from "../ingest/Pipeline.ts"
import * as Rejected from "../kernel/Rejected.ts"
import { Vault } from "../keys/Vault.ts"
import { EventLog } from "../log/EventLog.ts"
import type { Answer, Poster } from "./post.ts"

/** Of one answer: a hundred messages with all their receptions are some hundred kB. */
export const pollBytesMax = 8 * 1024 * 1024

/** Messages of one page, the API's own most. */
const pageLimit = 100

/** Asked for again before the last round's end: what the network was told late. */
const overlapMs = 600_000

/** How far back the first round asks. */
const firstMs = 86_400_000

/** Waited where a 429 does not say how long. */
const waitDefaultS = 60

interface Round {
  /** The page to ask for next. */
  url: string
  readonly beforeMs: number
  messages: number
  added: number
}

interface Polled {
  doneMs: number
  outcome: SourcePolled["outcome"]
  dueMs: number
  round: Round | undefined
}

/** What a page may take. */
const pageWithinMs = 30_000

/** Runs until it is interrupted. `answerWithinMs`: by the clock of the environment, for one that runs faster. */
export const pollSources = Effect.fn("network.pollSources")(function* (
  poster: Poster,
  answerWithinMs = pageWithinMs,
) {
  const log = yield* EventLog
  const pipeline = yield* Pipeline
  const vault = yield* Vault
  const sources = new Map<string, SourceAdded>()
  const polled = new Map<string, Polled>()
  const head = yield* log.head
  let isCaughtUp = head === 0

  yield* log.follow(0).pipe(
    Stream.runForEach((events) =>
      Effect.sync(() => {
        for (const { event } of events) {
          if (event._tag === "SourceAdded") sources.set(event.source, event)
          else if (event._tag === "SourceRemoved") sources.delete(event.source)
          else if (event._tag === "SourcePolled" && !isCaughtUp) {
            const { deviceType, doneMs, outcome, source } = event
            polled.set(`${source} ${deviceType}`, { doneMs, outcome, dueMs: 0, round: undefined })
          }
        }
        isCaughtUp ||= (events.at(-1)?.position ?? -1) + 1 >= head
      }),
    ),
    Effect.forkScoped,
  )

  const end = Effect.fnUntraced(function* (
    source: SourceAdded,
    deviceType: string,
    state: Polled,
    outcome: SourcePolled["outcome"],
    detail?: string,
  ) {
    const { added = 0, messages = 0 } = state.round ?? {}
    const wasSo = state.outcome === outcome
    if (outcome === "done") {
      state.doneMs = state.round?.beforeMs ?? state.doneMs
      state.round = undefined
    }
    state.outcome = outcome
    // What changes nothing is not said again and again.
    if (wasSo && (outcome !== "done" || messages === 0)) return
    const event = {
      _tag: "SourcePolled",
      source: source.source,
      deviceType,
      outcome,
      messages,
      added,
      doneMs: state.doneMs,
      ...(detail === undefined ? {} : { detail }),
    } as const
    const occurredMs = yield* Clock.currentTimeMillis
    yield* pipeline
      .record([{ stream: streamOf(event), occurredMs, causes: noCauses, event }])
      .pipe(Effect.retry(Schedule.spaced("1 second")))
  })

  const look = Effect.fnUntraced(function* (source: SourceAdded, deviceType: string) {
    const nowMs = yield* Clock.currentTimeMillis
    const key = `${source.source} ${deviceType}`
    const state = polled.get(key) ?? {
      doneMs: nowMs - firstMs,
      outcome: "done",
      dueMs: 0,
      round: undefined,
    }
    polled.set(key, state)
    if (nowMs < state.dueMs) return
    state.dueMs = nowMs + source.everyS * 1000
    state.round ??= {
      url: `${source.url.replace(/\/$/, "")}/device-types/${encodeURIComponent(deviceType)}/messages?since=${state.doneMs - overlapMs}&before=${nowMs}&limit=${pageLimit}`,
      beforeMs: nowMs,
      messages: 0,
      added: 0,
    }
    const { round } = state
    const authorization = vault.sourceAuthorization({
      id: source.source,
      version: source.secretVersion,
    })
    for (;;) {
      const answer = yield* poster
        .post({
          method: "GET",
          url: round.url,
          headers: {
            accept: "application/json",
            ...(authorization === undefined ? {} : { authorization }),
          },
          body: "",
          loopbackAllowed: source.loopbackAllowed,
          privateAllowed: false,
        })
        .pipe(
          Effect.timeoutOrElse({
            duration: answerWithinMs,
            orElse: () => Effect.succeed({ _tag: "NotAnswered", error: "timeout" } as const),
          }),
        )
      if (answer._tag === "Answered" && answer.status === 429) {
        state.dueMs = nowMs + (answer.retryAfterS ?? waitDefaultS) * 1000
        return yield* end(source, deviceType, state, "limited", "status 429")
      }
      const page = pageOf(answer, round.url)
      if (typeof page === "string") return yield* end(source, deviceType, state, "failed", page)
      if (page.inputs.length > 0) {
        const taken = yield* pipeline
          .submit(page.inputs)
          .pipe(Effect.retry(Schedule.spaced("1 second")))
        round.messages += page.inputs.length
        round.added += taken.added
      }
      if (page.next === undefined) return yield* end(source, deviceType, state, "done")
      round.url = page.next
    }
  })

  return yield* Effect.forever(
    Effect.gen(function* () {
      if (isCaughtUp)
        for (const source of sources.values())
          for (const deviceType of source.deviceTypes) yield* look(source, deviceType)
      yield* Effect.sleep("1 second")
    }),
  )
}, Effect.scoped)

/** What a page tells, or why it cannot be used. */
const pageOf = (answer: Answer, asked: string) => {
  if (answer._tag === "NotAnswered") return answer.error
  if (answer.status !== 200) return `status ${answer.status}`
  const parsed = parseJson(answer.body)
  if (!parsed.ok) return `not JSON: ${parsed.why}`
  const reader = ApiV2Json.format.open({ text: answer.body.slice(0, 4_096), whole: true })
  const results = [...reader.push(answer.body), ...reader.end()].map(({ result }) => result)
  const inputs = results.flatMap((result) => (Rejected.is(result) ? [] : [result]))
  return { inputs, next: nextOf(parsed.value, asked) }
}

/** The next page, of the same server alone: credentials go with the request. */
const nextOf = (value: unknown, asked: string): string | undefined => {
  const paging = memberOf(value, "paging")
  const next = memberOf(paging, "next")
  if (typeof next !== "string" || !URL.canParse(next, asked)) return undefined
  const url = new URL(next, asked)
  return url.origin === new URL(asked).origin && url.href !== asked ? url.href : undefined
}

const memberOf = (value: unknown, name: string): unknown =>
  typeof value === "object" && value !== null ? Reflect.get(value, name) : undefined
