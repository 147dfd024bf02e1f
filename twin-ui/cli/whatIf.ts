/** `sigtwin what-if`: what would have been under something else. Nothing is written. */
import * as Console from "effect/Console"
import * as Effect from "effect/Effect"
import * as Option from "effect/Option"
import * as Schema from "effect/Schema"
import { Command, Flag } from "effect/cli"
import { differencesLimitMax, WhatIfAnswer } from "../api/WhatIf.ts"
import * as Asker from "./Asker.ts"
import { findingLines } from "./findingLines.ts"
import * as Flags from "./flags.ts"
import { parseDuration } from "./parseDuration.ts"
import { linesOf } from "./whyText.ts"
import * as Words from "./Words.ts"
import { WrongUse } from "./WrongUse.ts"

const choice = <const Choices extends ReadonlyArray<string>>(
  name: string,
  choices: Choices,
  description: string,
) => Flag.Literals(name, choices).pipe(Flag.withDescription(description), Flag.optional)

const whole = (name: string, maximum: number, description: string) =>
  Flags.integer(name, { minimum: 0, maximum }).pipe(
    Flag.withDescription(description),
    Flag.optional,
  )

const place = (name: string, description: string) =>
  Flag.String(name).pipe(
    Flag.withMetavar("POSITION|INSTANT"),
    Flag.withDescription(description),
    Flag.optional,
  )

export const whatIf = Command.make(
  "what-if",
  {
    policy: whole("policy", Number.MAX_SAFE_INTEGER, "Under this version of the policy"),
    rule: choice("rule", ["rule-1", "rule-2"], "Under this counter rule"),
    contract: whole("contract", 1_000_000, "With so many uplinks a day by default"),
    unstated: choice("unstated", ["accept", "refuse"], "With gaps that rule 1 says nothing of so"),
    afterError: choice(
      "after-error",
      ["until-acceptable", "until-disengage"],
      "After a number out of sequence",
    ),
    tallyWindow: Flag.String("tally-window").pipe(
      Flag.withMetavar("D"),
      Flag.withDescription("With receptions of one message expected within this, as 30s"),
      Flag.optional,
    ),
    untrusted: choice(
      "untrusted",
      ["refuse", "flag"],
      "With what stations that lost trust hear refused, or only flagged",
    ),
    shedding: choice(
      "shedding",
      ["off", "detect", "throttle", "block"],
      "With this done about those who send more than is permitted",
    ),
    stationRate: whole("station-rate", 10_000_000, "With so many messages a minute by one station"),
    customerRate: whole(
      "customer-rate",
      10_000_000,
      "With so many messages a minute from one customer's devices",
    ),
    blockAfter: whole(
      "block-after",
      10_000_000,
      "With so many messages shed in ten minutes blocking",
    ),
    without: Flag.String("without").pipe(
      Flag.withMetavar("STATIONS"),
      Flag.withDescription("Without the receptions of these stations, divided by commas"),
      Flag.optional,
    ),
    block: Flag.String("block").pipe(
      Flag.withMetavar("THINGS"),
      Flag.withDescription(
        "With these blocked from --from on, as station/BS-0001,device/4D33DB,customer/hydro",
      ),
      Flag.optional,
    ),
    tries: whole("tries", 1_000_000, "With so many wrong MACs making a MAC guessing"),
    jump: whole("jump", 4_096, "With so many numbers left out making a desync"),
    from: place("from", "From here on; the beginning when not given"),
    to: place("to", "Up to and with this; now when not given"),
    limit: Flags.integer("limit", { minimum: 0, maximum: differencesLimitMax }).pipe(
      Flag.withDescription("How many differences of each kind are listed (default 10)"),
      Flag.withDefault(10),
    ),
    why: Flag.Boolean("why").pipe(
      Flag.withDescription("With the reasons on both sides"),
      Flag.withDefault(false),
    ),
    clock: Flags.clock,
    log: Flags.log,
    server: Flags.server,
    json: Flags.json,
  },
  Effect.fn("cli.what-if")(function* (given) {
    const windowMs = Option.map(given.tallyWindow, parseDuration)
    if (Option.isSome(windowMs) && windowMs.value === undefined)
      return yield* new WrongUse({ detail: "--tally-window: give a duration as 30s" })
    const ask = yield* Asker.forReading(given)
    const json = yield* ask({
      path: "/api/what-if",
      query: {
        policy: text(given.policy),
        counterRule: text(given.rule),
        contractPerDay: text(given.contract),
        unstatedBand: text(given.unstated),
        afterError: text(given.afterError),
        tallyWindowMs: text(windowMs),
        untrustedStations: text(given.untrusted),
        shedding: text(given.shedding),
        stationPerMinute: text(given.stationRate),
        customerPerMinute: text(given.customerRate),
        blockAfterShed: text(given.blockAfter),
        without: text(given.without),
        block: text(given.block),
        tries: text(given.tries),
        jump: text(given.jump),
        from: text(given.from),
        to: text(given.to),
        clock: given.clock,
        limit: String(given.limit),
      },
    })
    if (given.json) return yield* Console.log(JSON.stringify(json))
    const answer = yield* Effect.orDie(decode(json))
    yield* Console.log(textOf(answer, given.why))
  }, Effect.scoped),
).pipe(
  Command.withShortDescription(
    "Say what would have been under another policy or without a station",
  ),
  Command.withDescription(
    "Decide on every recorded reception again under another policy, another detector's threshold, or without some stations' receptions, and say which verdicts, deliveries and findings change. Nothing is written.",
  ),
)

const text = (value: Option.Option<unknown>): string | undefined =>
  Option.getOrUndefined(Option.map(value, String))

const textOf = (answer: WhatIfAnswer, why: boolean): string => {
  const { changed, changes, deliveries, deliveriesGained, deliveriesLost, findings } = answer
  const { leftOut, messages, supposed, verdicts } = answer
  return [
    `supposed: ${supposed}; positions ${answer.from} to ${answer.to - 1}`,
    `${Words.number(changed)} of ${Words.count(messages, "verdict")} would change${leftOut === 0 ? "" : `, ${Words.count(leftOut, "reception")} left out`}`,
    ...changes.map(({ change, count }) => `  ${Words.number(count)}  ${change}`),
    ...verdicts.flatMap((verdict) => [
      `  ${verdict.message}  ${verdict.was} -> ${verdict.would}  [${verdict.position}]`,
      ...(why ? reasonsOf(verdict) : []),
    ]),
    ...(changed > verdicts.length ? [`  … ${changed - verdicts.length} more: --limit`] : []),
    `deliveries: ${Words.number(deliveriesLost)} no longer owed, ${Words.number(deliveriesGained)} newly owed`,
    ...deliveries.map(
      ({ change, destination, message, position }) =>
        `  ${message} to ${destination}  ${change}  [${position}]`,
    ),
    `findings: ${findings.length === 0 ? "the same" : Words.count(findings.length, "difference")}`,
    ...findings.flatMap(findingDifference),
  ].join("\n")
}

const findingDifference = ({ change, was, would }: WhatIfAnswer["findings"][number]) => {
  const sides = [was, would].flatMap((one) => (one === undefined ? [] : findingLines(one)))
  return [`  ${change}`, ...sides]
}

const reasonsOf = ({ whyWas, whyWould }: WhatIfAnswer["verdicts"][number]) =>
  [whyWas, whyWould].flatMap((reason) => (reason === undefined ? [] : linesOf(reason, 2)))

const decode = Schema.decodeUnknownEffect(WhatIfAnswer)
