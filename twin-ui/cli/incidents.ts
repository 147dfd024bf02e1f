/** `sigtwin incidents`: what happened that should not have, one line each, newest first. */
import * as Console from "effect/Console"
import * as Effect from "effect/Effect"
import * as Option from "effect/Option"
import * as Schema from "effect/Schema"
import { Command } from "effect/cli"
import { type IncidentLine, IncidentsAnswer, incidentsLimitMax } from "../api/Incidents.ts"
import * as Asker from "./Asker.ts"
import * as Flags from "./flags.ts"
import { formatTable } from "./formatTable.ts"
import * as Words from "./Words.ts"

export const incidents = Command.make(
  "incidents",
  {
    limit: Flags.limit(incidentsLimitMax, 20),
    at: Flags.at,
    clock: Flags.clock,
    log: Flags.log,
    server: Flags.server,
    json: Flags.json,
  },
  Effect.fn("cli.incidents")(function* (given) {
    const ask = yield* Asker.forReading(given)
    const json = yield* ask({
      path: "/api/incidents",
      query: {
        at: Option.getOrUndefined(given.at),
        clock: given.clock,
        limit: String(given.limit),
      },
    })
    if (given.json) return yield* Console.log(JSON.stringify(json))
    const { incidents: lines, total } = yield* Effect.orDie(decode(json))
    if (lines.length === 0) return yield* Console.log("no incidents")
    yield* Console.log(
      formatTable(
        ["began", "incident", "first cause", "at", "extent", "now"],
        lines.map(rowOf),
        new Set(["at"]),
      ),
    )
    if (total > lines.length)
      yield* Console.log(`${Words.number(total - lines.length)} earlier ones: --limit`)
  }, Effect.scoped),
).pipe(
  Command.withShortDescription("List incidents, one line each, newest first"),
  Command.withDescription(
    "List incidents, what began last first: findings, losses of trust, bursts of refusals, links down, outages of customers and stations. What overlaps and concerns the same thing is one line, with its first cause, its extent and how it stands.",
  ),
)

const rowOf = ({ cause, end, label, start, ...extent }: IncidentLine): ReadonlyArray<string> => [
  Words.instant(start.ms),
  extent.parts.length > 1 ? `${label} (+${extent.parts.length - 1})` : label,
  cause === undefined ? "" : `${cause.text} · ${cause.detail}`,
  String(cause?.position ?? start.position),
  [
    named(extent.devices, "device"),
    named(extent.stations, "station"),
    named(extent.customers, "customer"),
    named(extent.dataCentres, "data centre"),
    ...(extent.count > 1 ? [`${Words.number(extent.count)} times`] : []),
  ]
    .filter((part) => part !== "")
    .join(", "),
  end === undefined ? "goes on" : `over since ${Words.instant(end.ms)}`,
]

const named = (ids: ReadonlyArray<string>, one: string): string =>
  ids.length === 0 ? "" : ids.length === 1 ? `${one} ${ids[0]}` : Words.count(ids.length, one)

const decode = Schema.decodeUnknownEffect(IncidentsAnswer)
