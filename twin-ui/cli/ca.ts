/** `sigtwin ca …`: a small certificate authority for the stations' channel. */
import * as Clock from "effect/Clock"
import * as Console from "effect/Console"
import * as Effect from "effect/Effect"
import { join } from "node:path"
import { Argument, Command, Flag } from "effect/cli"
import * as Folder from "../http/stationFolder.ts"
import * as Flags from "./flags.ts"
import { WrongUse } from "./WrongUse.ts"

const folder = Argument.String("DIR").pipe(
  Argument.withDescription("Where its files are: ca.pem, ca.key, server.pem, server.key"),
)

const init = Command.make(
  "init",
  {
    folder,
    name: Flag.String("name").pipe(
      Flag.withDescription("Its name (default sigtwin stations)"),
      Flag.withDefault("sigtwin stations"),
    ),
    json: Flags.json,
  },
  Effect.fn("cli.ca.init")(function* (given) {
    if (Folder.readRoot(given.folder) !== undefined)
      return yield* new WrongUse({ detail: `there is a CA in ${given.folder} already` })
    yield* Folder.init(given.folder, given.name, yield* Clock.currentTimeMillis)
    const file = join(given.folder, Folder.files.root)
    yield* Console.log(
      given.json
        ? JSON.stringify({ root: file })
        : `made a CA; stations are given ${file}, nobody is given ca.key`,
    )
  }),
).pipe(Command.withDescription("Make a CA of ten years in a new folder"))

const issue = Command.make(
  "issue",
  {
    folder,
    names: Argument.String("NAME").pipe(
      Argument.withDescription("Names and addresses by which stations reach the listener"),
      Argument.variadic({ min: 1 }),
    ),
    json: Flags.json,
  },
  Effect.fn("cli.ca.issue")(function* (given) {
    const root = Folder.readRoot(given.folder)
    if (root === undefined)
      return yield* new WrongUse({
        detail: `there is no CA in ${given.folder}; \`sigtwin ca init ${given.folder}\` makes one`,
      })
    yield* Folder.issueListener(given.folder, root, given.names, yield* Clock.currentTimeMillis)
    const file = join(given.folder, Folder.files.server)
    yield* Console.log(
      given.json
        ? JSON.stringify({ certificate: file, names: given.names })
        : `issued ${file} for ${given.names.join(", ")}, for a year`,
    )
  }),
).pipe(
  Command.withDescription(
    "Issue the certificate of the stations' listener. Stations get theirs when their TPM is enrolled",
  ),
)

export const ca = Command.make("ca").pipe(
  Command.withDescription("A certificate authority for the channel of stations"),
  Command.withSubcommands([init, issue]),
)
