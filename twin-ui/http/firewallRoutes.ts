/** What is blocked, now or then, and what a block would do. Blocking itself is a command. */
import * as Effect from "effect/Effect"
import * as Stream from "effect/Stream"
import type * as Decided from "../../core/decide/Firewall.ts"
import { EventLog } from "../../core/log/EventLog.ts"
import * as Accounts from "../../projections/access/Accounts.ts"
import * as Device from "../../projections/device/Device.ts"
import * as Firewall from "../../projections/firewall/Firewall.ts"
import * as WouldRefuse from "../../projections/firewall/wouldRefuse.ts"
import * as Adopted from "../../projections/policy/Adopted.ts"
import { DryRunAnswer, FirewallAnswer, hitListedMax } from "../api/Firewall.ts"
import { asOf, now } from "./asOf.ts"
import * as Parameter from "./Parameter.ts"
import * as Problem from "./Problem.ts"
import type { Reading } from "./Reading.ts"
import * as Route from "./Route.ts"
import * as Viewer from "./Viewer.ts"

/** How far back a dry run looks, and how many events it looks at: the latest of them. */
export const dryRunMs = 86_400_000
export const dryRunEventsMax = 5_000_000

export const make = (reading: Reading) =>
  Effect.map(EventLog, (log): ReadonlyArray<Route.Route> => {
    const list = Route.make({
      method: "GET",
      path: "/api/firewall",
      operation: "getFirewall",
      tag: "state",
      access: "api",
      filtered: true,
      summary: "What is blocked, by whom, why and until when, and what was",
      query: asOf,
      answers: {
        200: { description: "Blocks.", contentType: "application/json", schema: FirewallAnswer },
      },
      problems: ["bad-request", "log-unavailable", "projection-stopped"],
      handle: ({ query }) =>
        Effect.gen(function* () {
          const viewer = yield* Viewer.Viewer
          const moment = yield* reading.momentOf(query.at, query.clock)
          const state = yield* reading.state(Firewall.projection, moment)
          const isSeen = ({ target }: Firewall.Block): boolean =>
            viewer.mayOn("read", thingOf(target))
          const blocks = Firewall.list(state).filter(isSeen).map(rowOf)
          return Route.answer(FirewallAnswer, {
            position: moment.to - 1,
            refused: viewer.whole
              ? state.refused
              : blocks.reduce((sum, { refused }) => sum + refused, 0),
            blocks,
            lifted: state.lifted.filter(isSeen).toReversed().map(rowOf),
          })
        }),
    })

    const dryRun = Route.make({
      method: "GET",
      path: "/api/firewall/dry-run",
      operation: "tryBlock",
      tag: "state",
      access: "api",
      right: "block",
      filtered: true,
      summary: "What a block would have refused of the last day's traffic",
      description:
        "Name one station, device, customer or group. Judged on the 24 hours before the newest reception, by the sources' clocks; nothing is changed.",
      query: {
        station: Parameter.optional(Parameter.station),
        device: Parameter.optional(Parameter.device),
        customer: Parameter.optional(Parameter.id("Customer.")),
        group: Parameter.optional(Parameter.name("Group.")),
      },
      answers: {
        200: {
          description: "What it would do.",
          contentType: "application/json",
          schema: DryRunAnswer,
        },
      },
      problems: ["bad-request", "log-unavailable", "projection-stopped"],
      handle: ({ query }) =>
        Effect.gen(function* () {
          const named = Object.entries(query).filter(([, value]) => value !== undefined)
          if (named.length !== 1)
            return yield* Problem.make(
              "bad-request",
              "name one station, device, customer or group",
              { where: "query" },
            )
          // Its members were read by the parameters of the ids.
          const target = Object.fromEntries(named) as Decided.Target
          const viewer = yield* Viewer.Viewer
          if (!viewer.mayOn("block", thingOf(target)))
            return yield* Viewer.outOfScope(`${viewer.name} may not block this`)
          const live = yield* reading.momentOf(now.at, now.clock)
          // What was registered when says nothing of when there was traffic.
          const [newest] = yield* reading.newest({ kinds: ["FrameHeard", "MessageAccepted"] }, 1)
          const { devices } = yield* reading.state(Device.projection, live)
          const { groups } = yield* reading.state(Accounts.projection, live)
          const policies = yield* reading.state(Adopted.projection, live)
          const toMs = newest?.occurredMs ?? 0
          const dayMs = Math.max(0, toMs - dryRunMs)
          const day = yield* reading.momentOf({ _tag: "Instant", ms: dayMs }, "occurred")
          const from = Math.max(day.to, live.to - dryRunEventsMax)
          const trial = WouldRefuse.start({
            target,
            groups,
            tallyWindowMs: Adopted.current(policies).policy.tallyWindowMs,
            ownerOf: (device) => {
              const registration = devices.get(device)?.registration
              return registration == null
                ? undefined
                : {
                    customer: registration.customer ?? undefined,
                    group: registration.group ?? undefined,
                  }
            },
          })
          let fromMs = from === day.to ? dayMs : toMs
          yield* Stream.runForEach(log.read(from, live.to), (batch) =>
            Effect.sync(() => {
              for (const recorded of batch) trial.take(recorded)
              if (from !== day.to) fromMs = Math.min(fromMs, batch[0].occurredMs)
            }),
          )
          trial.end()
          return Route.answer(DryRunAnswer, {
            ...target,
            fromMs,
            toMs,
            events: live.to - from,
            ...effectOf(trial.effect),
          })
        }),
    })

    return [list, dryRun]
  })

/** What a block is about, for who may see it. Groups are the network's own. */
export const thingOf = ({ customer, device, station }: Decided.Target): Viewer.Thing => {
  if (station !== undefined) return { station }
  if (device !== undefined) return { device }
  return customer === undefined ? "network" : { customer }
}

const rowOf = <B extends Firewall.Block>({ at, target, ...rest }: B) => ({
  ...target,
  ...rest,
  position: at,
})

const effectOf = ({
  accepted,
  customers,
  devices,
  heardByOthers,
  refused,
}: WouldRefuse.Effect) => ({
  accepted,
  refused,
  heardByOthers,
  devicesHit: devices.size,
  devices: [...devices]
    .map(([device, messages]) => ({ device, messages }))
    .toSorted((a, b) => b.messages - a.messages || (a.device < b.device ? -1 : 1))
    .slice(0, hitListedMax),
  customers: [...customers]
    .map(([customer, hit]) => ({ customer, messages: hit.messages, devices: hit.devices.size }))
    .toSorted((a, b) => b.messages - a.messages || (a.customer < b.customer ? -1 : 1))
    .slice(0, hitListedMax),
})
