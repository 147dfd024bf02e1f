/** `sigtwin alert …`: who is told when something is unlike the usual, and how the last alerts went. */
import * as Console from "effect/Console"
import * as Effect from "effect/Effect"
import * as Option from "effect/Option"
import * as Schema from "effect/Schema"
import { Argument, Command, Flag } from "effect/cli"
import { kinds } from "../../projections/anomaly/watch/Unusual.ts"
import { AlertsAnswer } from "../api/Alerts.ts"
import * as Asker from "./Asker.ts"
import * as Flags from "./flags.ts"
import { formatTable } from "./formatTable.ts"
import { readSecrets } from "./readSecrets.ts"
import { sayDone } from "./sayDone.ts"
import * as Words from "./Words.ts"
import { WrongUse } from "./WrongUse.ts"

const common = { log: Flags.log, server: Flags.server, json: Flags.json }
const target = Argument.String("TARGET").pipe(Argument.withDescription("A name for the target"))

const add = Command.make(
  "add",
  {
    target,
    url: Argument.String("URL").pipe(
      Argument.withDescription("Where alerts go: an https URL, or mailto:ADDRESS"),
    ),
    kind: Flag.String("kinds").pipe(
      Flag.withMetavar("KINDS"),
      Flag.withDescription(
        `Only anomalies of these kinds, divided by commas: ${kinds.join(", ")} (default all)`,
      ),
      Flag.optional,
    ),
    secrets: Flag.String("secrets").pipe(
      Flag.withMetavar("FILE"),
      Flag.withDescription(
        'JSON that is sealed and never shown: {"headers":{"authorization":"…"},"signingKey":"…"}; - for standard input',
      ),
      Flag.optional,
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
  Effect.fn("cli.alert.add")(function* (given) {
    const wanted = Option.map(given.kind, (text) => text.split(",").map((one) => one.trim()))
    const unknown = Option.getOrElse(wanted, (): ReadonlyArray<string> => []).find(
      (one) => !kinds.some((kind) => kind === one),
    )
    if (unknown !== undefined)
      return yield* new WrongUse({
        detail: `--kinds: there is no kind "${unknown}"; there are ${kinds.join(", ")}`,
      })
    const secrets = Option.isNone(given.secrets)
      ? {}
      : { secrets: yield* readSecrets(given.secrets.value) }
    return yield* sayDone(
      given,
      {
        path: "/api/alerts/targets",
        body: {
          target: given.target,
          url: given.url,
          loopbackAllowed: given.allowLoopback,
          ...(given.allowPrivate ? { privateAllowed: true } : {}),
          ...(Option.isSome(wanted) ? { kinds: wanted.value } : {}),
          ...secrets,
        },
      },
      `alerts go to ${given.url}; try it: sigtwin alert test ${given.target}`,
    )
  }),
).pipe(
  Command.withShortDescription("Add somebody to alert, or change how"),
  Command.withDescription(
    "Add somebody to alert, or change the target of that name. Each anomaly is told once when it opens and once when it clears, by a running server. Secrets stay as they are where none are given.",
  ),
)

const remove = Command.make(
  "remove",
  { target, ...common },
  Effect.fn("cli.alert.remove")((given) =>
    sayDone(
      given,
      { method: "DELETE", path: `/api/alerts/targets/${encodeURIComponent(given.target)}` },
      `alerts go to ${given.target} no more`,
    ),
  ),
).pipe(Command.withDescription("Alert a target no more"))

const test = Command.make(
  "test",
  {
    target: Argument.String("TARGET").pipe(
      Argument.withDescription("Which one (default all)"),
      Argument.optional,
    ),
    ...common,
  },
  Effect.fn("cli.alert.test")((given) =>
    sayDone(
      given,
      {
        path: "/api/alerts/test",
        body: Option.isNone(given.target) ? {} : { target: given.target.value },
      },
      "a running server sends it now; sigtwin alert list shows how it went",
    ),
  ),
).pipe(Command.withDescription("Tell one target, or all, that this is a test"))

const list = Command.make(
  "list",
  {
    limit: Flags.limit(512, 20),
    at: Flags.at,
    clock: Flags.clock,
    ...common,
  },
  Effect.fn("cli.alert.list")(function* (given) {
    const ask = yield* Asker.forReading(given)
    const answer = yield* ask({
      path: "/api/alerts",
      query: { at: Option.getOrUndefined(given.at), clock: given.clock },
    })
    if (given.json) return yield* Console.log(JSON.stringify(answer))
    const { alerts, targets } = yield* Effect.orDie(decode(answer))
    if (targets.length === 0 && alerts.length === 0)
      return yield* Console.log("nobody is alerted; sigtwin alert add TARGET URL")
    yield* Console.log(
      formatTable(
        ["target", "goes to", "of", "secrets", "by"],
        targets.map((row) => [
          row.target,
          row.url,
          row.kinds.length === 0 ? "everything" : row.kinds.join(", "),
          row.hasSecrets ? "sealed" : "none",
          row.by,
        ]),
      ),
    )
    if (alerts.length === 0) return yield* Console.log("\nno alert was raised yet")
    yield* Console.log(
      `\n${formatTable(
        ["raised", "position", "alert", "target", "state", "attempts", "answer"],
        alerts
          .slice(0, given.limit)
          .flatMap(({ ms, phase, position, text, told }) =>
            told.map((one) => [
              Words.instant(ms),
              String(position),
              `${phase}: ${text}`,
              one.target,
              one.state,
              Words.number(one.attempts),
              one.error ?? (one.status === null ? "" : String(one.status)),
            ]),
          ),
        new Set(["position", "attempts"]),
      )}`,
    )
  }, Effect.scoped),
).pipe(Command.withDescription("List who is alerted, and how the last alerts went"))

export const alert = Command.make("alert").pipe(
  Command.withDescription("Who is told when something is unlike the usual, by webhook or e-mail"),
  Command.withSubcommands([add, list, remove, test]),
)

const decode = Schema.decodeUnknownEffect(AlertsAnswer)
