/** `sigtwin station …`: enrol, list, retire, adopt reference values. */
import * as Effect from "effect/Effect"
import * as Schema from "effect/Schema"
import { Argument, Command, Flag } from "effect/cli"
import { StationsAnswer } from "../http/lists.ts"
import { agent, station as onStation } from "./agent/agent.ts"
import { measure } from "./agent/measure.ts"
import * as Flags from "./flags.ts"
import * as List from "./List.ts"
import { said } from "./said.ts"
import { sayDone } from "./sayDone.ts"
import * as Words from "./Words.ts"

const common = { log: Flags.log, server: Flags.server, json: Flags.json }

const id = Argument.String("ID").pipe(Argument.withDescription("The station, as 1E6AB"))

const text = (name: string, description: string) =>
  Flag.String(name).pipe(Flag.withDescription(description), Flag.optional)

const degrees = (name: string, description: string) =>
  Flag.Finite(name).pipe(
    Flag.withMetavar("DEGREES"),
    Flag.withDescription(description),
    Flag.optional,
  )

const enrol = Command.make(
  "enrol",
  {
    id,
    name: text("name", "Its name for people"),
    city: text("city", "Where it stands"),
    lat: degrees("lat", "Latitude"),
    lng: degrees("lng", "Longitude"),
    dataCentre: text("data-centre", "The data centre it sends to"),
    ...common,
  },
  Effect.fn("cli.station.enrol")((given) =>
    sayDone(
      given,
      {
        path: "/api/stations",
        body: {
          station: given.id,
          ...said("name", given.name),
          ...said("city", given.city),
          ...said("lat", given.lat),
          ...said("lng", given.lng),
          ...said("dataCentre", given.dataCentre),
        },
      },
      `station ${given.id} is enrolled`,
    ),
  ),
).pipe(Command.withDescription("Enrol a station"))

const reference = Command.make(
  "reference",
  {
    id,
    digest: Argument.String("DIGEST").pipe(
      Argument.withDescription(
        "Configuration digest that its receptions must carry from here on, hexadecimal",
      ),
    ),
    ...common,
  },
  Effect.fn("cli.station.reference")((given) =>
    sayDone(
      given,
      {
        path: `/api/stations/${encodeURIComponent(given.id)}/reference`,
        body: { configDigest: given.digest },
      },
      `station ${given.id} is trusted with this configuration`,
    ),
  ),
).pipe(Command.withDescription("Adopt the configuration a station is trusted with"))

const retire = Command.make(
  "retire",
  { id, ...common },
  Effect.fn("cli.station.retire")((given) =>
    sayDone(
      given,
      { path: `/api/stations/${encodeURIComponent(given.id)}/retire` },
      `station ${given.id} is retired`,
    ),
  ),
).pipe(Command.withDescription("Retire a station"))

const list = Command.make("list", List.flags, (given) =>
  List.show(given, "/api/stations", Schema.decodeUnknownEffect(StationsAnswer), {
    of: "stations",
    head: [
      "station",
      "status",
      "name",
      "city",
      "data centre",
      "receptions",
      "reported",
      "alone",
      "last heard",
    ],
    numbers: ["receptions", "reported", "alone"],
    rowsOf: ({ stations }) =>
      stations.map((row) => [
        row.id,
        row.status,
        row.name ?? "",
        row.city ?? "",
        row.dataCentre ?? "",
        Words.number(row.receptions),
        Words.number(row.reportedReceptions),
        Words.number(row.alone),
        Words.instant(row.lastHeardMs),
      ]),
  }),
).pipe(
  Command.withDescription(
    "List stations, now or as it was. `alone`: accepted messages that rest on it alone since its trust was last good",
  ),
)

const pin = Command.make(
  "pin",
  {
    id,
    ekName: Argument.String("EKNAME").pipe(
      Argument.withDescription("Name of its TPM's endorsement key, as `tpm2_readpublic` prints it"),
    ),
    ...common,
  },
  Effect.fn("cli.station.pin")((given) =>
    sayDone(
      given,
      {
        path: `/api/stations/${encodeURIComponent(given.id)}/pin`,
        body: { ekName: given.ekName },
      },
      `station ${given.id} can enrol no other TPM than this one`,
    ),
  ),
).pipe(Command.withDescription("Pin the endorsement key of a station's TPM"))

export const station = onStation.pipe(
  Command.withShortDescription("Enrol, list and retire stations; run on one"),
  Command.withDescription(
    "Enrol, list and retire stations; adopt what they are trusted with; run on one (agent, measure). `sigtwin station --tpm TCTI --id ID` is `station agent` for short.",
  ),
  Command.withSubcommands([enrol, list, reference, pin, retire, agent, measure]),
)
