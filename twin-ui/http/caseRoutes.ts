/** Investigations over HTTP: the file that `sigtwin case` keeps, beside the log and never in it. */
import * as Clock from "effect/Clock"
import * as Effect from "effect/Effect"
import * as HttpServerResponse from "effect/http/HttpServerResponse"
import type { Event } from "../../core/event/Event.ts"
import { Vault } from "../../core/keys/Vault.ts"
import { EventLog } from "../../core/log/EventLog.ts"
import { Twin } from "../../projections/run/Twin.ts"
import {
  AddedAnswer,
  AddToCase,
  CaseAnswer,
  type CaseEvent,
  CasesAnswer,
  CloseCase,
  OpenCase,
} from "../api/Cases.ts"
import * as CaseFile from "./cases/CaseFile.ts"
import { aroundDefault, makeCapsule, sliceOf } from "./cases/makeCapsule.ts"
import * as Parameter from "./Parameter.ts"
import * as Problem from "./Problem.ts"
import * as Route from "./Route.ts"
import type { Settings } from "./Settings.ts"
import { payloadHexOf } from "./unsealed.ts"
import { seesPayloadIn, Viewer } from "./Viewer.ts"

/** Cases are about the whole network: they are for who sees it all. */
const reading = {
  method: "GET",
  tag: "cases",
  access: "api",
  whole: "an investigation may name devices and customers of others",
} as const
const writing = {
  method: "POST",
  tag: "cases",
  access: "command",
  // Who may look into what others did, investigates.
  right: "read-audit",
} as const

const json = (schema: NonNullable<Route.Answer["schema"]>, description: string) => ({
  description,
  contentType: "application/json",
  schema,
})

const name = { name: Parameter.id("Name of the case.") }

/** Positions in a capsule that the server makes: it is put together in memory. A longer one takes `sigtwin case capsule`. */
export const capsulePositionsMax = 100_000

export const make = Effect.fnUntraced(function* ({ caseFile, version }: Settings) {
  const log = yield* EventLog
  const twin = yield* Twin
  const vault = yield* Vault
  /** All events; a problem where there is no file to keep them in. */
  const all = Effect.gen(function* () {
    if (caseFile === undefined) return yield* nowhere
    return yield* Effect.mapError(CaseFile.read(caseFile), unusable)
  })
  const ofCase = Effect.fnUntraced(function* (wanted: string) {
    const events = (yield* all).filter((event) => event.case === wanted)
    return events.length === 0
      ? yield* Problem.make("not-there", `there is no case ${wanted}`, { where: "path.name" })
      : events
  })
  const add = (events: ReadonlyArray<CaseEvent>) =>
    caseFile === undefined
      ? Effect.fail(nowhere)
      : Effect.mapError(CaseFile.append(caseFile, events), unusable)

  const routes: ReadonlyArray<Route.Route> = [
    Route.make({
      ...reading,
      path: "/api/cases",
      operation: "listCases",
      summary: "Investigations, newest first",
      answers: { 200: json(CasesAnswer, "The cases.") },
      problems: ["not-there", "log-unavailable"],
      handle: () =>
        Effect.map(all, (events) =>
          Route.answer(CasesAnswer, {
            cases: events
              .filter((event) => event._tag === "CaseOpened")
              .map(({ atMs, case: of, title }) => {
                const own = events.filter((event) => event.case === of)
                const closed = own.findLast((event) => event._tag === "CaseClosed")
                return {
                  case: of,
                  title,
                  openedMs: atMs,
                  closedMs: closed?.atMs ?? null,
                  entries: own.length,
                }
              })
              .toReversed(),
          }),
        ),
    }),
    Route.make({
      ...reading,
      path: "/api/cases/:name",
      operation: "getCase",
      summary: "One investigation, oldest entry first",
      params: name,
      answers: { 200: json(CaseAnswer, "The case.") },
      problems: ["bad-request", "not-there", "log-unavailable"],
      handle: ({ params }) =>
        Effect.map(ofCase(params.name), (entries) =>
          Route.answer(CaseAnswer, { case: params.name, entries }),
        ),
    }),
    Route.make({
      ...reading,
      path: "/api/cases/:name/capsule",
      operation: "getCapsule",
      summary: "One investigation with its slice of the log, in one signed file",
      description: `What \`sigtwin open\` serves: the entries, whole batches of the log around what is pinned (each with its proof), the states before them and the policies. Keys are never in it; payloads stay sealed unless they are asked for. At most ${capsulePositionsMax} positions; \`sigtwin case capsule\` makes longer ones.`,
      params: name,
      query: {
        from: Parameter.optional(
          place(`First position; ${aroundDefault} before what is pinned where not given.`),
        ),
        to: Parameter.optional(
          place(`Last position; ${aroundDefault} behind what is pinned where not given.`),
        ),
        payloads: Parameter.withDefault(
          Parameter.choice("Also payloads in plain, as far as who asks may see them.", [
            "yes",
            "no",
          ]),
          "no",
        ),
      },
      answers: {
        200: { description: "The capsule.", contentType: "application/octet-stream" },
      },
      problems: ["bad-request", "not-there", "log-unavailable"],
      handle: ({ params, query }) =>
        Effect.gen(function* () {
          const entries = yield* ofCase(params.name)
          const slice = sliceOf(entries, { from: query.from, last: query.to })
          if (slice === undefined)
            return yield* Problem.make(
              "bad-request",
              "nothing is pinned in it: pin a position, or say from and to",
              { where: "query.from" },
            )
          if (slice.from >= slice.to || slice.to - slice.from > capsulePositionsMax)
            return yield* Problem.make(
              "bad-request",
              `positions ${slice.from} to ${slice.to - 1}: give 1 to ${capsulePositionsMax} of them, or take sigtwin case capsule`,
              { where: "query.to" },
            )
          const path = /^sqlite:(.+)$/.exec(log.info.url)?.[1]
          if (path === undefined) return yield* nowhere
          const key = yield* Effect.mapError(vault.logKey(false), () =>
            Problem.make("log-unavailable", "the keys beside this log cannot be read"),
          )
          if (key === undefined)
            return yield* Problem.make("not-there", "this log has no key to sign with yet")
          const viewer = yield* Viewer
          const payloadOf = (event: Event) =>
            query.payloads === "yes" && seesPayloadIn(viewer, event)
              ? payloadHexOf(vault, event)
              : undefined
          const made = yield* Effect.catchTag(
            twin.past(makeCapsule({ path, key, version, payloadOf }, slice, entries)),
            "CapsuleUnmade",
            ({ detail }) => Problem.make("bad-request", detail),
          )
          return HttpServerResponse.text(made.text, {
            contentType: "application/octet-stream",
            headers: { "content-disposition": `attachment; filename="${params.name}.capsule"` },
          })
        }),
    }),
    Route.withJson({
      ...writing,
      path: "/api/cases",
      operation: "openCase",
      summary: "Open an investigation",
      schema: OpenCase,
      bodyDescription: "Its name, and what it is about.",
      answers: { 201: json(AddedAnswer, "It is open.") },
      problems: [
        "bad-request",
        "conflict",
        "not-there",
        "log-unavailable",
        "too-large",
        "wrong-media-type",
      ],
      handle: ({ body }) =>
        Effect.gen(function* () {
          const of = body.case
          if ((yield* all).some((event) => event.case === of))
            return yield* Problem.make("conflict", `there is a case ${of} already`, {
              where: "body.case",
            })
          yield* add([{ _tag: "CaseOpened", ...(yield* now(of)), title: body.title ?? "" }])
          return added(of, 1)
        }),
    }),
    Route.withJson({
      ...writing,
      path: "/api/cases/:name/entries",
      operation: "addToCase",
      summary: "Add a note, a pinned instant, a bookmark, a filter or a finding",
      params: name,
      schema: AddToCase,
      bodyDescription: "What is added; `note` alone, or on what is pinned or bookmarked.",
      answers: { 201: json(AddedAnswer, "It is added.") },
      problems: ["bad-request", "not-there", "log-unavailable", "too-large", "wrong-media-type"],
      handle: ({ body, params }) =>
        Effect.gen(function* () {
          yield* ofCase(params.name)
          const entries = CaseFile.entriesOf(body, yield* now(params.name))
          if (entries.length === 0)
            return yield* Problem.make(
              "bad-request",
              "say what to add: note, pin, bookmark, filter or finding",
              { where: "body" },
            )
          yield* add(entries)
          return added(params.name, entries.length)
        }),
    }),
    Route.withJson({
      ...writing,
      path: "/api/cases/:name/close",
      operation: "closeCase",
      summary: "Close an investigation",
      params: name,
      schema: CloseCase,
      bodyDescription: "How it ended.",
      answers: { 201: json(AddedAnswer, "It is closed.") },
      problems: ["bad-request", "not-there", "log-unavailable", "too-large", "wrong-media-type"],
      handle: ({ body, params }) =>
        Effect.gen(function* () {
          yield* ofCase(params.name)
          yield* add([{ _tag: "CaseClosed", ...(yield* now(params.name)), text: body.note ?? "" }])
          return added(params.name, 1)
        }),
    }),
  ]
  return routes
})

const place = (about: string) =>
  Parameter.integer(about, { min: 0, max: Number.MAX_SAFE_INTEGER - 1 })

/** Who writes, when. */
const now = Effect.fnUntraced(function* (of: string) {
  const { name: by } = yield* Viewer
  return { case: of, atMs: yield* Clock.currentTimeMillis, by }
})

const added = (of: string, count: number) =>
  Route.answer(AddedAnswer, { case: of, added: count }, { status: 201 })

const nowhere = Problem.make(
  "not-there",
  "cases are kept beside a log in a file, and this log is in none",
)

const unusable = ({ detail }: CaseFile.CaseFileUnusable): Problem.Problem =>
  Problem.make("log-unavailable", detail)
