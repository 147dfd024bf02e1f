/** `sigtwin customer …`: register, list, retire, and where their messages go. */
import * as Effect from "effect/Effect"
import * as Option from "effect/Option"
import * as Schema from "effect/Schema"
import { Argument, Command, Flag } from "effect/cli"
import { Told } from "../../core/event/registration.ts"
import { CustomersAnswer } from "../http/lists.ts"
import * as Flags from "./flags.ts"
import * as List from "./List.ts"
import { readSecrets } from "./readSecrets.ts"
import { said } from "./said.ts"
import { sayDone } from "./sayDone.ts"
import * as Words from "./Words.ts"
import { WrongUse } from "./WrongUse.ts"

const common = { log: Flags.log, server: Flags.server, json: Flags.json }

const id = Argument.String("ID").pipe(
  Argument.withDescription("The customer: letters, digits, dots, dashes and underscores"),
)
const destination = Argument.String("DESTINATION").pipe(
  Argument.withDescription("A name for the destination, the customer's own"),
)

const register = Command.make(
  "register",
  {
    id,
    name: Flag.String("name").pipe(Flag.withDescription("Its name for people"), Flag.optional),
    ...common,
  },
  Effect.fn("cli.customer.register")((given) =>
    sayDone(
      given,
      { path: "/api/customers", body: { customer: given.id, ...said("name", given.name) } },
      `customer ${given.id} is registered`,
    ),
  ),
).pipe(Command.withDescription("Register a customer"))

const retire = Command.make(
  "retire",
  { id, ...common },
  Effect.fn("cli.customer.retire")((given) =>
    sayDone(
      given,
      { path: `/api/customers/${encodeURIComponent(given.id)}/retire` },
      `customer ${given.id} is retired`,
    ),
  ),
).pipe(Command.withDescription("Retire a customer: nothing more is owed to it"))

const optional = (name: string, metavar: string, description: string) =>
  Flag.String(name).pipe(
    Flag.withMetavar(metavar),
    Flag.withDescription(description),
    Flag.optional,
  )

const addDestination = Command.make(
  "add-destination",
  {
    id,
    destination,
    url: Argument.String("URL").pipe(
      Argument.withDescription(
        "Where its messages are sent: an https URL, mailto:ADDRESS, or pull: for what is fetched",
      ),
    ),
    batch: Flag.Boolean("batch").pipe(
      Flag.withDescription("One request for all that became owed since the last ({batch})"),
      Flag.withDefault(false),
    ),
    tell: optional(
      "tell",
      "KINDS",
      `What it is told, divided by commas: ${Told.literals.join(", ")} (default bidir: each message, whose answer may hold a downlink)`,
    ),
    group: optional("group", "NAME", "Only of devices in this group and the groups below it"),
    method: Flag.Literals("method", ["POST", "PUT", "GET"]).pipe(
      Flag.withDescription("How it is sent (default POST)"),
      Flag.optional,
    ),
    header: Flag.String("header").pipe(
      Flag.withMetavar("NAME: VALUE"),
      Flag.withDescription("A header of the request; may be given several times"),
      Flag.atLeast(0),
    ),
    body: optional(
      "body",
      "TEMPLATE",
      "Its body with variables, as {device} (default: JSON of what is told)",
    ),
    contentType: optional("content-type", "TYPE", "Of the body (default application/json)"),
    linePattern: optional("line-pattern", "TEMPLATE", "One line of a batch, as {device};{data}"),
    silentAfter: Flags.integer("silent-after", { minimum: 60, maximum: 31_536_000 }).pipe(
      Flag.withDescription(
        "With --tell error: seconds of silence after which a device is told of (default: three times its longest gap of late)",
      ),
      Flag.optional,
    ),
    secrets: optional(
      "secrets",
      "FILE",
      'JSON that is sealed and never shown: {"headers":{"authorization":"…"},"signingKey":"…"}; - for standard input',
    ),
    allowLoopback: Flag.Boolean("allow-loopback").pipe(
      Flag.withDescription("Permit an address on this machine, over plain http too (for trials)"),
      Flag.withDefault(false),
    ),
    allowPrivate: Flag.Boolean("allow-private").pipe(
      Flag.withDescription("Permit an address in a private network"),
      Flag.withDefault(false),
    ),
    ...common,
  },
  Effect.fn("cli.customer.addDestination")(function* (given) {
    const headers: Record<string, string> = {}
    for (const text of given.header) {
      const [, name, value] = /^([^:\s]+):\s*(.*)$/.exec(text) ?? []
      if (name === undefined || value === undefined)
        return yield* new WrongUse({ detail: `--header "${text}" is not NAME: VALUE` })
      headers[name] = value
    }
    const secrets = Option.isNone(given.secrets)
      ? undefined
      : yield* readSecrets(given.secrets.value)
    const channel = given.url.startsWith("mailto:")
      ? "email"
      : given.url === "pull:"
        ? "pull"
        : given.batch
          ? "batch-url"
          : undefined
    return yield* sayDone(
      given,
      {
        path: `/api/customers/${encodeURIComponent(given.id)}/destinations`,
        body: {
          destination: given.destination,
          url: given.url,
          loopbackAllowed: given.allowLoopback,
          ...(channel === undefined ? {} : { channel }),
          ...(Option.isNone(given.tell) ? {} : { told: given.tell.value.split(",") }),
          ...said("group", given.group),
          ...said("method", given.method),
          ...(given.header.length === 0 ? {} : { headers }),
          ...said("body", given.body),
          ...said("contentType", given.contentType),
          ...said("linePattern", given.linePattern),
          ...said("silentAfterS", given.silentAfter),
          ...(given.allowPrivate ? { privateAllowed: true } : {}),
          ...(secrets === undefined ? {} : { secrets }),
        },
      },
      channel === "pull"
        ? `messages of customer ${given.id} are kept until they are fetched`
        : `messages of customer ${given.id} go to ${given.url}`,
    )
  }),
).pipe(
  Command.withShortDescription("Add a destination for a customer's messages, or change it"),
  Command.withDescription(
    "Add a destination for a customer's messages, or change the one of that name. Secrets stay as they are where none are given.",
  ),
)

const removeDestination = Command.make(
  "remove-destination",
  { id, destination, ...common },
  Effect.fn("cli.customer.removeDestination")((given) =>
    sayDone(
      given,
      {
        method: "DELETE",
        path: `/api/customers/${encodeURIComponent(given.id)}/destinations/${encodeURIComponent(given.destination)}`,
      },
      `messages of customer ${given.id} no longer go to ${given.destination}`,
    ),
  ),
).pipe(Command.withDescription("Remove a customer's destination"))

const list = Command.make("list", List.flags, (given) =>
  List.show(given, "/api/customers", Schema.decodeUnknownEffect(CustomersAnswer), {
    of: "customers",
    head: [
      "customer",
      "status",
      "name",
      "destinations",
      "owed",
      "delivered",
      "pending",
      "given up",
    ],
    numbers: ["destinations", "owed", "delivered", "pending", "given up"],
    rowsOf: ({ customers }) =>
      customers.map((row) => [
        row.id,
        row.status,
        row.name ?? "",
        ...[row.destinations, row.owed, row.delivered, row.pending, row.abandoned].map(
          Words.number,
        ),
      ]),
  }),
).pipe(Command.withDescription("List customers with what they are owed, now or as it was"))

export const customer = Command.make("customer").pipe(
  Command.withDescription("Register, list and retire customers, and where their messages go"),
  Command.withSubcommands([register, list, retire, addDestination, removeDestination]),
)
