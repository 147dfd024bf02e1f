/** Why something is so: each derived fact with its rule, what was compared, and the events it rests on. */
import * as Effect from "effect/Effect"
import { EventLog } from "../../core/log/EventLog.ts"
import * as Anomaly from "../../projections/anomaly/Anomaly.ts"
import type { Finding } from "../../projections/anomaly/Finding.ts"
import * as Lookups from "../../projections/time/why/Lookups.ts"
import * as Why from "../../projections/time/why/why.ts"
import { whyFinding } from "../../projections/time/why/whyFinding.ts"
import { parseDeviceId, parseStationId } from "../../core/event/ids.ts"
import { type Subject, subjects, WhyAnswer, whyFactsMax } from "../api/Why.ts"
import { asOf } from "./asOf.ts"
import { idOf } from "./findings.ts"
import * as MessageName from "./MessageName.ts"
import * as Parameter from "./Parameter.ts"
import * as Problem from "./Problem.ts"
import type { Moment, Reading } from "./Reading.ts"
import * as Route from "./Route.ts"

interface Asked {
  readonly id: string
  readonly check: boolean
  readonly device: string | undefined
  readonly station: string | undefined
  readonly customer: string | undefined
}

export const make = (reading: Reading) =>
  Effect.map(EventLog, (log) => {
    const answerTo = (kind: Subject, asked: Asked, moment: Moment) =>
      Effect.gen(function* () {
        const lookups = Lookups.of(log)
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
    return [
      Route.make({
        method: "GET",
        path: "/api/why/:kind/:id",
        operation: "why",
        tag: "state",
        access: "api",
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
            const moment = yield* reading.momentOf(at, clock)
            const found = yield* answerTo(kind, { id, check: check === "yes", ...narrow }, moment)
            if (found === undefined)
              return yield* Problem.make("not-there", `there is no ${kind} ${id} at that instant`, {
                where: "path.id",
              })
            return Route.answer(WhyAnswer, {
              kind,
              id,
              position: moment.to - 1,
              fact: found.fact,
              reason: found.reason,
              facts: found.facts.slice(-whyFactsMax),
              rests: found.facts.length,
              refolded: found.refolded,
            })
          }),
      }),
    ]
  })

const wrongId = (form: string) =>
  Problem.make("bad-request", `id must be ${form}`, { where: "path.id" })

/** By its id, or by `KIND:ABOUT`: the list begins with the latest. */
const isNamed =
  (name: string) =>
  (finding: Finding): boolean =>
    idOf(finding) === name ||
    `${finding.kind}:${finding.device ?? finding.station ?? finding.area ?? ""}` === name
