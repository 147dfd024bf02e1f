/** `sigtwin state KIND ID`: one thing of the chain, now or as it was, with the reasons. */
import * as Console from "effect/Console"
import * as Effect from "effect/Effect"
import * as Option from "effect/Option"
import * as Schema from "effect/Schema"
import { Argument, Command, Flag } from "effect/cli"
import { EntityState, type FactTable, type Why } from "../api/EntityState.ts"
import { bothClocks } from "./bothClocks.ts"
import * as Asker from "./Asker.ts"
import { eventTable } from "./eventTable.ts"
import { findingLines } from "./findingLines.ts"
import * as Flags from "./flags.ts"
import * as Words from "./Words.ts"

/** Latest events shown to people; `--json` has all that the answer has. */
const latestShownMax = 10

export const state = Command.make(
  "state",
  {
    kind: Argument.Literals("KIND", ["device", "station", "customer", "message"]).pipe(
      Argument.withDescription("What it is"),
    ),
    id: Argument.String("ID").pipe(
      Argument.withDescription(
        "Its id; a message's is DEVICE:SEQ@EPOCH, DEVICE:SEQ for the latest epoch, or SOURCE:ID",
      ),
    ),
    at: Flags.at,
    clock: Flag.Literals("clock", ["occurred", "recorded", "both"]).pipe(
      Flag.withDescription(
        "Whose clock an instant in --at is meant by: the sources' (occurred, the default), the log's (recorded), or both: what was learnt later",
      ),
      Flag.withDefault("occurred" as const),
    ),
    lateness: Flag.String("lateness").pipe(
      Flag.withMetavar("D"),
      Flag.withDescription("With --clock both: what comes so much later is folded in (default 1h)"),
      Flag.withDefault("1h"),
    ),
    log: Flags.log,
    server: Flags.server,
    json: Flags.json,
  },
  Effect.fn("cli.state")(function* (given) {
    if (given.clock === "both") return yield* bothClocks(given)
    const ask = yield* Asker.forReading(given)
    const answer = yield* ask({
      path: `/api/${given.kind}s/${encodeURIComponent(given.id)}`,
      query: { at: Option.getOrUndefined(given.at), clock: given.clock },
    })
    yield* Console.log(
      given.json ? JSON.stringify(answer) : textOf(yield* Effect.orDie(decode(answer))),
    )
  }, Effect.scoped),
).pipe(
  Command.withShortDescription("Show a device, station, customer or message, now or as it was"),
  Command.withDescription(
    "Show one device, station, customer or message, now or as it was: its state, the reasons with the positions of the events they rest on, and its latest events. Payloads are shown where their key is beside the log.",
  ),
)

const decode = Schema.decodeUnknownEffect(EntityState)

const textOf = (entity: EntityState): string => {
  const title = entity.title === entity.id ? "" : `, ${entity.title}`
  const latest = entity.latest.slice(0, latestShownMax)
  const labelWidth = Math.max(
    0,
    ...entity.tables.flatMap(({ facts }) => facts.map(({ label }) => label.length)),
  )
  return [
    `${entity.kind} ${entity.id}${title}: ${entity.status}`,
    entity.summary,
    `as of position ${entity.position}, ${Words.instant(entity.occurredMs)}`,
    ...thoughtsOf(entity),
    ...entity.tables.flatMap(tableOf(labelWidth)),
    ...(entity.why.length === 0
      ? []
      : ["", "Why", ...entity.why.flatMap((why) => reasons(why, 1))]),
    ...(latest.length === 0 ? [] : ["", "Latest events", eventTable(latest)]),
    ...(entity.latest.length > latest.length
      ? [
          `older ones: sigtwin events --${entity.kind} ${entity.id} --to ${latest[latest.length - 1].position}`,
        ]
      : []),
  ].join("\n")
}

const thoughtsOf = ({ findings = [] }: EntityState): ReadonlyArray<string> =>
  findings.length === 0 ? [] : ["", "What the twin thinks", ...findings.flatMap(findingLines)]

/** Lines of one table; labels of all tables are as wide, so that the values stand in one column. */
const tableOf =
  (labelWidth: number) =>
  ({ facts, title }: FactTable): ReadonlyArray<string> => [
    "",
    title,
    ...facts.map(({ label, position, tone, value }) =>
      [
        `  ${label.padEnd(labelWidth)}  ${value}`,
        ...(tone === "refused" || tone === "suspicious" ? ["(!)"] : []),
        ...(position === undefined ? [] : [`[${position}]`]),
      ].join("  "),
    ),
  ]

const reasons = ({ because, position, text }: Why, depth: number): ReadonlyArray<string> => [
  `${"  ".repeat(depth)}${text}${position === undefined ? "" : `  [${position}]`}`,
  ...because.flatMap((why) => reasons(why, depth + 1)),
]
