/** `sigtwin erase …`: what must be forgotten. */
import * as Console from "effect/Console"
import * as Effect from "effect/Effect"
import * as Schema from "effect/Schema"
import { Argument, Command, Flag } from "effect/cli"
import { EraseAnswer } from "../http/eraseRoutes.ts"
import * as Asker from "./Asker.ts"
import * as Flags from "./flags.ts"
import { sayDone } from "./sayDone.ts"
import * as Words from "./Words.ts"

const device = Command.make(
  "device",
  {
    id: Argument.String("ID").pipe(Argument.withDescription("The device, as 4D33DB")),
    note: Flag.String("note").pipe(
      Flag.withDescription("Who asked for it and why; it stands in the log"),
    ),
    log: Flags.log,
    server: Flags.server,
    json: Flags.json,
  },
  Effect.fn("cli.erase.device")((given) =>
    sayDone(
      given,
      {
        path: `/api/devices/${encodeURIComponent(given.id)}/erase`,
        body: { note: given.note },
      },
      `device ${given.id}: its payloads up to here can no longer be read by anybody`,
    ),
  ),
).pipe(
  Command.withDescription(
    "Destroy the key that a device's payloads are sealed under, and say so in the log. Its events stay, and every proof holds; its payloads can no longer be read by anybody, here or in a copy of the log. Copies of the .keys file still hold the key: destroy those too. What it sends later is sealed under a new key",
  ),
)

const customer = Command.make(
  "customer",
  {
    id: Argument.String("ID").pipe(Argument.withDescription("The customer")),
    note: Flag.String("note").pipe(
      Flag.withDescription("Who asked for it and why; it stands in the log"),
    ),
    log: Flags.log,
    server: Flags.server,
    json: Flags.json,
  },
  Effect.fn("cli.erase.customer")(function* (given) {
    const ask = yield* Asker.forCommands(given)
    const answer = yield* ask({
      method: "POST",
      path: `/api/customers/${encodeURIComponent(given.id)}/erase`,
      body: { note: given.note },
    })
    if (given.json) return yield* Console.log(JSON.stringify(answer))
    const { devices } = yield* Effect.orDie(decode(answer))
    yield* Console.log(
      devices === 0
        ? `customer ${given.id} has no devices: there is nothing to erase`
        : `customer ${given.id}: the payloads of ${Words.count(devices, "device")} up to here can no longer be read by anybody`,
    )
  }, Effect.scoped),
).pipe(
  Command.withDescription(
    "Do that for every device that is registered to a customer now. Asked again after a break, it begins anew and does no harm",
  ),
)

const decode = Schema.decodeUnknownEffect(EraseAnswer)

export const erase = Command.make("erase").pipe(
  Command.withDescription(
    "Erase the payloads of a device, or of all devices of a customer, for good",
  ),
  Command.withSubcommands([device, customer]),
)
