/** `sigtwin reference …`: what stations are measured by. */
import { readFileSync } from "node:fs"
import * as Console from "effect/Console"
import * as Effect from "effect/Effect"
import * as Schema from "effect/Schema"
import { Argument, Command, Flag } from "effect/cli"
import { EndorsementsAnswer } from "../api/Integrity.ts"
import * as Asker from "./Asker.ts"
import * as Flags from "./flags.ts"
import { formatTable } from "./formatTable.ts"
import { sayDone } from "./sayDone.ts"
import * as Words from "./Words.ts"
import { WrongUse } from "./WrongUse.ts"

const common = { log: Flags.log, server: Flags.server, json: Flags.json }
const file = (description: string) =>
  Argument.String("FILE").pipe(Argument.withDescription(description))

const textIn = (path: string) =>
  Effect.try({
    try: () => readFileSync(path, "utf8"),
    catch: () => new WrongUse({ detail: `cannot read ${path}` }),
  })

const publish = Command.make(
  "publish",
  {
    file: file("Reference values as JSON, as `sigtwin station measure` prints them"),
    stations: Flag.String("station").pipe(
      Flag.withMetavar("ID"),
      Flag.withDescription(
        "For this station (may be given several times); for all without values of their own where absent",
      ),
      Flag.atLeast(0),
    ),
    ...common,
  },
  Effect.fn("cli.reference.publish")(function* (given) {
    const text = yield* textIn(given.file)
    const values = yield* Effect.try({
      try: (): unknown => JSON.parse(text),
      catch: () => new WrongUse({ detail: `${given.file} is not JSON` }),
    })
    yield* sayDone(
      given,
      {
        path: "/api/endorsements/references",
        body: { values, ...(given.stations.length === 0 ? {} : { stations: given.stations }) },
      },
      `reference values of ${given.file} hold for ${given.stations.length === 0 ? "all stations without their own" : given.stations.join(", ")}`,
    )
  }),
).pipe(Command.withDescription("Publish reference values"))

const supersede = Command.make(
  "supersede",
  {
    id: Argument.String("NAME").pipe(Argument.withDescription("Name of the reference values")),
    ...common,
  },
  Effect.fn("cli.reference.supersede")((given) =>
    sayDone(
      given,
      { path: "/api/endorsements/superseded", body: { id: given.id } },
      `evidence that shows ${given.id} is refused from here on`,
    ),
  ),
).pipe(Command.withDescription("Supersede reference values"))

const root = Command.make(
  "root",
  {
    file: file("Certificate in PEM"),
    issuer: Flag.Boolean("issuer").pipe(
      Flag.withDescription("It stands between endorsement certificates and a root"),
      Flag.withDefault(false),
    ),
    ...common,
  },
  Effect.fn("cli.reference.root")(function* (given) {
    yield* sayDone(
      given,
      {
        path: "/api/endorsements/roots",
        body: {
          certificate: yield* textIn(given.file),
          role: given.issuer ? "issuer" : "root",
        },
      },
      `endorsement certificates below ${given.file} are believed`,
    )
  }),
).pipe(
  Command.withDescription("Trust a root of TPM endorsement certificates, or an issuer below one"),
)

const list = Command.make(
  "list",
  { at: Flags.at, clock: Flags.clock, ...common },
  Effect.fn("cli.reference.list")(function* (given) {
    const ask = yield* Asker.forReading(given)
    const answer = yield* ask({
      path: "/api/endorsements",
      query: { at: given.at._tag === "Some" ? given.at.value : undefined, clock: given.clock },
    })
    if (given.json) return yield* Console.log(JSON.stringify(answer))
    const { references, roots } = yield* Effect.orDie(decode(answer))
    yield* Console.log(
      [
        formatTable(
          ["name", "published", "stations", "PCRs", ""],
          references.map(({ id, publishedMs, stations, superseded, values }) => [
            id,
            Words.instant(publishedMs),
            stations === null
              ? "all"
              : stations.length > 3
                ? String(stations.length)
                : stations.join(" "),
            Object.entries(values.selection)
              .map(([bank, pcrs]) => `${bank}:${pcrs.join(",")}`)
              .join(" "),
            superseded ? "superseded" : "",
          ]),
        ),
        "",
        formatTable(
          ["role", "certificate", "subject"],
          roots.map(({ fingerprint, role, subject }) => [role, fingerprint.slice(0, 16), subject]),
        ),
      ].join("\n"),
    )
  }, Effect.scoped),
).pipe(Command.withDescription("List reference values and trusted roots, now or as it was"))

export const reference = Command.make("reference").pipe(
  Command.withDescription("What stations are measured by: reference values, roots of their TPMs"),
  Command.withSubcommands([list, publish, supersede, root]),
)

const decode = Schema.decodeUnknownEffect(EndorsementsAnswer)
