/** `sigtwin policy …`: which thresholds and rules hold, and adopting others. */
import * as Console from "effect/Console"
import * as Effect from "effect/Effect"
import * as Option from "effect/Option"
import * as Schema from "effect/Schema"
import { Command, Flag } from "effect/cli"
import { type Policy, policyDefault } from "../../core/event/policy.ts"
import { noLogYet } from "../../core/log/EventLog.ts"
import { PoliciesAnswer } from "../http/apiRoutes.ts"
import * as Asker from "./Asker.ts"
import type { Ask } from "./Ask.ts"
import * as Flags from "./flags.ts"
import { formatTable } from "./formatTable.ts"
import { parseDuration } from "./parseDuration.ts"
import { said } from "./said.ts"
import { sayDone } from "./sayDone.ts"
import * as Words from "./Words.ts"
import { WrongUse } from "./WrongUse.ts"

const common = { log: Flags.log, server: Flags.server, json: Flags.json }
const asOf = { at: Flags.at, clock: Flags.clock }

const choice = <const Choices extends ReadonlyArray<string>>(
  name: string,
  choices: Choices,
  description: string,
) => Flag.Literals(name, choices).pipe(Flag.withDescription(description), Flag.optional)

const durationFlag = (name: string, description: string) =>
  Flag.String(name).pipe(Flag.withMetavar("D"), Flag.withDescription(description), Flag.optional)

const adopt = Command.make(
  "adopt",
  {
    rule: choice(
      "rule",
      ["rule-1", "rule-2"],
      "Which counter rule: rule-1 the current one, rule-2 that of 2017",
    ),
    contract: Flags.integer("contract", { minimum: 1, maximum: 1_000_000 }).pipe(
      Flag.withDescription("Uplinks a day where a device's registration says nothing"),
      Flag.optional,
    ),
    rollover: Flags.integer("rollover", { minimum: 128, maximum: 4_096 }).pipe(
      Flag.withDescription("Where counters roll over where the registration says nothing"),
      Flag.optional,
    ),
    unstated: choice(
      "unstated",
      ["accept", "refuse"],
      "What to do with gaps that rule 1 says nothing of",
    ),
    afterError: choice(
      "after-error",
      ["until-acceptable", "until-disengage"],
      "After a number out of sequence: take the next acceptable one, or wait for a disengage",
    ),
    tallyWindow: durationFlag(
      "tally-window",
      "Receptions of one message are expected within this time, as 30s",
    ),
    untrusted: choice(
      "untrusted",
      ["refuse", "flag"],
      "What a station that lost trust contributes: nothing, or a flagged reception",
    ),
    downlinks: Flags.integer("downlinks", { minimum: 0, maximum: 10_000 }).pipe(
      Flag.withDescription("Downlinks that a device may be sent on a UTC day"),
      Flag.optional,
    ),
    challengeEvery: durationFlag(
      "challenge-every",
      "A station with an enrolled TPM is challenged again after this time, as 6h",
    ),
    challengeWithin: durationFlag(
      "challenge-within",
      "How long a challenge may be answered, as 2m",
    ),
    silentAfter: durationFlag(
      "silent-after",
      "A station that answers no challenge for this long is silent, as 15m",
    ),
    staleAfter: durationFlag("stale-after", "Accepted evidence older than this is stale, as 12h"),
    shedding: choice(
      "shedding",
      ["off", "detect", "throttle", "block"],
      "What is done about a station or customer that sends more than is permitted: nothing, say so, refuse the surplus, or also block it for a while",
    ),
    stationRate: Flags.integer("station-rate", { minimum: 0, maximum: 10_000_000 }).pipe(
      Flag.withDescription("Messages a minute permitted by way of one station; 0: any number"),
      Flag.optional,
    ),
    customerRate: Flags.integer("customer-rate", { minimum: 0, maximum: 10_000_000 }).pipe(
      Flag.withDescription("Messages a minute permitted to one customer's devices; 0: any number"),
      Flag.optional,
    ),
    blockAfter: Flags.integer("block-after", { minimum: 1, maximum: 10_000_000 }).pipe(
      Flag.withDescription("With --shedding block: so many messages shed in ten minutes block"),
      Flag.optional,
    ),
    blockFor: durationFlag("block-for", "How long such a block lasts, as 1h"),
    note: Flag.String("note").pipe(
      Flag.withDescription("Why; it stands in the log"),
      Flag.withDefault(""),
    ),
    ...common,
  },
  Effect.fn("cli.policy.adopt")(function* (given) {
    const changes = yield* changesOf(given)
    const { policies } = yield* Effect.scoped(
      Effect.flatMap(Asker.forReading(given), (ask) => policiesOf(ask, {})).pipe(
        // A log that is not there yet has the policy that holds before any is adopted.
        Effect.catchTag("LogUnavailable", (error) =>
          error.detail === noLogYet ? Effect.succeed({ policies: [] }) : Effect.fail(error),
        ),
      ),
    )
    const now = policies.at(0)?.policy ?? policyDefault
    yield* sayDone(
      given,
      { path: "/api/policies", body: { policy: { ...now, ...changes }, note: given.note } },
      `policy adopted: ${Object.entries(changes)
        .map(([name, value]) => `${name} ${String(value)}`)
        .join(", ")}`,
    )
  }),
).pipe(
  Command.withDescription(
    "Adopt a policy: the one that holds, with what is given changed. Messages are decided on under it from here on",
  ),
)

const show = Command.make(
  "show",
  { ...asOf, ...common },
  Effect.fn("cli.policy.show")(function* (given) {
    const ask = yield* Asker.forReading(given)
    const { policies } = yield* policiesOf(ask, given)
    const [now] = policies
    if (given.json) return yield* Console.log(JSON.stringify(now))
    yield* Console.log(
      formatTable(
        ["setting", "value", "meaning"],
        [
          ["version", String(now.version), now.note],
          ...Object.entries(meanings).map(([name, meaning]) => [
            name,
            String(now.policy[name as keyof Policy]), // `meanings` has its keys
            meaning,
          ]),
        ],
      ),
    )
  }, Effect.scoped),
).pipe(Command.withDescription("Show the policy that holds, now or as it was"))

const list = Command.make(
  "list",
  { ...asOf, ...common },
  Effect.fn("cli.policy.list")(function* (given) {
    const ask = yield* Asker.forReading(given)
    const answer = yield* policiesOf(ask, given)
    if (given.json) return yield* Console.log(JSON.stringify(answer))
    yield* Console.log(
      formatTable(
        ["version", "position", "adopted", "note"],
        answer.policies.map(({ note, occurredMs, position, version }) => [
          String(version),
          position < 0 ? "" : String(position),
          Words.instant(occurredMs),
          note,
        ]),
        new Set(["version", "position"]),
      ),
    )
  }, Effect.scoped),
).pipe(Command.withDescription("List the policies adopted, newest first"))

export const policy = Command.make("policy").pipe(
  Command.withDescription("Show, list and adopt policies: every threshold and choice of rule"),
  Command.withSubcommands([show, adopt, list]),
)

const meanings: Readonly<Record<keyof Policy, string>> = {
  counterRule: "which rule judges sequence numbers",
  contractPerDay: "uplinks a day where a device's registration says nothing",
  rollover: "where counters roll over where the registration says nothing",
  unstatedBand: "gaps that rule 1 says nothing of",
  afterError: "after a number out of sequence",
  tallyWindowMs: "receptions of one message are expected within this time, in ms",
  untrustedStations: "what a station that lost trust contributes",
  downlinksPerDay: "downlinks that a device may be sent on a UTC day",
  challengeEveryMs: "a station with an enrolled TPM is challenged again after this time, in ms",
  challengeWithinMs: "how long a challenge may be answered, in ms",
  silentAfterMs: "a station that answers no challenge for this long is silent, in ms",
  evidenceStaleMs: "accepted evidence older than this is stale, in ms",
  shedding: "what is done about those who send more than is permitted",
  stationPerMinute: "messages a minute by way of one station; 0: any number",
  customerPerMinute: "messages a minute from one customer's devices; 0: any number",
  blockAfterShed: "with `block`: so many messages shed in ten minutes block",
  blockForMs: "how long such a block lasts, in ms",
}

const changesOf = (given: {
  readonly rule: Option.Option<Policy["counterRule"]>
  readonly contract: Option.Option<number>
  readonly rollover: Option.Option<number>
  readonly unstated: Option.Option<Policy["unstatedBand"]>
  readonly afterError: Option.Option<Policy["afterError"]>
  readonly tallyWindow: Option.Option<string>
  readonly untrusted: Option.Option<Policy["untrustedStations"]>
  readonly downlinks: Option.Option<number>
  readonly challengeEvery: Option.Option<string>
  readonly challengeWithin: Option.Option<string>
  readonly silentAfter: Option.Option<string>
  readonly staleAfter: Option.Option<string>
  readonly shedding: Option.Option<Policy["shedding"]>
  readonly stationRate: Option.Option<number>
  readonly customerRate: Option.Option<number>
  readonly blockAfter: Option.Option<number>
  readonly blockFor: Option.Option<string>
}) =>
  Effect.gen(function* () {
    const windowMs = yield* durationOf("tally-window", given.tallyWindow)
    const changes = {
      ...said("counterRule", given.rule),
      ...said("contractPerDay", given.contract),
      ...said("rollover", given.rollover),
      ...said("unstatedBand", given.unstated),
      ...said("afterError", given.afterError),
      ...said("tallyWindowMs", windowMs),
      ...said("untrustedStations", given.untrusted),
      ...said("downlinksPerDay", given.downlinks),
      ...said("challengeEveryMs", yield* durationOf("challenge-every", given.challengeEvery)),
      ...said("challengeWithinMs", yield* durationOf("challenge-within", given.challengeWithin)),
      ...said("silentAfterMs", yield* durationOf("silent-after", given.silentAfter)),
      ...said("evidenceStaleMs", yield* durationOf("stale-after", given.staleAfter)),
      ...said("shedding", given.shedding),
      ...said("stationPerMinute", given.stationRate),
      ...said("customerPerMinute", given.customerRate),
      ...said("blockAfterShed", given.blockAfter),
      ...said("blockForMs", yield* durationOf("block-for", given.blockFor)),
    }
    if (Object.keys(changes).length === 0)
      return yield* new WrongUse({
        detail: "say what to change, as --rule rule-2; `sigtwin policy show` shows what holds",
      })
    return changes
  })

const durationOf = (name: string, given: Option.Option<string>) =>
  Effect.suspend(() => {
    const ms = Option.map(given, parseDuration)
    return Option.isSome(ms) && ms.value === undefined
      ? Effect.fail(new WrongUse({ detail: `--${name}: give a duration as 30s` }))
      : Effect.succeed(ms)
  })

const policiesOf = (
  ask: Ask,
  given: { readonly at?: Option.Option<string>; readonly clock?: string },
) =>
  Effect.flatMap(
    ask({
      path: "/api/policies",
      query: {
        at: given.at === undefined ? undefined : Option.getOrUndefined(given.at),
        clock: given.clock,
      },
    }),
    (answer) => Effect.orDie(decode(answer)),
  )

const decode = Schema.decodeUnknownEffect(PoliciesAnswer)
