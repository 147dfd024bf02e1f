/** `sigtwin deliveries`: the ledger of what customers are owed. */
import * as Console from "effect/Console"
import * as Effect from "effect/Effect"
import * as Option from "effect/Option"
import * as Schema from "effect/Schema"
import { Command, Flag } from "effect/cli"
import { DeliveriesAnswer, deliveriesLimitMax, deliveryStates } from "../api/Deliveries.ts"
import * as Asker from "./Asker.ts"
import * as Flags from "./flags.ts"
import { formatTable } from "./formatTable.ts"
import { ProblemsFound } from "./ProblemsFound.ts"
import * as Words from "./Words.ts"

const optional = (name: string, description: string) =>
  Flag.String(name).pipe(Flag.withDescription(description), Flag.optional)

export const deliveries = Command.make(
  "deliveries",
  {
    customer: optional("customer", "Only what this customer is owed"),
    destination: optional("destination", "Only what goes to this destination"),
    state: Flag.Literals("state", deliveryStates).pipe(
      Flag.withDescription("List the deliveries that are pending, given up, or delivered"),
      Flag.optional,
    ),
    limit: Flags.limit(deliveriesLimitMax, 20),
    at: Flags.at,
    clock: Flags.clock,
    log: Flags.log,
    server: Flags.server,
    json: Flags.json,
  },
  Effect.fn("cli.deliveries")(function* (given) {
    const ask = yield* Asker.forReading(given)
    const json = yield* ask({
      path: "/api/deliveries",
      query: {
        customer: Option.getOrUndefined(given.customer),
        destination: Option.getOrUndefined(given.destination),
        state: Option.getOrUndefined(given.state),
        limit: String(given.limit),
        at: Option.getOrUndefined(given.at),
        clock: given.clock,
      },
    })
    const answer = yield* Effect.orDie(decode(json))
    yield* Console.log(given.json ? JSON.stringify(json) : textOf(answer, given.state))
    if (!answer.reconciles)
      return yield* new ProblemsFound({ summary: "the ledger does not add up" })
  }, Effect.scoped),
).pipe(
  Command.withShortDescription("Show what customers are owed, and whether it adds up"),
  Command.withDescription(
    "Show what each destination is owed, got, waits for and lost, now or at any position, and whether owed = delivered + pending + given up. With --state also single deliveries, latest first. Exit code 1 if it does not add up.",
  ),
)

const decode = Schema.decodeUnknownEffect(DeliveriesAnswer)

const numbers = new Set(["owed", "delivered", "pending", "given up", "doubles", "p95"])

const textOf = (answer: typeof DeliveriesAnswer.Type, state: Option.Option<string>): string => {
  const { accounts, deliveries: rows, reconciles, total, unlisted } = answer
  if (accounts.length === 0) return "nothing was owed to anybody"
  const table = formatTable(
    [
      "customer",
      "destination",
      "owed",
      "delivered",
      "pending",
      "given up",
      "doubles",
      "p95",
      "now",
    ],
    [
      ...accounts.map(cellsOf),
      [
        "all",
        "",
        ...[total.owed, total.delivered, total.pending, total.givenUp].map(Words.number),
        "",
        "",
        reconciles ? "adds up" : "DOES NOT ADD UP",
      ],
    ],
    numbers,
  )
  if (Option.isNone(state)) return table
  const list =
    rows.length === 0
      ? `none ${state.value}`
      : formatTable(
          ["message", "told", "customer", "destination", state.value, "tries", "error", "next try"],
          rows.map((row) => [
            row.message,
            row.notice,
            row.customer,
            row.destination,
            Words.instant(row.sinceMs),
            String(row.attempts),
            [row.error, row.status].filter((part) => part !== null).join(" "),
            Words.instant(row.nextAttemptAtMs),
          ]),
          new Set(["tries"]),
        )
  const more =
    unlisted > 0 ? [`${Words.number(unlisted)} more: --limit up to ${deliveriesLimitMax}`] : []
  return [table, "", list, ...more].join("\n")
}

const cellsOf = (account: Account): ReadonlyArray<string> => [
  account.customer,
  account.destination,
  ...[account.owed, account.delivered, account.pending, account.givenUp, account.doubles].map(
    Words.number,
  ),
  account.p95Ms === null ? "" : `${Words.number(account.p95Ms)} ms`,
  standingOf(account),
]

type Account = (typeof DeliveriesAnswer.Type)["accounts"][number]

const standingOf = (account: Account): string => {
  if (account.circuitOpenSinceMs !== null)
    return `held back since ${Words.instant(account.circuitOpenSinceMs)} (${account.lastError ?? ""})`
  return account.failingSinceMs === null
    ? "answers"
    : `fails since ${Words.instant(account.failingSinceMs)} (${account.lastError ?? ""})`
}
