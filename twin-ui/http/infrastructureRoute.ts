/**
 * What watches the core network reports here: which part is up, and what there is of parts and services.
 *
 * A JSON list, or NDJSON. Lines are taken in their order, each by itself; what cannot be taken is listed in the answer.
 * ```
 * {"part":"par.server-1","up":false,"at":"2026-03-01T12:00:00Z","detail":"no heartbeat"}
 * {"part":"par.server-1","kind":"server","joins":["par.balancer"]}
 * {"service":"deliveries","from":["par.transit-a"],"to":["par.backend"]}
 * ```
 */
import * as Clock from "effect/Clock"
import * as Effect from "effect/Effect"
import * as Schema from "effect/Schema"
import { type Command, CommandRefused } from "../../core/decide/Command.ts"
import { CorePartAdded, CoreServiceDeclared } from "../../core/event/infrastructure.ts"
import { PartId } from "../../core/event/ids.ts"
import { Pipeline } from "../../core/ingest/Pipeline.ts"
import { parseJson } from "../../core/ingest/parseJson.ts"
import * as Instant from "../../core/kernel/Instant.ts"
import * as Rejected from "../../core/kernel/Rejected.ts"
import { Refusal, refusalsListedMax } from "./ingestRoutes.ts"
import * as Problem from "./Problem.ts"
import { readText } from "./readBody.ts"
import * as Route from "./Route.ts"

/** Lines of one request. */
const linesMax = 10_000

const InfrastructureAnswer = Schema.Struct({
  /** Reports that changed something. */
  changed: Schema.Int,
  /** Reports of what was so already. */
  known: Schema.Int,
  refused: Schema.Array(Refusal),
  refusedCount: Schema.Int,
})

const Report = Schema.Struct({
  part: PartId,
  up: Schema.Boolean,
  at: Schema.optionalKey(Schema.String),
  detail: Schema.optionalKey(Schema.String.check(Schema.isMaxLength(500))),
})
const { _tag: _part, ...part } = CorePartAdded.fields
const { _tag: _service, ...service } = CoreServiceDeclared.fields
const decodeReport = Schema.decodeUnknownResult(Report)
const decodePart = Schema.decodeUnknownResult(Schema.Struct(part))
const decodeService = Schema.decodeUnknownResult(Schema.Struct(service))

export const make = Effect.gen(function* () {
  const pipeline = yield* Pipeline
  return [
    Route.make({
      method: "POST",
      path: "/ingest/infrastructure",
      operation: "postInfrastructure",
      tag: "ingest",
      access: "ingest",
      right: "ingest-infrastructure",
      summary: "Take reports of the core's parts: up, down, and what there is",
      body: {
        description: "A JSON list or NDJSON: reports, parts and services.",
        contentTypes: ["application/x-ndjson", "application/json"],
      },
      answers: {
        200: {
          description: "Taken and durable. `refused` lists what could not be taken.",
          contentType: "application/json",
          schema: InfrastructureAnswer,
        },
      },
      problems: ["nothing-usable", "too-large", "log-unavailable"],
      handle: ({ request }) =>
        Effect.gen(function* () {
          const text = yield* readText(request)
          const nowMs = yield* Clock.currentTimeMillis
          const commands = linesOf(text).map((line, i) => read(line, `line ${i + 1}`, nowMs))
          const refused = commands.filter(Rejected.is)
          let [changed, known] = [0, 0]
          for (const [i, command] of commands.entries()) {
            if (Rejected.is(command)) continue
            const outcome = yield* pipeline
              .execute(command)
              .pipe(Effect.catchTag("CommandRefused", (why) => Effect.succeed(why)))
            if (outcome instanceof CommandRefused)
              refused.push(Rejected.make(outcome.reason, `line ${i + 1}`, outcome.message))
            else if (outcome.length === 0) known++
            else changed++
          }
          const listed = refused.slice(0, refusalsListedMax).map(Problem.refusalOf)
          const counts = { refused: listed, refusedCount: refused.length }
          if (changed + known === 0)
            return yield* Problem.make(
              "nothing-usable",
              refused.length === 0 ? "there is nothing in it" : Rejected.toText(refused[0]),
              { where: refused[0]?.where ?? "body", more: counts },
            )
          return Route.answer(InfrastructureAnswer, { changed, known, ...counts })
        }),
    }),
  ]
})

const linesOf = (text: string): ReadonlyArray<unknown> => {
  const whole = parseJson(text)
  if (whole.ok) return (Array.isArray(whole.value) ? whole.value : [whole.value]).slice(0, linesMax)
  return text
    .split("\n")
    .filter((line) => line.trim() !== "")
    .slice(0, linesMax)
    .map((line) => {
      const parsed = parseJson(line)
      return parsed.ok ? parsed.value : line
    })
}

const read = (line: unknown, where: string, nowMs: number): Command | Rejected.Rejected => {
  const has = (name: string): boolean =>
    typeof line === "object" && line !== null && Object.hasOwn(line, name)
  if (has("up")) {
    const report = decodeReport(line)
    if (report._tag === "Failure") return Rejected.make("bad-report", where, report.failure.message)
    const { at, detail, part: id, up } = report.success
    const atMs = at === undefined ? nowMs : Instant.parse(at)
    if (atMs === undefined) return Rejected.make("bad-time", where, "at is no instant in ISO 8601")
    return {
      _tag: "ReportCorePart",
      part: id,
      up,
      atMs,
      ...(detail === undefined ? {} : { detail }),
    }
  }
  if (has("part")) {
    const added = decodePart(line)
    return added._tag === "Failure"
      ? Rejected.make("bad-part", where, added.failure.message)
      : { _tag: "AddCorePart", ...added.success }
  }
  if (!has("service"))
    return Rejected.make("bad-line", where, "has neither up, nor kind, nor service")
  const declared = decodeService(line)
  return declared._tag === "Failure"
    ? Rejected.make("bad-service", where, declared.failure.message)
    : { _tag: "DeclareCoreService", ...declared.success }
}
