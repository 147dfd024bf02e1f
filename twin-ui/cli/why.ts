/** `sigtwin why KIND ID`: why it is so, followed to the first facts. */
import * as Console from "effect/Console"
import * as Effect from "effect/Effect"
import * as Option from "effect/Option"
import * as Schema from "effect/Schema"
import { Argument, Command, Flag } from "effect/cli"
import { subjects, WhyAnswer } from "../api/Why.ts"
import * as Asker from "./Asker.ts"
import * as Flags from "./flags.ts"
import { ProblemsFound } from "./ProblemsFound.ts"
import { dotOf, linesOf, mermaidOf, restsOn } from "./whyText.ts"

const narrow = (name: string) =>
  Flag.String(name).pipe(
    Flag.withDescription(`Of a count: only what concerns this ${name}`),
    Flag.optional,
  )

export const why = Command.make(
  "why",
  {
    kind: Argument.Literals("KIND", subjects).pipe(Argument.withDescription("What it is")),
    id: Argument.String("ID").pipe(
      Argument.withDescription(
        "message and delivery: DEVICE:SEQ or DEVICE:SEQ@EPOCH; finding: KIND:ABOUT; count: accepted, refused, refused.REASON, owed, delivered, abandoned, receptions; event: its position",
      ),
    ),
    device: narrow("device"),
    station: narrow("station"),
    customer: narrow("customer"),
    check: Flag.Boolean("check").pipe(
      Flag.withDescription("Fold a finding's facts again and say whether they give the same"),
      Flag.withDefault(false),
    ),
    format: Flag.Literals("format", ["text", "dot", "mermaid"]).pipe(
      Flag.withDescription("As a tree (the default), a Graphviz graph or a Mermaid chart"),
      Flag.withDefault("text" as const),
    ),
    at: Flags.at,
    clock: Flags.clock,
    log: Flags.log,
    server: Flags.server,
    json: Flags.json,
  },
  Effect.fn("cli.why")(function* (given) {
    const ask = yield* Asker.forReading(given)
    const json = yield* ask({
      path: `/api/why/${given.kind}/${encodeURIComponent(given.id)}`,
      query: {
        at: Option.getOrUndefined(given.at),
        clock: given.clock,
        check: given.check ? "yes" : "no",
        device: Option.getOrUndefined(given.device),
        station: Option.getOrUndefined(given.station),
        customer: Option.getOrUndefined(given.customer),
      },
    })
    const answer = yield* Effect.orDie(decode(json))
    yield* Console.log(given.json ? JSON.stringify(json) : textOf(given.format, answer))
    if (answer.refolded === false)
      return yield* new ProblemsFound({ summary: "the facts named do not give the same" })
  }, Effect.scoped),
).pipe(
  Command.withShortDescription("Say why something is so, followed to the first facts"),
  Command.withDescription(
    "Say why a verdict, counter, trust, delivery, finding or count is as it is: the rule and its version, what was compared (expected against seen), and the positions of the events it rests on. (!) marks what did not hold.",
  ),
)

const textOf = (format: "text" | "dot" | "mermaid", answer: WhyAnswer): string => {
  switch (format) {
    case "dot":
      return dotOf(answer.reason)
    case "mermaid":
      return mermaidOf(answer.reason)
    case "text":
      return [...linesOf(answer.reason), "", restsOn(answer)].join("\n")
  }
}

const decode = Schema.decodeUnknownEffect(WhyAnswer)
