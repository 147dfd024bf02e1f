/** `sigtwin core …`: what the core network is made of, what stands, and what would stop it. */
import * as Console from "effect/Console"
import * as Effect from "effect/Effect"
import * as Option from "effect/Option"
import * as Schema from "effect/Schema"
import { Argument, Command, Flag } from "effect/cli"
import { PartKind } from "../../core/event/infrastructure.ts"
import { CoreAnswer } from "../api/Core.ts"
import * as Asker from "./Asker.ts"
import * as Flags from "./flags.ts"
import { formatTable } from "./formatTable.ts"
import { ProblemsFound } from "./ProblemsFound.ts"
import { said } from "./said.ts"
import { sayDone } from "./sayDone.ts"
import * as Words from "./Words.ts"

const common = { log: Flags.log, server: Flags.server, json: Flags.json }

const instant = (name: string, description: string) =>
  Flag.String(name).pipe(
    Flag.withMetavar("INSTANT"),
    Flag.withDescription(description),
    Flag.optional,
  )

const show = Command.make(
  "show",
  {
    from: instant("from", "Availability from this instant on (default: from the beginning)"),
    to: instant("to", "Availability up to this instant (default: the moment asked about)"),
    at: Flags.at,
    clock: Flags.clock,
    ...common,
  },
  Effect.fn("cli.core.show")(function* (given) {
    const ask = yield* Asker.forReading(given)
    const json = yield* ask({
      path: "/api/core",
      query: {
        from: Option.getOrUndefined(given.from),
        to: Option.getOrUndefined(given.to),
        at: Option.getOrUndefined(given.at),
        clock: given.clock,
      },
    })
    const answer = yield* Effect.orDie(decode(json))
    yield* Console.log(given.json ? JSON.stringify(json) : textOf(answer))
    const down = answer.services.filter(({ stands }) => !stands)
    if (down.length > 0)
      return yield* new ProblemsFound({
        summary: `${Words.count(down.length, "service")} ${down.length === 1 ? "does" : "do"} not stand`,
      })
  }, Effect.scoped),
).pipe(
  Command.withShortDescription("Show services, ways left, and what would stop them"),
  Command.withDescription(
    "Show each service of the core: whether it stands, how many ways are left that share no part, which single part would stop it, and its availability; then the parts. Exit code 1 if a service does not stand.",
  ),
)

const decode = Schema.decodeUnknownEffect(CoreAnswer)

const part = Argument.String("PART").pipe(
  Argument.withDescription("The part, as par.server-1: letters, digits, dots and dashes"),
)
const names = (name: string, description: string) =>
  Flag.String(name).pipe(
    Flag.withMetavar("PARTS"),
    Flag.withDescription(description),
    Flag.optional,
  )

const itemsOf = (text: Option.Option<string>): ReadonlyArray<string> =>
  Option.getOrElse(text, () => "")
    .split(",")
    .map((item) => item.trim())
    .filter((item) => item !== "")

const addPart = Command.make(
  "add-part",
  {
    part,
    kind: Argument.Literals("KIND", PartKind.literals).pipe(Argument.withDescription("What it is")),
    joins: names("joins", "Parts it is joined to, divided by commas"),
    name: Flag.String("name").pipe(Flag.withDescription("Its name for people"), Flag.optional),
    ...common,
  },
  Effect.fn("cli.core.addPart")((given) =>
    sayDone(
      given,
      {
        path: "/api/core/parts",
        body: {
          part: given.part,
          kind: given.kind,
          joins: itemsOf(given.joins),
          ...said("name", given.name),
        },
      },
      `${given.part} is part of the core`,
    ),
  ),
).pipe(Command.withDescription("Add a part of the core, or say what it is joined to"))

const removePart = Command.make(
  "remove-part",
  { part, ...common },
  Effect.fn("cli.core.removePart")((given) =>
    sayDone(
      given,
      { method: "DELETE", path: `/api/core/parts/${encodeURIComponent(given.part)}` },
      `${given.part} is no part of the core any more`,
    ),
  ),
).pipe(Command.withDescription("Remove a part of the core"))

const declare = Command.make(
  "declare",
  {
    service: Argument.String("SERVICE").pipe(Argument.withDescription("A name for the service")),
    from: names("from", "Parts of the one end, divided by commas; none ends the service"),
    to: names("to", "Parts of the other end"),
    name: Flag.String("name").pipe(Flag.withDescription("Its name for people"), Flag.optional),
    ...common,
  },
  Effect.fn("cli.core.declare")((given) =>
    sayDone(
      given,
      {
        path: "/api/core/services",
        body: {
          service: given.service,
          from: itemsOf(given.from),
          to: itemsOf(given.to),
          ...said("name", given.name),
        },
      },
      `service ${given.service} is declared`,
    ),
  ),
).pipe(
  Command.withDescription(
    "Declare a service: it stands as long as parts that are up lead from one end to the other",
  ),
)

export const core = Command.make("core").pipe(
  Command.withDescription("Show the core network, and say what it is made of"),
  Command.withSubcommands([show, addPart, removePart, declare]),
)

const textOf = ({ parts, services }: typeof CoreAnswer.Type): string => {
  if (services.length === 0 && parts.length === 0) return "nothing is known of the core"
  const table = formatTable(
    ["service", "stands", "ways", "would stop it", "available", "outages", "since"],
    services.map((service) => [
      service.service,
      service.stands ? "yes" : "NO",
      String(service.ways),
      service.cuts.join(", ") || (service.stands ? "no single part" : ""),
      service.availability === null ? "" : `${(100 * service.availability).toFixed(4)} %`,
      Words.number(service.outages),
      Words.instant(service.fromMs),
    ]),
    new Set(["ways", "available", "outages"]),
  )
  const list = formatTable(
    ["part", "kind", "state", "since", "joined to"],
    parts.map((each) => [
      each.part,
      each.kind,
      each.up ? "up" : `DOWN${each.detail === null ? "" : ` (${each.detail})`}`,
      Words.instant(each.sinceMs),
      each.joins.join(", "),
    ]),
  )
  return `${table}\n\n${list}`
}
