/** Why something is so: each derived fact with its rule, what was compared, and the events it rests on. */
import * as Effect from "effect/Effect"
import type { Recorded } from "../../core/event/Envelope.ts"
import { EventLog } from "../../core/log/EventLog.ts"
import { fieldOf } from "../../core/log/matches.ts"
import * as Anomaly from "../../projections/anomaly/Anomaly.ts"
import type { Finding } from "../../projections/anomaly/Finding.ts"
import * as Lookups from "../../projections/time/why/Lookups.ts"
import * as Why from "../../projections/time/why/why.ts"
import { whyFinding } from "../../projections/time/why/whyFinding.ts"
import { parseDeviceId, parseStationId } from "../../core/event/ids.ts"
import { type Subject, subjects, WhyAnswer, whyFactsMax } from "../api/Why.ts"
import { asOf } from "./asOf.ts"
import { idOf, thingOf } from "./findings.ts"
import * as MessageName from "./MessageName.ts"
import * as Parameter from "./Parameter.ts"
import * as Problem from "./Problem.ts"
import type { Moment, Reading } from "./Reading.ts"
import * as Route from "./Route.ts"
import { shownTo } from "./shownTo.ts"
import * as Viewer from "./Viewer.ts"

interface Narrowing {
  readonly device: string | undefined
  readonly station: string | undefined
  readonly customer: string | undefined
}

interface Asked extends Narrowing {
  readonly id: string
  readonly check: boolean
}

export const make = (reading: Reading) =>
  Effect.map(EventLog, (log) => [
    Route.make({
      method: "GET",
      path: "/api/why/:kind/:id",
      operation: "why",
      tag: "state",
      access: "api",
      filtered: true,
      summary: "Why something is so, followed to the first facts",
      description:
        "A verdict or delivery by its message (`DEVICE:SEQ@EPOCH`), a device's counter, a station's trust, a finding (its id, or `KIND:ABOUT` for the latest), a count (`refused`, `refused.wrong-mac`, `delivered` …; `device`, `station` or `customer` narrow it), an event by its position. Each reason names its rule and version, what was compared, and positions.",
      params: {
        kind: Parameter.choice("What it is.", subjects),
        id: Parameter.line("Its id."),
      },
      query: {
        ...asOf,
        check: Parameter.withDefault(
          Parameter.choice("Also fold a finding's facts again, which reads much.", ["yes", "no"]),
          "no",
        ),
        device: Parameter.optional(Parameter.device),
        station: Parameter.optional(Parameter.station),
        customer: Parameter.optional(Parameter.id("Customer.")),
      },
      answers: {
        200: { description: "The reasons.", contentType: "application/json", schema: WhyAnswer },
      },
      problems: ["bad-request", "not-there", "log-unavailable", "projection-stopped"],
      handle: ({ params: { id, kind }, query: { at, check, clock, ...narrow } }) =>
        Effect.gen(function* () {
          const viewer = yield* Viewer.Viewer
          const moment = yield* reading.momentOf(at, clock)
          const asked = { id, check: check === "yes", ...narrow }
          if (kind === "count" && !mayCount(viewer, narrow))
            return yield* Viewer.outOfScope(
              `${viewer.name} may count what is about a device or customer that it sees: name one`,
            )
          const all = Lookups.of(log)
          const lookups = viewer.whole ? all : own(viewer, all)
          const found = (yield* sees(reading, viewer, lookups, kind, id, moment))
            ? yield* answerTo(reading, lookups, kind, asked, moment)
            : undefined
          if (found === undefined)
            return yield* Problem.make("not-there", `there is no ${kind} ${id} at that instant`, {
              where: "path.id",
            })
          const latest = found.facts.slice(-whyFactsMax)
          const shown = viewer.whole
            ? { reason: found.reason, facts: latest }
            : yield* shownTo(viewer, lookups, found.reason, latest)
          return Route.answer(WhyAnswer, {
            kind,
            id,
            position: moment.to - 1,
            fact: found.fact,
            ...shown,
            rests: found.facts.length,
            refolded: found.refolded,
          })
        }),
    }),
  ])

/** Whether they see all that a count is narrowed to. */
const mayCount = (viewer: Viewer.Viewer, { customer, device, station }: Narrowing): boolean => {
  const things: ReadonlyArray<Viewer.Thing> = [
    ...(device === undefined ? [] : [{ device }]),
    ...(customer === undefined ? [] : [{ customer }]),
    // What a station heard of one device is its owner's to know.
    ...(device === undefined && customer === undefined && station !== undefined
      ? [{ station }]
      : []),
  ]
  return things.length === 0
    ? viewer.mayOn("read", "network")
    : things.every((thing) => viewer.mayOn("read", thing))
}

/** Lists without what is not theirs: a device may have been another customer's once. */
const own = (viewer: Viewer.Viewer, lookups: Lookups.Lookups): Lookups.Lookups => {
  const isSeen = (recorded: Recorded) =>
    fieldOf(recorded.event, "customer") === undefined || Viewer.seesEvent(viewer, recorded)
  return {
    ...lookups,
    newest: (filter, limit) =>
      Effect.map(lookups.newest(filter, limit), (found) => found.filter(isSeen)),
    until: (filter, limit, isEnough) =>
      Effect.map(
        lookups.until(filter, limit, (recorded) => isSeen(recorded) && isEnough(recorded)),
        (found) => found.filter(isSeen),
      ),
  }
}

const answerTo = (
  reading: Reading,
  lookups: Lookups.Lookups,
  kind: Subject,
  asked: Asked,
  moment: Moment,
) =>
  Effect.gen(function* () {
    const { to } = moment
    switch (kind) {
      case "message":
      case "delivery": {
        const message = MessageName.read(asked.id)?.numbered
        if (message === undefined) return yield* wrongId("DEVICE:SEQ or DEVICE:SEQ@EPOCH")
        return kind === "message"
          ? yield* Why.whyMessage(lookups, message, to)
          : yield* Why.whyDelivery(lookups, message, to)
      }
      case "device":
        return yield* Why.whyDevice(lookups, parseDeviceId(asked.id) ?? asked.id, to)
      case "station":
        return yield* Why.whyStation(lookups, parseStationId(asked.id) ?? asked.id, to)
      case "event":
        if (!/^\d{1,15}$/.test(asked.id) || Number(asked.id) >= to)
          return yield* wrongId(`a position below ${to}`)
        return yield* Why.whyEvent(lookups, Number(asked.id))
      case "count": {
        const { customer, device, station } = asked
        if (!Why.countables.includes(asked.id.split(".")[0]))
          return yield* wrongId(`${Why.countables.join(", ")}, or refused.REASON`)
        const of = {
          ...(device === undefined ? {} : { device }),
          ...(station === undefined ? {} : { station }),
          ...(customer === undefined ? {} : { customer }),
        }
        return yield* Why.whyCount(lookups, asked.id, of, to)
      }
      case "finding": {
        const state = yield* reading.state(Anomaly.projection, moment)
        const found = Anomaly.findings(state).find(isNamed(asked.id))
        if (found === undefined) return undefined
        return yield* whyFinding(lookups, found, to, asked.check)
      }
    }
  })

/** Whether what is asked about is theirs to see, if it is there at all. */
const sees = (
  reading: Reading,
  viewer: Viewer.Viewer,
  lookups: Lookups.Lookups,
  kind: Subject,
  id: string,
  moment: Moment,
) =>
  Effect.gen(function* () {
    if (viewer.whole) return true
    switch (kind) {
      case "message":
      case "delivery": {
        const device = MessageName.read(id)?.numbered?.device
        return device === undefined || viewer.mayOn("read", { device })
      }
      case "device":
        return viewer.mayOn("read", { device: parseDeviceId(id) ?? id })
      case "station":
        return viewer.mayOn("read", { station: parseStationId(id) ?? id })
      case "event": {
        const isPosition = /^\d{1,15}$/.test(id) && Number(id) < moment.to
        const recorded = isPosition ? yield* lookups.event(Number(id)) : undefined
        return recorded === undefined || Viewer.seesEvent(viewer, recorded)
      }
      case "finding": {
        const state = yield* reading.state(Anomaly.projection, moment)
        const found = Anomaly.findings(state).find(isNamed(id))
        return found === undefined || viewer.mayOn("read", thingOf(found))
      }
      case "count":
        return true
    }
  })

const wrongId = (form: string) =>
  Problem.make("bad-request", `id must be ${form}`, { where: "path.id" })

/** By its id, or by `KIND:ABOUT`: the list begins with the latest. */
const isNamed =
  (name: string) =>
  (finding: Finding): boolean =>
    idOf(finding) === name ||
    `${finding.kind}:${finding.device ?? finding.station ?? finding.area ?? ""}` === name
