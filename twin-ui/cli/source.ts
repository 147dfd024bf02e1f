/** `sigtwin source …`: networks whose API is polled, where callbacks cannot come in. */
import * as Effect from "effect/Effect"
import * as Option from "effect/Option"
import { Argument, Command, Flag } from "effect/cli"
import * as Flags from "./flags.ts"
import { readSecrets } from "./readSecrets.ts"
import { sayDone } from "./sayDone.ts"

const common = { log: Flags.log, server: Flags.server, json: Flags.json }

const source = Argument.String("SOURCE").pipe(Argument.withDescription("A name for the network"))

const add = Command.make(
  "add",
  {
    source,
    url: Argument.String("URL").pipe(
      Argument.withDescription("Of its API, as https://api.sigfox.com/v2"),
    ),
    deviceTypes: Flag.String("device-types").pipe(
      Flag.withMetavar("IDS"),
      Flag.withDescription("Device types whose messages are asked for, divided by commas"),
    ),
    every: Flags.integer("every", { minimum: 1, maximum: 86_400 }).pipe(
      Flag.withDescription("Seconds between two rounds (default 60)"),
      Flag.withDefault(60),
    ),
    credentials: Flag.String("credentials").pipe(
      Flag.withMetavar("FILE"),
      Flag.withDescription(
        'JSON that is sealed: {"login":"…","password":"…"}; - for standard input',
      ),
      Flag.optional,
    ),
    allowLoopback: Flag.Boolean("allow-loopback").pipe(
      Flag.withDescription("Permit an address on this machine (for trials)"),
      Flag.withDefault(false),
    ),
    ...common,
  },
  Effect.fn("cli.source.add")(function* (given) {
    const credentials = Option.isNone(given.credentials)
      ? {}
      : { credentials: yield* readSecrets(given.credentials.value) }
    return yield* sayDone(
      given,
      {
        path: "/api/sources",
        body: {
          source: given.source,
          url: given.url,
          deviceTypes: given.deviceTypes.split(",").map((type) => type.trim()),
          everyS: given.every,
          loopbackAllowed: given.allowLoopback,
          ...credentials,
        },
      },
      `${given.source} is polled by a running server every ${given.every} s`,
    )
  }),
).pipe(Command.withDescription("Poll a network's API v2 for messages, or change how"))

const remove = Command.make(
  "remove",
  { source, ...common },
  Effect.fn("cli.source.remove")((given) =>
    sayDone(
      given,
      { method: "DELETE", path: `/api/sources/${encodeURIComponent(given.source)}` },
      `${given.source} is not polled any more`,
    ),
  ),
).pipe(Command.withDescription("Poll a network no more"))

export const sourceCommand = Command.make("source").pipe(
  Command.withDescription("Networks that are mirrored by asking their API"),
  Command.withSubcommands([add, remove]),
)
