/** `sigtwin account`: who may log in or hold credentials. */
import * as Console from "effect/Console"
import * as Effect from "effect/Effect"
import * as Option from "effect/Option"
import * as Schema from "effect/Schema"
import { Command, Flag } from "effect/cli"
import { RoleId } from "../../core/event/access.ts"
import { AccountsAnswer, grantWords } from "../api/Access.ts"
import { account, asOf, common, pathOf, payloads, text } from "./accountFlags.ts"
import * as Asker from "./Asker.ts"
import * as Flags from "./flags.ts"
import { formatTable } from "./formatTable.ts"
import { readPassword } from "./readPassword.ts"
import { readSecretText } from "./readSecretText.ts"
import { said } from "./said.ts"
import { sayDone } from "./sayDone.ts"
import { WrongUse } from "./WrongUse.ts"

const password = Flag.String("password-file").pipe(
  Flag.withMetavar("FILE|-"),
  Flag.withDescription("File with the password; - is standard input"),
)

const add = Command.make(
  "add",
  {
    account,
    name: text("name", "Its name for people"),
    passwordFile: password.pipe(Flag.optional),
    oidc: text("oidc", "Who it is at the OpenID Connect provider, as an address of e-mail"),
    role: Flag.Literals("role", RoleId.literals).pipe(
      Flag.withDescription("A role on the whole twin, granted at once"),
      Flag.optional,
    ),
    payloads,
    ...common,
  },
  Effect.fn("cli.account.add")(function* (given) {
    const secret = Option.isSome(given.passwordFile)
      ? { password: yield* readPassword(given.passwordFile.value) }
      : {}
    yield* sayDone(
      given,
      {
        path: "/api/accounts",
        body: {
          account: given.account,
          ...said("name", given.name),
          ...said("oidc", given.oidc),
          ...secret,
        },
      },
      `account ${given.account} is there`,
    )
    if (Option.isSome(given.role))
      yield* sayDone(
        given,
        {
          path: pathOf(given.account, "/grants"),
          body: { role: given.role.value, payloads: given.payloads },
        },
        `account ${given.account} has the role ${given.role.value}`,
      )
  }),
).pipe(
  Command.withDescription(
    "Add an account, with a password, with an identity at the OpenID Connect provider, or for credentials alone. From the first one on everybody must log in",
  ),
)

const list = Command.make(
  "list",
  { ...asOf, ...common },
  Effect.fn("cli.account.list")(function* (given) {
    const ask = yield* Asker.forReading(given)
    const answer = yield* ask({
      path: "/api/accounts",
      query: { at: Option.getOrUndefined(given.at), clock: given.clock },
    })
    if (given.json) return yield* Console.log(JSON.stringify(answer))
    const { accounts } = yield* Effect.orDie(decodeAccounts(answer))
    if (accounts.length === 0)
      return yield* Console.log(
        "there is no account: only the machine itself may ask, and may do all",
      )
    yield* Console.log(
      formatTable(
        ["account", "name", "state", "login", "credentials", "roles"],
        accounts.map((row) => [
          row.account,
          row.name ?? "",
          row.disabled ? "disabled" : "enabled",
          [row.hasPassword ? "password" : "", row.oidc ?? ""].filter(Boolean).join(", "),
          row.credentials
            .filter(({ revoked }) => !revoked)
            .map(({ credential }) => credential)
            .join(", "),
          row.grants.map(grantWords).join("; "),
        ]),
      ),
    )
  }, Effect.scoped),
).pipe(Command.withDescription("List accounts with what they are granted, now or as it was"))

const simple = (verb: "disable" | "enable", description: string) =>
  Command.make(verb, { account, ...common }, (given) =>
    sayDone(
      given,
      { path: pathOf(given.account, `/${verb}`) },
      `account ${given.account} is ${verb}d`,
    ),
  ).pipe(Command.withDescription(description))

const own = Command.make(
  "own-password",
  { passwordFile: password, server: Flags.server, json: Flags.json },
  Effect.fn("cli.account.own-password")(function* (given) {
    if (Option.isNone(given.server))
      return yield* new WrongUse({
        detail: "whose password it is, the server knows by SIGTWIN_TOKEN: give --server",
      })
    const lines = (yield* readSecretText(given.passwordFile)).split(/\r?\n/)
    const [current = "", secret = "", ...rest] = lines
    if (current === "" || secret === "" || rest.some((line) => line !== ""))
      return yield* new WrongUse({
        detail: "it must hold two lines: the present password, and the new one",
      })
    return yield* sayDone(
      { ...given, log: "" },
      { path: "/api/me/password", body: { current, password: secret } },
      "your password is the new one, and your sessions have ended",
    )
  }),
).pipe(
  Command.withDescription(
    "Set your own password at a server: the file holds two lines, the present password and the new one",
  ),
)

const setPassword = Command.make(
  "password",
  { account, passwordFile: password, ...common },
  Effect.fn("cli.account.password")(function* (given) {
    const secret = yield* readPassword(given.passwordFile)
    yield* sayDone(
      given,
      { path: pathOf(given.account, "/password"), body: { password: secret } },
      `account ${given.account} has a new password`,
    )
  }),
).pipe(Command.withDescription("Set an account's password; its sessions end"))

export const accounts = Command.make("account").pipe(
  Command.withDescription("Add, list and disable accounts"),
  Command.withSubcommands([
    add,
    list,
    setPassword,
    own,
    simple("disable", "Disable an account: its sessions end and its credentials stop working"),
    simple("enable", "Enable an account again"),
  ]),
)

const decodeAccounts = Schema.decodeUnknownEffect(AccountsAnswer)
