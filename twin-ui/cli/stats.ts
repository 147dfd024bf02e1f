/** `sigtwin stats`: counts over the whole log. */
import * as Console from "effect/Console"
import * as Effect from "effect/Effect"
import * as Option from "effect/Option"
import * as Schema from "effect/Schema"
import { Command } from "effect/cli"
import { StatsAnswer } from "../api/Stats.ts"
import * as Asker from "./Asker.ts"
import * as Flags from "./flags.ts"
import { formatTable } from "./formatTable.ts"
import * as Words from "./Words.ts"

export const stats = Command.make(
  "stats",
  { at: Flags.at, clock: Flags.clock, log: Flags.log, server: Flags.server, json: Flags.json },
  Effect.fn("cli.stats")(function* (given) {
    const ask = yield* Asker.forReading(given)
    const answer = yield* ask({
      path: "/api/stats",
      query: { at: Option.getOrUndefined(given.at), clock: given.clock },
    })
    yield* Console.log(
      given.json ? JSON.stringify(answer) : textOf(yield* Effect.orDie(decode(answer))),
    )
  }, Effect.scoped),
).pipe(
  Command.withShortDescription("Count what is in the log"),
  Command.withDescription(
    "Count what is in the log: events, receptions, messages, devices, stations, deliveries, and from when to when.",
  ),
)

const decode = Schema.decodeUnknownEffect(StatsAnswer)

const textOf = (answer: StatsAnswer): string => {
  const rows: ReadonlyArray<readonly [string, string]> = [
    ["log", `${answer.log ?? "hidden"}${answer.demo ? " (a demo plays into it)" : ""}`],
    ["events", eventsOf(answer.events)],
    ["receptions", Words.number(answer.receptions)],
    [
      "messages",
      `${Words.number(answer.accepted)} accepted, ${Words.number(answer.refused)} refused, ${Words.number(answer.reported)} reported`,
    ],
    ["devices", Words.number(answer.devices)],
    ["stations", answer.stations === null ? "hidden" : Words.number(answer.stations)],
    ["customers", Words.number(answer.customers)],
    [
      "deliveries",
      `${Words.number(answer.delivered)} delivered, ${Words.number(answer.pending)} pending, ${Words.number(answer.abandoned)} given up`,
    ],
    ...(["occurred", "recorded"] as const).map(
      (clock) =>
        [clock, answer.hidden?.includes(clock) ? "hidden" : spanOf(answer[clock])] as const,
    ),
  ]
  return formatTable(["what", "how much"], rows)
}

const eventsOf = (events: number | null): string => {
  if (events === null) return "hidden"
  return events === 0 ? "0" : `${Words.number(events)} (positions 0 to ${events - 1})`
}

const spanOf = (span: StatsAnswer["occurred"]): string =>
  span === null ? "" : `${Words.instant(span.firstMs)} to ${Words.instant(span.lastMs)}`
