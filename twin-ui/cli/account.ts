/** `sigtwin account`, `role`, `credential`, `group`, `audit`: who may see and do what, and who did. */
import * as Clock from "effect/Clock"
import * as Console from "effect/Console"
import * as Effect from "effect/Effect"
import * as Option from "effect/Option"
import * as Schema from "effect/Schema"
import { Argument, Command, Flag } from "effect/cli"
import { RoleId } from "../../core/event/access.ts"
import {
  AccountsAnswer,
  auditKinds,
  CredentialAnswer,
  grantWords,
  GroupsAnswer,
} from "../api/Access.ts"
import { EventsAnswer, eventsLimitMax } from "../api/Events.ts"
import * as Asker from "./Asker.ts"
import { eventTable } from "./eventTable.ts"
import * as Flags from "./flags.ts"
import { formatTable } from "./formatTable.ts"
import { parseDuration } from "./parseDuration.ts"
import { readPassword } from "./readPassword.ts"
import { readSecretText } from "./readSecretText.ts"
import { said } from "./said.ts"
import { sayDone } from "./sayDone.ts"
import { WrongUse } from "./WrongUse.ts"

const common = { log: Flags.log, server: Flags.server, json: Flags.json }
const asOf = { at: Flags.at, clock: Flags.clock }
const account = Argument.String("ACCOUNT").pipe(
  Argument.withDescription("The account: letters, digits, dots, dashes and underscores"),
)
const text = (name: string, description: string) =>
  Flag.String(name).pipe(Flag.withDescription(description), Flag.optional)

const role = Argument.Literals("ROLE", RoleId.literals).pipe(
  Argument.withDescription(
    "operator, auditor, DEVICE_MANAGER_R or _W, CUSTOMER_R or _W, OPT_…, INGEST_…",
  ),
)
const scope = {
  group: text("group", "Only on devices of this group and the groups below it"),
  deviceType: text("device-type", "Only on devices of this type"),
  customer: text("customer", "Only on this customer and its devices"),
}
const payloads = Flag.Boolean("payloads").pipe(
  Flag.withDescription("Payloads are seen in plain"),
  Flag.withDefault(false),
)
const password = Flag.String("password-file").pipe(
  Flag.withMetavar("FILE|-"),
  Flag.withDescription("File with the password; - is standard input"),
)

const pathOf = (id: string, rest: string): string =>
  `/api/accounts/${encodeURIComponent(id)}${rest}`

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

const grant = Command.make("grant", { account, role, ...scope, payloads, ...common }, (given) =>
  sayDone(
    given,
    {
      path: pathOf(given.account, "/grants"),
      body: {
        role: given.role,
        payloads: given.payloads,
        ...said("group", given.group),
        ...said("deviceType", given.deviceType),
        ...said("customer", given.customer),
      },
    },
    `account ${given.account} has the role ${given.role}`,
  ),
).pipe(Command.withDescription("Give an account a role, on the whole twin or on a part of it"))

const revoke = Command.make("revoke", { account, role, ...scope, ...common }, (given) =>
  sayDone(
    given,
    {
      path: pathOf(given.account, "/revoke"),
      body: {
        role: given.role,
        ...said("group", given.group),
        ...said("deviceType", given.deviceType),
        ...said("customer", given.customer),
      },
    },
    `account ${given.account} no longer has the role ${given.role} there`,
  ),
).pipe(Command.withDescription("Take a role away, named by role and scope as it was given"))

export const roles = Command.make("role").pipe(
  Command.withDescription("Give roles and take them away"),
  Command.withSubcommands([grant, revoke]),
)

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

const place = Command.make(
  "place",
  {
    group: Argument.String("GROUP").pipe(
      Argument.withDescription("The group that devices are registered with"),
    ),
    below: text("below", "The group it stands below; at the top when not given"),
    name: text("name", "Its name for people"),
    ...common,
  },
  (given) =>
    sayDone(
      given,
      {
        path: "/api/groups",
        body: { group: given.group, ...said("parent", given.below), ...said("name", given.name) },
      },
      `group ${given.group} stands ${Option.isSome(given.below) ? `below ${given.below.value}` : "at the top"}`,
    ),
).pipe(
  Command.withDescription("Place a group in the tree: what is granted on a group holds below it"),
)

const listGroups = Command.make(
  "list",
  { ...asOf, ...common },
  Effect.fn("cli.group.list")(function* (given) {
    const ask = yield* Asker.forReading(given)
    const answer = yield* ask({
      path: "/api/groups",
      query: { at: Option.getOrUndefined(given.at), clock: given.clock },
    })
    if (given.json) return yield* Console.log(JSON.stringify(answer))
    const { groups } = yield* Effect.orDie(decodeGroups(answer))
    if (groups.length === 0) return yield* Console.log("no group was placed")
    yield* Console.log(
      formatTable(
        ["group", "below", "name"],
        groups.map((row) => [row.group, row.parent ?? "", row.name ?? ""]),
      ),
    )
  }, Effect.scoped),
).pipe(Command.withDescription("List the groups that were placed, now or as it was"))

export const group = Command.make("group").pipe(
  Command.withDescription("The tree of groups that devices belong to"),
  Command.withSubcommands([place, listGroups]),
)

export const audit = Command.make(
  "audit",
  {
    refusals: Flag.Boolean("refusals").pipe(
      Flag.withDescription("Only what was refused"),
      Flag.withDefault(false),
    ),
    limit: Flags.integer("limit", { minimum: 1, maximum: eventsLimitMax }).pipe(
      Flag.withDescription(`How many at most, up to ${eventsLimitMax} (default 50)`),
      Flag.withDefault(50),
    ),
    ...common,
  },
  Effect.fn("cli.audit")(function* (given) {
    const ask = yield* Asker.forReading(given)
    const kinds = given.refusals
      ? ["AccessRefused"]
      : [...auditKinds, "TrafficBlocked", "TrafficUnblocked", "PolicyAdopted"]
    const answer = yield* ask({
      path: "/api/events",
      query: { kind: kinds.join(","), limit: String(given.limit) },
    })
    if (given.json) return yield* Console.log(JSON.stringify(answer))
    const { events } = yield* Effect.orDie(decodeEvents(answer))
    yield* Console.log(
      events.length === 0 ? "there is nothing in the audit trail" : eventTable(events),
    )
  }, Effect.scoped),
).pipe(
  Command.withDescription(
    "List who did what, newest first: logins, refusals, grants, credentials, blocks, commands",
  ),
)

const decodeAccounts = Schema.decodeUnknownEffect(AccountsAnswer)
const decodeGroups = Schema.decodeUnknownEffect(GroupsAnswer)
const decodeCredential = Schema.decodeUnknownEffect(CredentialAnswer)
const decodeEvents = Schema.decodeUnknownEffect(EventsAnswer)
