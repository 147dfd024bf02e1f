/**
 * What comes in over HTTP: callbacks of a Sigfox backend, and frames from receivers.
 *
 * - A request is taken whole or not at all by the queue: 413 and 503 mean that nothing of it was taken.
 * - What of it can be used is durable before the answer; what cannot is listed in the answer
 *   (200 with `refused`), and 400 says that nothing could be used.
 */
import * as Clock from "effect/Clock"
import * as Effect from "effect/Effect"
import * as Option from "effect/Option"
import * as Schema from "effect/Schema"
import * as HttpServerRequest from "effect/http/HttpServerRequest"
import * as HttpTraceContext from "effect/http/HttpTraceContext"
import * as HttpServerResponse from "effect/http/HttpServerResponse"
import { readCallbacks } from "../../core/ingest/callbackRequest.ts"
import { firstBlockChars } from "../../core/ingest/FileFormat.ts"
import * as FramesNdjson from "../../core/ingest/framesNdjson.ts"
import type { Input } from "../../core/ingest/Input.ts"
import { Pipeline, type Ingested } from "../../core/ingest/Pipeline.ts"
import type { StationId } from "../../core/event/ids.ts"
import { Traces } from "../../core/network/Traces.ts"
import * as Rejected from "../../core/kernel/Rejected.ts"
import * as Integrity from "../../projections/integrity/Integrity.ts"
import { Twin } from "../../projections/run/Twin.ts"
import * as Metrics from "./Metrics.ts"
import * as Parameter from "./Parameter.ts"
import * as Problem from "./Problem.ts"
import { readText, requireMediaType } from "./readBody.ts"
import * as Route from "./Route.ts"
import * as StationChannel from "./StationChannel.ts"

/** Most refusals one answer lists; `refusedCount` counts them all. */
export const refusalsListedMax = 100

/** Stations that one request is noted to have claimed to be. */
const claimedMax = 16

export const Refusal = Schema.Struct({
  reason: Schema.String,
  /** Line, JSON path, or variable. */
  where: Schema.String,
  detail: Schema.String,
})

export const IngestAnswer = Schema.Struct({
  /** Facts that are in the log now and were not before. */
  added: Schema.Int,
  /** Facts the log held already. */
  known: Schema.Int,
  /** Messages decided on: accepted, and refused by reason. */
  accepted: Schema.Int,
  messagesRefused: Schema.Record(Schema.String, Schema.Int),
  /** One past the last event of the commit. */
  head: Schema.Int,
  /** Parts of the request that could not be read, and how many there were. */
  refused: Schema.Array(Refusal),
  refusedCount: Schema.Int,
})
export type IngestAnswer = typeof IngestAnswer.Type

const taken = {
  200: {
    description: "Taken and durable. `refused` lists the parts that could not be read.",
    contentType: "application/json",
    schema: IngestAnswer,
  },
}

const problems = ["nothing-usable", "too-large", "queue-full", "log-unavailable"] as const

export const make = Effect.gen(function* () {
  const pipeline = yield* Pipeline
  const twin = yield* Twin

  const traces = yield* Traces
  /** The events that follow from here on go back to this span, and that to the sender's. */
  const traced = (ingested: Ingested) =>
    Effect.map(Effect.option(Effect.currentSpan), (span) => {
      if (traces !== undefined && Option.isSome(span))
        traces.note(ingested.first, ingested.head, span.value)
    })

  const take = Effect.fnUntraced(function* (results: ReadonlyArray<Input | Rejected.Rejected>) {
    const inputs: Array<Input> = []
    const refused: Array<Rejected.Rejected> = []
    for (const result of results)
      if (Rejected.is(result)) refused.push(result)
      else inputs.push(result)
    yield* Metrics.countRefused(refused)
    if (inputs.length === 0)
      return yield* Problem.make("nothing-usable", nothing(refused), {
        where: refused.length === 1 ? refused[0].where : "body",
        more: listed(refused),
      })
    const ingested = yield* pipeline.offer(inputs)
    yield* Metrics.countInputs(inputs.length)
    yield* traced(ingested)
    return { inputs, refused, ingested }
  }, underSenders)

  /** What a station hands on under another's name is refused and counted. */
  const ofChannel = Effect.fnUntraced(function* (
    lines: ReadonlyArray<readonly [Input | Rejected.Rejected, where: string]>,
  ) {
    const channel = yield* StationChannel.StationChannel
    const atMs = yield* Clock.currentTimeMillis
    const state = yield* twin.state(Integrity.projection)
    const foreign = new Map<StationId, number>()
    const results = lines.map(([result, where]) => {
      if (Rejected.is(result) || result._tag !== "Frame") return result
      const { station } = result.frame
      const why = StationChannel.whyNot(channel, station, Integrity.find(state, station), atMs)
      if (why === undefined) return result
      if (why === "own-channel-only")
        return Rejected.make(why, where, `station ${station} has a channel of its own`)
      foreign.set(station, (foreign.get(station) ?? 0) + 1)
      return Rejected.make(why, where, `this is the channel of station ${channel.station ?? ""}`)
    })
    if (channel.station !== undefined)
      for (const [claimed, count] of [...foreign].slice(0, claimedMax))
        yield* pipeline.attest({ _tag: "Foreign", station: channel.station, claimed, count, atMs })
    return results
  })

  const callbacks = Effect.gen(function* () {
    const request = yield* HttpServerRequest.HttpServerRequest
    const body = request.method === "GET" ? "" : yield* readText(request)
    const from = request.url.indexOf("?")
    const results = readCallbacks({
      query: from < 0 ? "" : request.url.slice(from + 1),
      contentType: request.headers["content-type"],
      body,
    })
    const { inputs, refused, ingested } = yield* take(results)
    if (refused.length === 0 && inputs.every(isBidir))
      return HttpServerResponse.empty({ status: 204 })
    return Route.answer(IngestAnswer, answerOf(ingested, refused))
  })

  const callbackRoute = (method: "GET" | "POST" | "PUT") =>
    Route.make({
      method,
      path: "/ingest/callbacks",
      operation: `${method.toLowerCase()}Callbacks`,
      tag: "ingest",
      access: "ingest",
      right: "ingest-callbacks",
      summary: "Take a callback of a Sigfox backend",
      description:
        "UPLINK, BIDIR, DATA_ADVANCED, ACKNOWLEDGE, STATUS, ERROR, EVENT, GEOLOC and REPEATER, single or batch, exactly as the backend sends them: JSON or a form in the body, or variables in the URL. What is said is recorded as reported by the network, and not as checked.",
      openQuery: true,
      query: {
        type: Parameter.optional(
          Parameter.name("Which callback it is, where its fields do not tell."),
        ),
        pattern: Parameter.optional(
          Parameter.name("Of a batch: its line pattern, as `{device};{time};{data}`."),
        ),
      },
      ...(method === "GET"
        ? {}
        : {
            body: {
              description: "One callback, a list of them, or a form.",
              contentTypes: ["application/json", "application/x-www-form-urlencoded"],
            },
          }),
      answers: {
        ...taken,
        204: { description: "Taken and durable; there is no downlink for the device (BIDIR)." },
      },
      problems,
      handle: () => callbacks,
    })

  const frames = Route.make({
    method: "POST",
    path: "/ingest/frames",
    operation: "postFrames",
    tag: "ingest",
    access: "ingest",
    right: "ingest-frames",
    summary: "Take receptions with their raw frames",
    description:
      "NDJSON, one reception a line: `station`, `heardAt`, `frame` (hex) or `bitstream`, and optionally `rssiDbm`, `snrDb`, `frequencyHz`, `configDigest`.",
    body: { description: "One reception a line.", contentTypes: frameTypes },
    answers: taken,
    problems: [...problems, "wrong-media-type"],
    handle: ({ request }) =>
      Effect.gen(function* () {
        yield* requireMediaType(request, frameTypes)
        const text = yield* readText(request)
        const block = {
          text: text.slice(0, firstBlockChars),
          whole: text.length <= firstBlockChars,
        }
        const why = FramesNdjson.format.refusal(block)
        if (why !== undefined) {
          const refused = [Rejected.make("not-of-format", "body", why)]
          return yield* take(refused).pipe(Effect.andThen(Effect.die("nothing to take")))
        }
        const reader = FramesNdjson.format.open(block)
        const lines = [...reader.push(text), ...reader.end()]
        const { refused, ingested } = yield* take(
          yield* ofChannel(lines.map(({ result }, i) => [result, `line ${i + 1}`])),
        )
        return Route.answer(IngestAnswer, answerOf(ingested, refused))
      }),
  })

  return [callbackRoute("POST"), callbackRoute("PUT"), callbackRoute("GET"), frames]
})

/** Under the trace of whoever sent it (W3C trace context), if it says one. */
const underSenders = <A, E, R>(effect: Effect.Effect<A, E, R>) =>
  Effect.gen(function* () {
    const request = yield* Effect.serviceOption(HttpServerRequest.HttpServerRequest)
    const parent = Option.flatMap(request, ({ headers }) => HttpTraceContext.fromHeaders(headers))
    const above = Option.isNone(parent) ? {} : { parent: parent.value }
    return yield* Effect.withSpan(effect, "ingest.take", { kind: "server", ...above })
  })

const frameTypes = ["application/x-ndjson", "application/ndjson", "application/jsonl"]

const isBidir = (input: Input): boolean =>
  input._tag === "Message" && input.report.report === "bidir"

const nothing = (refused: ReadonlyArray<Rejected.Rejected>): string => {
  if (refused.length === 0) return "there is nothing in it"
  if (refused.length === 1) return Rejected.toText(refused[0])
  return `all of its ${refused.length} parts were refused, first ${Rejected.toText(refused[0])}`
}

const listed = (refused: ReadonlyArray<Rejected.Rejected>) => ({
  refused: refused.slice(0, refusalsListedMax).map(Problem.refusalOf),
  refusedCount: refused.length,
})

const answerOf = (ingested: Ingested, refused: ReadonlyArray<Rejected.Rejected>): IngestAnswer => ({
  added: ingested.added,
  known: ingested.known,
  accepted: ingested.accepted,
  messagesRefused: ingested.refused,
  head: ingested.head,
  ...listed(refused),
})
