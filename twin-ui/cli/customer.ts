/** `sigtwin customer …`: register, list, retire, and where their messages go. */
import * as Effect from "effect/Effect"
import * as Schema from "effect/Schema"
import { Argument, Command, Flag } from "effect/cli"
import { CustomersAnswer } from "../http/lists.ts"
import * as Flags from "./flags.ts"
import * as List from "./List.ts"
import { said } from "./said.ts"
import { sayDone } from "./sayDone.ts"
import * as Words from "./Words.ts"

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

const addDestination = Command.make(
  "add-destination",
  {
    id,
    destination,
    url: Argument.String("URL").pipe(
      Argument.withDescription("Where its messages are sent: an https URL"),
    ),
    allowLoopback: Flag.Boolean("allow-loopback").pipe(
      Flag.withDescription("Permit an address on this machine, over plain http too (for trials)"),
      Flag.withDefault(false),
    ),
    ...common,
  },
  Effect.fn("cli.customer.addDestination")((given) =>
    sayDone(
      given,
      {
        path: `/api/customers/${encodeURIComponent(given.id)}/destinations`,
        body: {
          destination: given.destination,
          url: given.url,
          loopbackAllowed: given.allowLoopback,
        },
      },
      `messages of customer ${given.id} go to ${given.url}`,
    ),
  ),
).pipe(Command.withDescription("Add a destination for a customer's messages, or change its URL"))

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
