/** Whether a station was attested on a day, and what stations are measured by. */
import * as Clock from "effect/Clock"
import * as Effect from "effect/Effect"
import * as Instant from "../../core/kernel/Instant.ts"
import { attestedIn, type Span } from "../../projections/integrity/attestedIn.ts"
import * as Integrity from "../../projections/integrity/Integrity.ts"
import { AttestedAnswer, EndorsementsAnswer } from "../api/Integrity.ts"
import { asOf } from "./asOf.ts"
import * as Parameter from "./Parameter.ts"
import * as Problem from "./Problem.ts"
import type { Reading } from "./Reading.ts"
import * as Route from "./Route.ts"

/** Events about one station that the question about a day reads at most. */
export const eventsMax = 100_000

const about = {
  method: "GET",
  tag: "state",
  access: "api",
  problems: ["bad-request", "not-there", "log-unavailable", "projection-stopped"],
} as const

const json = (schema: NonNullable<Route.Answer["schema"]>, description: string) => ({
  200: { description, contentType: "application/json", schema },
})

export const make = (reading: Reading) => {
  const attested = Route.make({
    ...about,
    path: "/api/stations/:id/attested",
    operation: "getAttested",
    whole: "stations belong to the network",
    summary: "Say whether a station was fully attested on a day, or at an instant",
    params: { id: Parameter.station },
    query: {
      on: Parameter.optional(dayParameter),
      ...asOf,
      lastMs: Parameter.optional(
        Parameter.integer("In place of `on`: so many ms up to the instant `at`.", {
          min: 1,
          max: stretchMax,
        }),
      ),
    },
    answers: json(AttestedAnswer, "Yes or no, and how it stood when."),
    handle: ({ params: { id }, query }) =>
      Effect.gen(function* () {
        const nowMs = yield* Clock.currentTimeMillis
        const asked =
          query.on ??
          (query.lastMs === undefined
            ? undefined
            : before((yield* reading.momentOf(query.at, query.clock)).occurredMs, query.lastMs))
        if (asked === undefined)
          return yield* Problem.make("bad-request", "say a day as on, or how long as lastMs", {
            where: "query.on",
          })
        const { fromMs } = asked
        if (fromMs > nowMs)
          return yield* Problem.make("bad-request", "that is yet to come", { where: "query.on" })
        const toMs = Math.min(asked.toMs, nowMs)
        const began = yield* reading.momentOf({ _tag: "Instant", ms: fromMs }, "occurred")
        const state = yield* reading.state(Integrity.projection, began)
        const after = yield* reading.momentOf({ _tag: "Instant", ms: toMs }, "occurred")
        const known = Integrity.find(state, id)
        const events = yield* reading.newest(
          { station: id, kinds, from: began.to, to: after.to },
          eventsMax,
        )
        if (known === undefined)
          yield* stationAt(yield* reading.state(Integrity.projection, after), id)
        const policies = yield* reading.newest(
          { kinds: ["PolicyAdopted"], from: began.to, to: after.to },
          eventsMax,
        )
        const start = {
          attested: known?.attested ?? null,
          isTrustLost: known?.trust === "lost",
          evidenceStaleMs: state.evidenceStaleMs,
        }
        const inOrder = [...events, ...policies].toSorted((a, b) => a.position - b.position)
        const spans = attestedIn(start, inOrder, { fromMs, toMs })
        const isAttested = spans.every(({ standing }) => standing === "attested")
        return Route.answer(AttestedAnswer, {
          station: id,
          fromMs,
          toMs,
          attested: isAttested,
          answer: sentence(id, isAttested, spans, toMs < asked.toMs),
          spans: spans.map(({ at, fromMs: beganMs, standing, toMs: endedMs }) => ({
            standing,
            fromMs: beganMs,
            toMs: endedMs,
            position: at,
          })),
        })
      }),
  })

  const endorsements = Route.make({
    ...about,
    path: "/api/endorsements",
    operation: "listEndorsements",
    whole: "what stations are measured by belongs to the network",
    summary: "What stations are measured by: trusted roots, and reference values",
    query: asOf,
    answers: json(EndorsementsAnswer, "Roots and reference values."),
    handle: ({ query }) =>
      Effect.gen(function* () {
        const moment = yield* reading.momentOf(query.at, query.clock)
        const state = yield* reading.state(Integrity.projection, moment)
        const { published, roots, superseded } = state.endorsements
        const told = (isSuperseded: boolean) =>
          [...(isSuperseded ? superseded : published).values()].map(
            ({ at, ms, stations, values }) => ({
              id: values.id,
              superseded: isSuperseded,
              stations,
              position: at,
              publishedMs: ms,
              values,
            }),
          )
        return Route.answer(EndorsementsAnswer, {
          position: moment.to - 1,
          roots: [...roots].map(([fingerprint, { at, role, subject }]) => ({
            fingerprint,
            subject,
            role,
            position: at,
          })),
          references: [...told(false), ...told(true)].toSorted((a, b) => b.position - a.position),
        })
      }),
  })

  return [attested, endorsements]
}

const stationAt = (
  state: Integrity.State,
  id: string,
): Effect.Effect<Integrity.Station, Problem.Problem> => {
  const found = Integrity.find(state, id)
  return found === undefined
    ? Effect.fail(
        Problem.make("not-there", `there is no station ${id} at that instant`, {
          where: "path.id",
        }),
      )
    : Effect.succeed(found)
}

/** What changes how a station stands. */
const kinds = [
  "StationTpmEnrolled",
  "ChallengeIssued",
  "EvidenceAppraised",
  "StationTrustLost",
  "StationTrustRestored",
  "ReferenceValuesAdopted",
  "StationFellSilent",
  "StationBootRefused",
  "StationRetired",
]

const dayMs = 86_400_000
/** Longest stretch that can be asked about by its length. */
const stretchMax = 3_660 * dayMs

const before = (toMs: number, lengthMs: number) => ({ fromMs: Math.max(0, toMs - lengthMs), toMs })

/** A day stands for all of it; an instant for itself. */
const dayParameter = Parameter.of(
  "A day (`2026-03-01`, UTC) or an instant.",
  "a day as 2026-03-01, or an instant in ISO 8601",
  { type: "string", examples: ["2026-03-01", "2026-03-01T12:00:00Z"] },
  (text) => {
    const fromMs = Instant.parse(text)
    if (fromMs === undefined) return undefined
    const isDay = /^\d{4}-\d{2}-\d{2}$/.test(text)
    return { fromMs, toMs: isDay ? fromMs + dayMs - 1 : fromMs }
  },
)

const sentence = (
  id: string,
  isAttested: boolean,
  spans: ReadonlyArray<Span>,
  isCut: boolean,
): string => {
  const soFar = isCut ? " so far" : ""
  if (isAttested) return `Yes: ${id} was attested all the time${soFar}.`
  const first = spans.find(({ standing }) => standing !== "attested")
  return first === undefined
    ? `No: nothing is known of ${id}.`
    : `No: ${id} was ${first.standing} from ${Instant.toIso(first.fromMs)}${spans.length > 1 ? `, and stood in ${spans.length} ways${soFar}` : ""}.`
}
