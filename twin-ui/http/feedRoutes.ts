/**
 * `GET /feed`: every event, as server-sent events that can be resumed.
 *
 * - `id` is the position, `event` the kind, `data` the event as CloudEvents 1.0 JSON.
 * - A reader holds a position, not a buffer: each pulls from the log at its own pace, and the socket
 *   tells when it can take more. A slow reader is behind and costs no memory; nothing is dropped.
 * - `Last-Event-ID: P` goes on with P + 1, so nothing is missing and nothing comes twice.
 */
import * as Effect from "effect/Effect"
import * as Schedule from "effect/Schedule"
import * as Stream from "effect/Stream"
import type * as Headers from "effect/http/Headers"
import * as HttpServerResponse from "effect/http/HttpServerResponse"
import type { Position, Recorded } from "../../core/event/Envelope.ts"
import { kindOf } from "../../core/event/Event.ts"
import { toCloudEvent } from "../../core/log/cloudEvent.ts"
import { EventLog, type LogInfo, type LogUnavailable } from "../../core/log/EventLog.ts"
import { matches } from "../../core/log/matches.ts"
import * as At from "./At.ts"
import * as Parameter from "./Parameter.ts"
import * as Problem from "./Problem.ts"
import { Readers } from "./Readers.ts"
import * as Route from "./Route.ts"
import type { Settings } from "./Settings.ts"
import { seesEvent, Viewer } from "./Viewer.ts"

/** Events turned into text at a time: what a slow reader holds at most. */
export const chunkMax = 256

/** After so many events that no filter let through, a reader is told where it stands. */
export const passedMax = 4096

/** A feed ends when somebody goes: its connection then closes with it, and does not hold a stop by staying idle. */
export const sseHeaders = {
  "cache-control": "no-store",
  "x-accel-buffering": "no",
  connection: "close",
}

export const make = (settings: Settings) =>
  Effect.gen(function* () {
    const log = yield* EventLog
    const readers = yield* Readers
    const feed = Route.make({
      method: "GET",
      path: "/feed",
      operation: "followEvents",
      tag: "feed",
      access: "api",
      filtered: true,
      summary: "Follow the events as they are recorded",
      description:
        "Server-sent events: `id` is the position, `event` the kind, `data` a CloudEvents 1.0 envelope. `Last-Event-ID` resumes after that position; without it and without `from` the feed begins now. Comment lines keep the connection alive.",
      query: {
        from: Parameter.optional(At.parameter("Position or instant (recorded) to begin at.")),
        device: Parameter.optional(Parameter.device),
        station: Parameter.optional(Parameter.station),
        customer: Parameter.optional(Parameter.id("Customer.")),
        kind: Parameter.optional(Parameter.name("Kinds of event, divided by commas.")),
      },
      answers: { 200: { description: "The events.", contentType: "text/event-stream" } },
      problems: ["bad-request", "too-many-readers", "log-unavailable"],
      handle: ({ query, request }) =>
        Effect.gen(function* () {
          const viewer = yield* Viewer
          const from = yield* beginning(log, request.headers, query.from)
          yield* readers.enter
          const filter = {
            ...(query.device === undefined ? {} : { device: query.device }),
            ...(query.station === undefined ? {} : { station: query.station }),
            ...(query.customer === undefined ? {} : { customer: query.customer }),
            ...(query.kind === undefined ? {} : { kinds: query.kind.split(",") }),
          }
          return HttpServerResponse.stream(
            eventsText(
              log,
              from,
              (recorded) => matches(filter, recorded) && seesEvent(viewer, recorded),
            ).pipe(
              withHeartbeat(settings.heartbeatMs),
              // Looked at with each heartbeat: who sees nothing any more would have no event to end by.
              Stream.takeWhile(() => !viewer.isOver()),
              Stream.encodeText,
              readers.untilClosing,
            ),
            { contentType: "text/event-stream", headers: sseHeaders },
          )
        }),
    })
    return [feed]
  })

/** Where a reader begins: after the event it saw last, else where it asks to, else now. */
const beginning = Effect.fnUntraced(function* (
  log: EventLog["Service"],
  headers: Headers.Headers,
  from: At.At | undefined,
) {
  const head = yield* log.head
  const last = yield* lastEventId(headers, head)
  if (last !== undefined) return last + 1
  if (from === undefined) return head
  return from._tag === "Position" ? Math.min(from.position, head) : yield* log.positionAt(from.ms)
})

/** Position of the event that a reader saw last, -1 for none; undefined when it does not say. */
export const lastEventId = (
  headers: Headers.Headers,
  head: Position,
): Effect.Effect<Position | undefined, Problem.Problem> => {
  const text = headers["last-event-id"]
  if (text === undefined || text === "") return Effect.succeed(undefined)
  const position = /^(-1|\d{1,15})$/.test(text) ? Number(text) : Number.NaN
  if (position < head) return Effect.succeed(position)
  return Effect.fail(
    Problem.make(
      "bad-request",
      Number.isNaN(position)
        ? "Last-Event-ID must be a position"
        : `Last-Event-ID is ${position}, and the log ends at ${head - 1}: it is of another log`,
      { where: "header.last-event-id" },
    ),
  )
}

const eventsText = (
  log: EventLog["Service"],
  from: Position,
  passes: (recorded: Recorded) => boolean,
): Stream.Stream<string, LogUnavailable> =>
  log.follow(from).pipe(
    Stream.map(chunksOf),
    Stream.flattenIterable,
    Stream.mapAccum(
      () => 0,
      (passed, chunk) => {
        const [text, left] = textOf(log.info, chunk, passes, passed)
        return [left, [text]]
      },
    ),
    Stream.filter((text) => text !== ""),
  )

const chunksOf = (batch: ReadonlyArray<Recorded>): ReadonlyArray<ReadonlyArray<Recorded>> =>
  Array.from({ length: Math.ceil(batch.length / chunkMax) }, (_, i) =>
    batch.slice(i * chunkMax, (i + 1) * chunkMax),
  )

/** A chunk as text, and how many events since the last `id` were passed over. */
const textOf = (
  info: LogInfo,
  chunk: ReadonlyArray<Recorded>,
  passes: (recorded: Recorded) => boolean,
  passedBefore: number,
): readonly [text: string, passed: number] => {
  let text = ""
  let passed = passedBefore
  for (const recorded of chunk) {
    if (passes(recorded)) {
      text += `id: ${recorded.position}\nevent: ${kindOf(recorded.event)}\ndata: ${JSON.stringify(toCloudEvent(info, recorded))}\n\n`
      passed = 0
    } else passed++
    if (passed >= passedMax) {
      // No data: nothing is dispatched, but a reader that comes back begins here.
      text += `id: ${recorded.position}\n\n`
      passed = 0
    }
  }
  return [text, passed]
}

/** Comments among the text; the first at once, so that a reader knows it is connected. */
export const withHeartbeat =
  (everyMs: number) =>
  <E>(text: Stream.Stream<string, E>): Stream.Stream<string, E> =>
    Stream.merge(text, Stream.concat(Stream.succeed(":\n\n"), heartbeat(everyMs)), {
      haltStrategy: "left",
    })

const heartbeat = (everyMs: number): Stream.Stream<string> =>
  Stream.fromEffectSchedule(Effect.succeed(":\n\n"), Schedule.spaced(everyMs)).pipe(Stream.drop(1))
