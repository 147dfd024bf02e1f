/** What would have been under another policy, another threshold, or without some stations' receptions. */
import * as Effect from "effect/Effect"
import * as Schema from "effect/Schema"
import type { Target } from "../../core/decide/Firewall.ts"
import { CustomerId, GroupId, parseDeviceId, parseStationId } from "../../core/event/ids.ts"
import { type Policy, policyDefault } from "../../core/event/policy.ts"
import { EventLog } from "../../core/log/EventLog.ts"
import { rulesWith, thresholdsDefault } from "../../projections/anomaly/rules/thresholds.ts"
import * as Adopted from "../../projections/policy/Adopted.ts"
import { Twin } from "../../projections/run/Twin.ts"
import * as Supposition from "../../projections/time/Supposition.ts"
import { type FindingDifference, whatIf } from "../../projections/time/whatIf.ts"
import { whyWould } from "../../projections/time/whyWould.ts"
import * as Lookups from "../../projections/time/why/Lookups.ts"
import { whyVerdict } from "../../projections/time/why/whyVerdict.ts"
import { differencesLimitDefault, differencesLimitMax, WhatIfAnswer } from "../api/WhatIf.ts"
import * as At from "./At.ts"
import { asOf } from "./asOf.ts"
import * as Findings from "./findings.ts"
import * as Parameter from "./Parameter.ts"
import * as Problem from "./Problem.ts"
import type { Moment, Reading } from "./Reading.ts"
import * as Route from "./Route.ts"

const whole = (description: string, max: number) =>
  Parameter.optional(Parameter.integer(description, { min: 0, max }))

/** Settings of a policy that can be supposed to be others. */
const settings = {
  counterRule: Parameter.optional(Parameter.choice("The counter rule.", ["rule-1", "rule-2"])),
  contractPerDay: whole("Uplinks a day where a registration says nothing.", 1_000_000),
  unstatedBand: Parameter.optional(
    Parameter.choice("Gaps that rule 1 says nothing of.", ["accept", "refuse"]),
  ),
  afterError: Parameter.optional(
    Parameter.choice("After a number out of sequence.", ["until-acceptable", "until-disengage"]),
  ),
  tallyWindowMs: whole("Receptions of one message are expected within it, ms.", 86_400_000),
  untrustedStations: Parameter.optional(
    Parameter.choice("What a station that lost trust contributes.", ["refuse", "flag"]),
  ),
  shedding: Parameter.optional(
    Parameter.choice("What is done about those who send more than is permitted.", [
      "off",
      "detect",
      "throttle",
      "block",
    ]),
  ),
  stationPerMinute: whole("Messages a minute by way of one station; 0: any.", 10_000_000),
  customerPerMinute: whole("Messages a minute of one customer's devices; 0: any.", 10_000_000),
  blockAfterShed: whole("Messages shed in ten minutes that block.", 10_000_000),
}

export const make = (reading: Reading) =>
  Effect.gen(function* () {
    const log = yield* EventLog
    const twin = yield* Twin

    return [
      Route.make({
        method: "GET",
        path: "/api/what-if",
        operation: "whatIf",
        tag: "state",
        access: "api",
        whole: "every reception of the log is decided on again",
        summary: "What would have been under another policy or threshold, or without some stations",
        description:
          "Every recorded reception is decided on again by the same rules, with its checks as they were recorded. Nothing is written. Outcomes of deliveries that were never made are not made up.",
        query: {
          policy: whole("The version of a policy that was adopted.", Number.MAX_SAFE_INTEGER),
          ...settings,
          without: Parameter.optional(
            Parameter.names("Leave out the receptions of these stations, divided by commas."),
          ),
          block: Parameter.optional(
            Parameter.names(
              "Block these from `from` on, divided by commas: `station/ID`, `device/ID`, `customer/ID` or `group/ID`.",
            ),
          ),
          tries: whole("Wrong MACs that make a MAC guessing.", 1_000_000),
          jump: whole("Numbers left out that make a desync.", 4_096),
          from: Parameter.optional(
            At.parameter("From this position or instant on; the beginning."),
          ),
          to: Parameter.optional(At.parameter("Up to and with this; now when not given.")),
          clock: asOf.clock,
          limit: Parameter.withDefault(
            Parameter.integer("Differences listed of each kind.", {
              min: 0,
              max: differencesLimitMax,
            }),
            differencesLimitDefault,
          ),
        },
        answers: {
          200: {
            description: "What differs.",
            contentType: "application/json",
            schema: WhatIfAnswer,
          },
        },
        problems: ["bad-request", "not-there", "log-unavailable", "projection-stopped"],
        handle: ({ query }) =>
          Effect.gen(function* () {
            const { block, clock, from, jump, limit, policy: version, to, tries, without } = query
            const end = yield* reading.momentOf(to, clock)
            const changes = given({
              counterRule: query.counterRule,
              contractPerDay: query.contractPerDay,
              unstatedBand: query.unstatedBand,
              afterError: query.afterError,
              tallyWindowMs: query.tallyWindowMs,
              untrustedStations: query.untrustedStations,
              shedding: query.shedding,
              stationPerMinute: query.stationPerMinute,
              customerPerMinute: query.customerPerMinute,
              blockAfterShed: query.blockAfterShed,
            })
            const policy = yield* policyOf(reading, version, changes, end)
            const stations = (without ?? "")
              .split(",")
              .flatMap((name) => (name === "" ? [] : [parseStationId(name) ?? name]))
            const blocks = (block ?? "").split(",").filter((name) => name !== "")
            const targets = blocks.map(targetOf).filter((target) => target !== undefined)
            if (targets.length < blocks.length)
              return yield* Problem.make(
                "bad-request",
                "block must name station/ID, device/ID, customer/ID or group/ID",
                { where: "query.block" },
              )
            const thresholds = given({ macGuessingTries: tries, desyncJump: jump })
            const said = [
              ...(version === undefined ? [] : [`policy ${version}`]),
              ...Object.entries({ ...changes, ...thresholds }).map(
                ([name, value]) => `${name} ${String(value)}`,
              ),
              ...(stations.length === 0 ? [] : [`without ${stations.join(", ")}`]),
              ...(blocks.length === 0 ? [] : [`${blocks.join(", ")} blocked`]),
            ]
            if (said.length === 0)
              return yield* Problem.make("bad-request", "say what to suppose", {
                where: "query",
                more: {
                  allowed: [
                    "policy",
                    ...Object.keys(settings),
                    "without",
                    "block",
                    "tries",
                    "jump",
                  ],
                },
              })
            const start =
              from === undefined
                ? 0
                : from._tag === "Position"
                  ? from.position
                  : (yield* reading.momentOf(from, clock)).to
            const answer = yield* twin.past(
              whatIf(
                {
                  from: start,
                  policy,
                  without: new Set(stations),
                  blocks: targets,
                  rules: rulesWith({ ...thresholdsDefault, ...thresholds }),
                },
                end.to,
              ),
            )
            const { found } = answer
            const lookups = Lookups.of(log)
            const verdicts: Array<WhatIfAnswer["verdicts"][number]> = []
            for (const { device, firstAt, seq, was, would } of found.verdicts.slice(0, limit))
              verdicts.push({
                message: `${device}:${seq}`,
                position: firstAt,
                was: Supposition.labelOf(was?.event),
                would: Supposition.labelOf(would?.verdict),
                ...(was === undefined ? {} : { whyWas: (yield* whyVerdict(lookups, was)).reason }),
                ...(would === undefined ? {} : { whyWould: whyWould(would) }),
              })
            return Route.answer(WhatIfAnswer, {
              supposed: said.join(", "),
              from: answer.from,
              to: answer.to,
              messages: found.messages,
              leftOut: found.leftOut,
              changed: [...found.changes.values()].reduce((sum, n) => sum + n, 0),
              changes: [...found.changes]
                .map(([change, count]) => ({ change, count }))
                .toSorted((a, b) => b.count - a.count),
              verdicts,
              deliveriesLost: found.deliveriesLost,
              deliveriesGained: found.deliveriesGained,
              deliveries: found.deliveries.slice(0, limit).map(deliveryOf),
              findings: answer.findings.slice(0, limit).map(findingOf),
            })
          }),
      }),
    ]
  })

/** The policy supposed: that of a version, or the one that holds, with what is given changed. */
const policyOf = (
  reading: Reading,
  version: number | undefined,
  changes: Partial<Policy>,
  moment: Moment,
): Effect.Effect<Policy | undefined, Problem.Failure> =>
  Effect.gen(function* () {
    if (version === undefined && Object.keys(changes).length === 0) return undefined
    const adopted = yield* reading.state(Adopted.projection, moment)
    const base =
      version === undefined ? Adopted.current(adopted) : Adopted.ofVersion(adopted, version)
    if (base === undefined)
      return yield* Problem.make("not-there", `there is no policy ${version}`, {
        where: "query.policy",
      })
    return { ...policyDefault, ...base.policy, ...changes }
  })

/** Reads `station/BS-0001`. */
const targetOf = (name: string): Target | undefined => {
  const [, kind, id] = /^(station|device|customer|group)\/(.+)$/.exec(name) ?? []
  if (kind === undefined || id === undefined) return undefined
  const [device, station] = [parseDeviceId(id), parseStationId(id)]
  if (kind === "device") return device === undefined ? undefined : { device }
  if (kind === "station") return station === undefined ? undefined : { station }
  if (kind === "customer") return isCustomer(id) ? { customer: id } : undefined
  return isGroup(id) ? { group: id } : undefined
}

const isCustomer = Schema.is(CustomerId)
const isGroup = Schema.is(GroupId)

const deliveryOf = ({
  change,
  destination,
  firstAt,
  message,
}: Supposition.DeliveryDifference): WhatIfAnswer["deliveries"][number] => ({
  message,
  destination,
  change,
  position: firstAt,
})

const findingOf = ({
  change,
  was,
  would,
}: FindingDifference): WhatIfAnswer["findings"][number] => ({
  change,
  ...(was === undefined ? {} : { was: Findings.rowOf(was) }),
  ...(would === undefined ? {} : { would: Findings.rowOf(would) }),
})

/** Those that were given. */
const given = <Values extends object>(
  values: Values,
): { [Name in keyof Values]?: Exclude<Values[Name], undefined> } =>
  // What is undefined is taken out.
  Object.fromEntries(Object.entries(values).filter(([, value]) => value !== undefined)) as {
    [Name in keyof Values]?: Exclude<Values[Name], undefined>
  }
