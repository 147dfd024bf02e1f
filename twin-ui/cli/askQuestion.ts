/** `sigtwin ask`: questions with a name, each a command with its parameters as flags. */
import * as Console from "effect/Console"
import * as Effect from "effect/Effect"
import * as Option from "effect/Option"
import * as Schema from "effect/Schema"
import { Command, Flag } from "effect/cli"
import { questions } from "../../projections/analytics/questions/all.ts"
import type { Parameter } from "../../projections/analytics/questions/Parameter.ts"
import type { Question } from "../../projections/analytics/questions/Question.ts"
import { AskAnswer } from "../api/Questions.ts"
import { answerText } from "./answerText.ts"
import * as Asker from "./Asker.ts"
import * as Flags from "./flags.ts"
import { formatTable } from "./formatTable.ts"
import { said } from "./said.ts"
import { tableFlags } from "./tableFlags.ts"
import { writeOut } from "./writeOut.ts"

/** A parameter is checked where it is read: by the question, whoever is asked. */
const flagOf = (name: string, { about, absent, choices, form, kind }: Parameter) =>
  Flag.String(name).pipe(
    Flag.withMetavar(
      choices?.join("|") ?? (kind === "text" ? name.toUpperCase() : kind.toUpperCase()),
    ),
    Flag.withDescription(
      `${about.replace(/\.$/, "")}${kind === "number" ? ` (${form})` : ""}${absent === undefined ? "" : ` (default ${absent})`}`,
    ),
    Flag.optional,
  )

const commandOf = ({ about, name, parameters, title }: Question) =>
  Command.make(
    name,
    {
      parameters: Object.fromEntries(
        Object.entries(parameters).map(([each, parameter]) => [each, flagOf(each, parameter)]),
      ),
      ...tableFlags,
    },
    Effect.fn(`cli.ask.${name}`)(function* (given) {
      const ask = yield* Asker.forTables(given)
      const format = given.json ? "json" : given.format
      const bytes = yield* ask({
        method: "POST",
        path: `/api/ask/${name}`,
        body: {
          parameters: Object.fromEntries(
            Object.entries(given.parameters).flatMap(([each, value]) =>
              Option.isSome(value) ? [[each, value.value]] : [],
            ),
          ),
          ...said("at", given.at),
          clock: given.clock,
          format: format === "table" ? "json" : format,
          rows: given.rows,
          timeMs: given.seconds * 1000,
        },
      })
      if (format !== "table") return yield* writeOut(bytes, given.out, format)
      const text = answerText(yield* Effect.orDie(decodeAnswer(new TextDecoder().decode(bytes))))
      if (Option.isNone(given.out)) return yield* Console.log(text)
      return yield* writeOut(new TextEncoder().encode(`${text}\n`), given.out, format)
    }, Effect.scoped),
  ).pipe(Command.withShortDescription(title), Command.withDescription(about))

const list = Command.make(
  "list",
  { log: Flags.log, server: Flags.server, json: Flags.json },
  Effect.fn("cli.ask.list")(function* (given) {
    if (!given.json) return yield* Console.log(listText)
    const ask = yield* Asker.forTables(given)
    const text = new TextDecoder().decode(yield* ask({ path: "/api/ask" }))
    return yield* Console.log(text)
  }, Effect.scoped),
).pipe(
  Command.withShortDescription("List the questions"),
  Command.withDescription("List the questions, what each answers and what it may be given."),
)

export const askQuestion = Command.make("ask").pipe(
  Command.withShortDescription("Ask the tables a question that has a name"),
  Command.withDescription(
    "Ask the tables a question that has a name; `sigtwin ask list` tells them all, `sigtwin ask NAME --help` what one may be given. The tables are brought up to date first.",
  ),
  Command.withSubcommands([list, ...questions.map(commandOf)]),
)

const listText = formatTable(
  ["question", "parameters", "answers"],
  questions.map(({ name, parameters, title }) => [
    name,
    Object.keys(parameters)
      .map((each) => `--${each}`)
      .join(" "),
    title,
  ]),
)

const decodeAnswer = Schema.decodeUnknownEffect(Schema.fromJsonString(AskAnswer))
