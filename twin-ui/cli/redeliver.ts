/** `sigtwin redeliver`: send again from the log what was given up, or delivered already. */
import * as Console from "effect/Console"
import * as Effect from "effect/Effect"
import * as Option from "effect/Option"
import * as Schema from "effect/Schema"
import { Argument, Command, Flag } from "effect/cli"
import * as Instant from "../../core/kernel/Instant.ts"
import { RedeliverAnswer } from "../api/Deliveries.ts"
import * as Asker from "./Asker.ts"
import * as Flags from "./flags.ts"
import { said } from "./said.ts"
import * as Words from "./Words.ts"
import { WrongUse } from "./WrongUse.ts"

const optional = (name: string, metavar: string, description: string) =>
  Flag.String(name).pipe(
    Flag.withMetavar(metavar),
    Flag.withDescription(description),
    Flag.optional,
  )

export const redeliver = Command.make(
  "redeliver",
  {
    customer: Argument.String("CUSTOMER").pipe(Argument.withDescription("Whose deliveries")),
    destination: optional("destination", "ID", "Only those to this destination"),
    device: optional("device", "ID", "Only those of this device"),
    message: optional("message", "DEVICE:SEQ@EPOCH", "Only this message"),
    since: optional("since", "INSTANT", "Only what was given up (or delivered) at or after it"),
    until: optional("until", "INSTANT", "Only what was given up (or delivered) at or before it"),
    delivered: Flag.Boolean("delivered").pipe(
      Flag.withDescription("What was delivered already, instead of what was given up"),
      Flag.withDefault(false),
    ),
    note: optional("note", "TEXT", "Who asks and why; recorded with it"),
    log: Flags.log,
    server: Flags.server,
    json: Flags.json,
  },
  Effect.fn("cli.redeliver")(function* (given) {
    const sinceMs = yield* instantOf("since", given.since)
    const untilMs = yield* instantOf("until", given.until)
    const ask = yield* Asker.forCommands(given)
    const json = yield* ask({
      method: "POST",
      path: "/api/deliveries/redeliver",
      body: {
        customer: given.customer,
        ...said("destination", given.destination),
        ...said("device", given.device),
        ...said("message", given.message),
        ...said("note", given.note),
        ...(sinceMs === undefined ? {} : { sinceMs }),
        ...(untilMs === undefined ? {} : { untilMs }),
        was: given.delivered ? "delivered" : "given-up",
      },
    })
    if (given.json) return yield* Console.log(JSON.stringify(json))
    const { asked, left } = yield* Effect.orDie(decode(json))
    const what = given.delivered ? "delivered" : "given up"
    yield* Console.log(
      asked === 0
        ? `nothing that was ${what} fits`
        : `${Words.count(asked, "delivery", "deliveries")} that ${asked === 1 ? "was" : "were"} ${what} ${asked === 1 ? "is" : "are"} pending again${Option.isSome(given.server) ? "" : "; a running server sends them"}`,
    )
    if (left > 0) yield* Console.log(`${Words.number(left)} more fit: run it again`)
  }, Effect.scoped),
).pipe(
  Command.withShortDescription("Send again what was given up"),
  Command.withDescription(
    "Send again from the log what was given up, or with --delivered what was delivered already, under the same idempotency key. It is recorded, and the ledger goes on adding up.",
  ),
)

const decode = Schema.decodeUnknownEffect(RedeliverAnswer)

const instantOf = (name: string, text: Option.Option<string>) => {
  if (Option.isNone(text)) return Effect.succeed(undefined)
  const ms = Instant.parse(text.value)
  return ms === undefined
    ? Effect.fail(new WrongUse({ detail: `--${name} must be an instant in ISO 8601` }))
    : Effect.succeed(ms)
}
