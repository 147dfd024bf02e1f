/** `sigtwin block`, `unblock`, `firewall`: what counts no more, tried before it is done. */
import * as Clock from "effect/Clock"
import * as Console from "effect/Console"
import * as Effect from "effect/Effect"
import * as Option from "effect/Option"
import * as Schema from "effect/Schema"
import { Argument, Command, Flag } from "effect/cli"
import * as Instant from "../../core/kernel/Instant.ts"
import { type BlockRow, DryRunAnswer, FirewallAnswer, hitListedMax } from "../api/Firewall.ts"
import * as Asker from "./Asker.ts"
import * as Flags from "./flags.ts"
import { formatTable } from "./formatTable.ts"
import { parseDuration } from "./parseDuration.ts"
import { sayDone } from "./sayDone.ts"
import * as Words from "./Words.ts"
import { WrongUse } from "./WrongUse.ts"

const kinds = ["station", "device", "customer", "group"] as const

const what = Argument.Literals("KIND", kinds).pipe(
  Argument.withDescription(
    "station, device, customer (all its devices) or group (and those below)",
  ),
)
const id = Argument.String("ID").pipe(Argument.withDescription("Which one"))
const why = Flag.String("why").pipe(
  Flag.withDescription("Why; it stands in the log"),
  Flag.withDefault(""),
)
const common = { log: Flags.log, server: Flags.server, json: Flags.json }

export const block = Command.make(
  "block",
  {
    what,
    id,
    why,
    until: Flag.String("until").pipe(
      Flag.withMetavar("D|INSTANT"),
      Flag.withDescription("When it ends by itself: after a time as 2h, or at an instant"),
      Flag.optional,
    ),
    dryRun: Flag.Boolean("dry-run").pipe(
      Flag.withDescription("Say what it would have refused of the last day's traffic, and stop"),
      Flag.withDefault(false),
    ),
    ...common,
  },
  Effect.fn("cli.block")(function* (given) {
    if (given.dryRun) return yield* tryBlock(given)
    const untilMs = yield* endOf(given.until)
    return yield* sayDone(
      given,
      {
        path: "/api/firewall/blocks",
        body: {
          [given.what]: given.id,
          why: given.why,
          ...(untilMs === undefined ? {} : { untilMs }),
        },
      },
      `${given.what} ${given.id} is blocked${untilMs === undefined ? "" : ` until ${Words.instant(untilMs)}`}`,
    )
  }),
).pipe(
  Command.withShortDescription("Block a station, a device, a customer or a group"),
  Command.withDescription(
    "Block a station, a device, a customer or a group: its traffic is recorded as before, and its messages are refused as `blocked`. Try it first with --dry-run.",
  ),
)

export const unblock = Command.make(
  "unblock",
  { what, id, why, ...common },
  Effect.fn("cli.unblock")((given) =>
    sayDone(
      given,
      { path: "/api/firewall/unblock", body: { [given.what]: given.id, why: given.why } },
      `${given.what} ${given.id} is not blocked`,
    ),
  ),
).pipe(Command.withDescription("Lift a block"))

export const firewall = Command.make(
  "firewall",
  { at: Flags.at, clock: Flags.clock, ...common },
  Effect.fn("cli.firewall")(function* (given) {
    const ask = yield* Asker.forReading(given)
    const answer = yield* ask({
      path: "/api/firewall",
      query: { at: Option.getOrUndefined(given.at), clock: given.clock },
    })
    if (given.json) return yield* Console.log(JSON.stringify(answer))
    const { blocks, lifted } = yield* Effect.orDie(decodeFirewall(answer))
    const rows = [
      ...blocks.map((row) => cellsOf(row, "")),
      ...lifted.map((row) => cellsOf(row, Words.instant(row.liftedMs))),
    ]
    if (rows.length === 0) return yield* Console.log("nothing is blocked, and nothing was")
    yield* Console.log(
      formatTable(
        ["blocked", "by", "since", "until", "refused", "lifted", "why"],
        rows,
        new Set(["refused"]),
      ),
    )
  }, Effect.scoped),
).pipe(
  Command.withDescription(
    "List what is blocked and what was, newest first: by whom, why, until when, and how many messages it refused",
  ),
)

const cellsOf = (row: BlockRow, lifted: string): ReadonlyArray<string> => [
  nameOf(row),
  row.by,
  Words.instant(row.sinceMs),
  Words.instant(row.untilMs),
  Words.number(row.refused),
  lifted,
  row.why,
]

const nameOf = (row: BlockRow): string => {
  const kind = kinds.find((each) => row[each] !== undefined)
  return kind === undefined ? "" : `${kind} ${row[kind] ?? ""}`
}

const endOf = (until: Option.Option<string>) =>
  Effect.gen(function* () {
    if (Option.isNone(until)) return undefined
    const now = yield* Clock.currentTimeMillis
    const after = parseDuration(until.value)
    const ms = after === undefined ? Instant.parse(until.value) : now + after
    if (ms === undefined || ms <= now)
      return yield* new WrongUse({
        detail: "--until: give a time as 2h, or an instant to come as 2026-03-01T12:00:00Z",
      })
    return ms
  })

const tryBlock = Effect.fn("cli.tryBlock")(function* (given: {
  readonly what: (typeof kinds)[number]
  readonly id: string
  readonly log: string
  readonly server: Option.Option<string>
  readonly json: boolean
}) {
  const ask = yield* Asker.forReading(given)
  const answer = yield* ask({
    path: "/api/firewall/dry-run",
    query: { [given.what]: given.id },
  })
  if (given.json) return yield* Console.log(JSON.stringify(answer))
  const found = yield* Effect.orDie(decodeDryRun(answer))
  yield* Console.log(
    [
      `blocking ${given.what} ${given.id} would have refused ${Words.number(found.refused)} of ${Words.count(found.accepted, "accepted message")}`,
      `judged on ${Words.instant(found.fromMs)} to ${Words.instant(found.toMs)}, ${Words.count(found.events, "event")}; nothing was changed`,
      ...(given.what === "station"
        ? [
            `${Words.count(found.heardByOthers, "message")} that it heard came in through other stations too`,
          ]
        : []),
    ].join("\n"),
  )
  if (found.refused === 0) return
  yield* Console.log(
    `\n${formatTable(
      ["customer", "messages", "devices"],
      found.customers.map((hit) => [
        hit.customer,
        Words.number(hit.messages),
        Words.number(hit.devices),
      ]),
      new Set(["messages", "devices"]),
    )}`,
  )
  yield* Console.log(
    `\n${formatTable(
      ["device", "messages"],
      found.devices.map((hit) => [hit.device, Words.number(hit.messages)]),
      new Set(["messages"]),
    )}`,
  )
  if (found.devicesHit > hitListedMax)
    yield* Console.log(`and ${Words.count(found.devicesHit - hitListedMax, "device")} more`)
}, Effect.scoped)

const decodeFirewall = Schema.decodeUnknownEffect(FirewallAnswer)
const decodeDryRun = Schema.decodeUnknownEffect(DryRunAnswer)
