/** `sigtwin erase …`: what must be forgotten. */
import * as Effect from "effect/Effect"
import { Argument, Command, Flag } from "effect/cli"
import * as Flags from "./flags.ts"
import { sayDone } from "./sayDone.ts"

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

export const erase = Command.make("erase").pipe(
  Command.withDescription("Erase a device's payloads for good"),
  Command.withSubcommands([device]),
)
