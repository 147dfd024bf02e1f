/** `sigtwin blast [KIND] ID`: what rested on a station, a key, a policy, a customer's endpoint or an event. */
import * as Console from "effect/Console"
import * as Effect from "effect/Effect"
import * as Option from "effect/Option"
import * as Schema from "effect/Schema"
import { Argument, Command, Flag } from "effect/cli"
import { type Kind, kinds } from "../../projections/time/blast/Thing.ts"
import { BlastAnswer } from "../api/Blast.ts"
import * as Asker from "./Asker.ts"
import * as Flags from "./flags.ts"
import { formatTable } from "./formatTable.ts"
import * as Words from "./Words.ts"
import { WrongUse } from "./WrongUse.ts"

/** Rows shown to people of each list; `--json` has all that the answer has. */
const shownMax = 20

export const blast = Command.make(
  "blast",
  {
    thing: Argument.String("[KIND] ID").pipe(
      Argument.withDescription(
        "A station (BS-0003), or: station ID, key DEVICE:VERSION, policy VERSION, endpoint CUSTOMER/DESTINATION, event POSITION",
      ),
      Argument.variadic({ min: 1, max: 2 }),
    ),
    since: Flag.String("since").pipe(
      Flag.withMetavar("POSITION|INSTANT"),
      Flag.withDescription(
        "From there on, instead of from where it began (of a station: where its trust was last good)",
      ),
      Flag.optional,
    ),
    at: Flags.at,
    clock: Flags.clock,
    log: Flags.log,
    server: Flags.server,
    json: Flags.json,
  },
  Effect.fn("cli.blast")(function* (given) {
    const { id, kind } = yield* thingOf(given.thing)
    const ask = yield* Asker.forReading(given)
    const answer = yield* ask({
      path: `/api/blast/${kind}/${encodeURIComponent(id)}`,
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
  Command.withShortDescription("List what rests on a station, key, policy, endpoint or event"),
  Command.withDescription(
    "List what rests on a thing: the messages, and the deliveries, downlinks and judgements that followed from them. Of a station these are the accepted messages that no other trusted station heard, since its trust was last good: what falls with it if it was tampered with.",
  ),
)

const thingOf = (
  words: ReadonlyArray<string>,
): Effect.Effect<{ readonly kind: Kind; readonly id: string }, WrongUse> => {
  const [first = "", second] = words
  if (second === undefined) return Effect.succeed({ kind: "station", id: first })
  const kind = kinds.find((known) => known === first)
  return kind === undefined
    ? Effect.fail(new WrongUse({ detail: `${first} is none of ${kinds.join(", ")}` }))
    : Effect.succeed({ kind, id: second })
}

const decode = Schema.decodeUnknownEffect(BlastAnswer)

const textOf = (answer: BlastAnswer): string =>
  [
    [headOf(answer), ...cutOf(answer)].join("\n"),
    table(["customer", "messages"], answer.customers, ({ id, messages }) => [id, messages]),
    table(["device", "messages"], answer.devices, ({ id, messages }) => [id, messages]),
    table(["refused for", "messages"], answer.refused, ({ messages, reason }) => [
      reason,
      messages,
    ]),
    table(
      ["destination", "owed", "delivered", "pending", "given up"],
      answer.destinations,
      ({ customer, delivered, destination, givenUp, owed, pending }) => [
        `${customer}/${destination}`,
        owed,
        delivered,
        pending,
        givenUp,
      ],
    ),
    downlinksOf(answer),
    answer.stations.length === 0 ? "" : `stations judged: ${answer.stations.join(", ")}`,
    table(
      ["position", "message", "device", "customer"],
      answer.messages,
      ({ customer, device, message, position }) => [position, message, device, customer ?? ""],
      answer.count,
    ),
  ]
    .filter((part) => part !== "")
    .join("\n\n")

const headOf = (answer: BlastAnswer): string => {
  const because = {
    "last good": ", when its trust was last good",
    beginning: "",
    asked: "",
  }[answer.since]
  const from =
    answer.from < 0
      ? "since the log began"
      : `since ${Words.instant(answer.fromMs)} [${answer.from}]${because}`
  const what = Words.count(answer.count, "accepted message")
  const on = answer.kind === "station" ? `${answer.id} alone` : `${answer.kind} ${answer.id}`
  return `${what} rested on ${on} ${from}, until ${Words.instant(answer.occurredMs)} [${answer.position}]: ${Words.count(answer.events, "event")} in all`
}

const cutOf = ({ cutAt }: BlastAnswer): ReadonlyArray<string> =>
  cutAt === null
    ? []
    : [`more rests on it: counted up to position ${cutAt}; narrow with --since and --at`]

const downlinksOf = ({ downlinks }: BlastAnswer): string =>
  downlinks.asked + downlinks.scheduled === 0 ? "" : `downlinks: ${Words.tally(downlinks)}`

type CellOf = string | number

const table = <Row>(
  head: ReadonlyArray<string>,
  rows: ReadonlyArray<Row>,
  cells: (row: Row) => ReadonlyArray<CellOf>,
  all: number = rows.length,
): string =>
  rows.length === 0
    ? ""
    : [
        formatTable(
          head,
          rows
            .slice(0, shownMax)
            .map((row) =>
              cells(row).map((cell, i) =>
                typeof cell === "string"
                  ? cell
                  : head[i] === "position"
                    ? String(cell)
                    : Words.number(cell),
              ),
            ),
          new Set(head.filter((name) => numeric.has(name))),
        ),
        ...(all > shownMax
          ? [
              `and ${Words.number(all - shownMax)} more; --json lists ${all > rows.length ? `the last ${Words.number(rows.length)}` : "them"}`,
            ]
          : []),
      ].join("\n")

const numeric = new Set(["messages", "owed", "delivered", "pending", "given up", "position"])
