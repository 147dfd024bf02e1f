/** `sigtwin credential`: tokens for programs, that stand for an account. */
import * as Clock from "effect/Clock"
import * as Console from "effect/Console"
import * as Effect from "effect/Effect"
import * as Option from "effect/Option"
import * as Schema from "effect/Schema"
import { Argument, Command, Flag } from "effect/cli"
import { CredentialAnswer } from "../api/Access.ts"
import { account, common, pathOf } from "./accountFlags.ts"
import * as Asker from "./Asker.ts"
import { parseDuration } from "./parseDuration.ts"
import { sayDone } from "./sayDone.ts"
import { WrongUse } from "./WrongUse.ts"

const credential = Argument.String("CREDENTIAL").pipe(
  Argument.withDescription("A name for the credential, its own in the whole twin"),
)

const create = Command.make(
  "create",
  {
    account,
    credential,
    note: Flag.String("note").pipe(
      Flag.withDescription("What it is for; it stands in the log"),
      Flag.withDefault(""),
    ),
    expires: Flag.String("expires").pipe(
      Flag.withMetavar("D"),
      Flag.withDescription("Stops working after this time, as 90d"),
      Flag.optional,
    ),
    ...common,
  },
  Effect.fn("cli.credential.create")(function* (given) {
    const after = Option.map(given.expires, parseDuration)
    if (Option.isSome(after) && after.value === undefined)
      return yield* new WrongUse({ detail: "--expires: give a time as 90d" })
    const now = yield* Clock.currentTimeMillis
    const ask = yield* Asker.forCommands(given)
    const answer = yield* ask({
      method: "POST",
      path: pathOf(given.account, "/credentials"),
      body: {
        credential: given.credential,
        note: given.note,
        ...(Option.isSome(after) ? { expiresMs: now + (after.value ?? 0) } : {}),
      },
    })
    if (given.json) return yield* Console.log(JSON.stringify(answer))
    const { token } = yield* Effect.orDie(decodeCredential(answer))
    yield* Console.error("this token is shown once; only a digest of it is kept")
    yield* Console.log(token)
  }, Effect.scoped),
).pipe(
  Command.withDescription(
    "Create a token for programs, that stands for the account; it is shown once",
  ),
)

const revokeCredential = Command.make("revoke", { account, credential, ...common }, (given) =>
  sayDone(
    given,
    {
      method: "DELETE",
      path: pathOf(given.account, `/credentials/${encodeURIComponent(given.credential)}`),
    },
    `credential ${given.credential} is revoked`,
  ),
).pipe(Command.withDescription("Revoke a credential: its token stops working"))

export const credentials = Command.make("credential").pipe(
  Command.withDescription("Create and revoke tokens for programs"),
  Command.withSubcommands([create, revokeCredential]),
)

const decodeCredential = Schema.decodeUnknownEffect(CredentialAnswer)
