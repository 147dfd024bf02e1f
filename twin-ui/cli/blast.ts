/** `sigtwin blast STATION`: the messages whose acceptance rested on a station alone. */
import * as Console from "effect/Console"
import * as Effect from "effect/Effect"
import * as Option from "effect/Option"
import * as Schema from "effect/Schema"
import { Argument, Command, Flag } from "effect/cli"
import { BlastAnswer } from "../api/Integrity.ts"
import * as Asker from "./Asker.ts"
import * as Flags from "./flags.ts"
import { formatTable } from "./formatTable.ts"
import * as Words from "./Words.ts"

/** Rows shown to people of each list; `--json` has all that the answer has. */
const shownMax = 20

export const blast = Command.make(
  "blast",
  {
    station: Argument.String("STATION").pipe(Argument.withDescription("The station, as BS-0003")),
    since: Flag.String("since").pipe(
      Flag.withMetavar("POSITION|INSTANT"),
      Flag.withDescription("From there on, instead of since its trust was last good"),
      Flag.optional,
    ),
    at: Flags.at,
    clock: Flags.clock,
    log: Flags.log,
    server: Flags.server,
    json: Flags.json,
  },
  Effect.fn("cli.blast")(function* (given) {
    const ask = yield* Asker.forReading(given)
    const answer = yield* ask({
      path: `/api/stations/${encodeURIComponent(given.station)}/blast`,
      query: {
        since: Option.getOrUndefined(given.since),
        at: Option.getOrUndefined(given.at),
        clock: given.clock,
      },
    })
    yield* Console.log(
      given.json ? JSON.stringify(answer) : textOf(yield* Effect.orDie(decode(answer))),
    )
  }, Effect.scoped),
).pipe(
  Command.withShortDescription("List the messages that rest on one station alone"),
  Command.withDescription(
    "List the accepted messages that no other trusted station heard, since the station's trust was last good: what falls with it if it was tampered with.",
  ),
)

const decode = Schema.decodeUnknownEffect(BlastAnswer)

const textOf = (answer: BlastAnswer): string => {
  const from =
    answer.from < 0
      ? "since the log began"
      : `since ${Words.instant(answer.fromMs)} [${answer.from}]${answer.since === "last good" ? ", when its trust was last good" : ""}`
  const head = `${Words.count(answer.count, "accepted message")} rested on ${answer.station} alone ${from}, until ${Words.instant(answer.occurredMs)} [${answer.position}]`
  if (answer.count === 0) return head
  return [
    head,
    "",
    shares("customer", answer.customers),
    "",
    shares("device", answer.devices),
    "",
    formatTable(
      ["position", "message", "device", "customer"],
      answer.messages
        .slice(0, shownMax)
        .map(({ customer, device, message, position }) => [
          String(position),
          message,
          device,
          customer ?? "",
        ]),
      new Set(["position"]),
    ),
    ...(answer.count > shownMax ? [`and ${answer.count - shownMax} more; --json lists them`] : []),
  ].join("\n")
}

const shares = (of: string, all: BlastAnswer["devices"]): string =>
  formatTable(
    [of, "messages"],
    [
      ...all.slice(0, shownMax).map(({ id, messages }) => [id, Words.number(messages)]),
      ...(all.length > shownMax ? [[`and ${all.length - shownMax} more`, ""]] : []),
    ],
    new Set(["messages"]),
  )
