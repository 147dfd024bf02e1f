/** `sigtwin open CAPSULE`: checks a capsule and serves it, read-only, with nothing but the file. */
import * as Console from "effect/Console"
import * as Effect from "effect/Effect"
import * as FileSystem from "effect/FileSystem"
import * as Layer from "effect/Layer"
import * as Option from "effect/Option"
import { Argument, Command, Flag } from "effect/cli"
import type { DeviceId } from "../../core/event/ids.ts"
import type { Sealed } from "../../core/event/sealed.ts"
import { Pipeline } from "../../core/ingest/Pipeline.ts"
import { secretsMemory } from "../../core/keys/secretsMemory.ts"
import * as Vault from "../../core/keys/Vault.ts"
import { LogUnavailable } from "../../core/log/EventLog.ts"
import * as Note from "../../core/log/proof/Note.ts"
import * as OrderDesk from "../../core/network/OrderDesk.ts"
import * as Bytes from "../../core/kernel/Bytes.ts"
import * as Rejected from "../../core/kernel/Rejected.ts"
import * as Capsule from "../../projections/time/capsule/Capsule.ts"
import * as capsuleLog from "../../projections/time/capsule/capsuleLog.ts"
import * as live from "../../projections/run/live.ts"
import * as Server from "../http/server.ts"
import { settingsDefault } from "../http/Settings.ts"
import * as Flags from "./flags.ts"
import { pageRoot } from "./pageRoot.ts"
import { ProblemsFound } from "./ProblemsFound.ts"
import { version } from "./version.ts"
import * as Words from "./Words.ts"
import { WrongUse } from "./WrongUse.ts"

export const open = Command.make(
  "open",
  {
    file: Argument.String("CAPSULE").pipe(
      Argument.withDescription("A file that `sigtwin case capsule` made"),
    ),
    key: Flag.String("key").pipe(
      Flag.withMetavar("NAME+ID+KEY"),
      Flag.withDescription(
        "The log's public key, had from its owner (`sigtwin log key`); without it the one in the capsule is taken",
      ),
      Flag.optional,
    ),
    check: Flag.Boolean("check").pipe(
      Flag.withDescription("Only check it; serve nothing"),
      Flag.withDefault(false),
    ),
    port: Flags.integer("port", { minimum: 0, maximum: 65_535 }).pipe(
      Flag.withDescription("Where to listen, on this machine alone (default 4281)"),
      Flag.withDefault(4281),
    ),
    json: Flags.json,
  },
  Effect.fn("cli.open")(function* (given) {
    const verifier = Option.isSome(given.key) ? Note.parseVerifierKey(given.key.value) : undefined
    if (Rejected.is(verifier)) return yield* new WrongUse({ detail: `--key: ${verifier.detail}` })
    const fs = yield* FileSystem.FileSystem
    const text = yield* Effect.mapError(
      fs.readFileString(given.file),
      (error) => new WrongUse({ detail: `cannot read ${given.file}: ${error.message}` }),
    )
    const opened = Capsule.open(text, verifier)
    if (Rejected.is(opened))
      return yield* new ProblemsFound({
        summary: `${given.file}, ${opened.where}: ${opened.detail}`,
      })
    yield* Console.log(
      given.json
        ? JSON.stringify(summaryOf(opened))
        : textOf(given.file, opened, verifier !== undefined),
    )
    if (opened.problems.length > 0)
      return yield* new ProblemsFound({
        summary: `${Words.count(opened.problems.length, "thing")} in it ${opened.problems.length === 1 ? "does" : "do"} not hold`,
      })
    if (given.check) return undefined
    return yield* serve(opened, given.file, given.port)
  }, Effect.scoped),
).pipe(
  Command.withShortDescription("Check a capsule and serve it, read-only"),
  Command.withDescription(
    "Check an investigation's capsule, then serve its slice of the log: API and page, read-only, with nothing but the file. `--server http://127.0.0.1:4281` puts every question of the command line to it.",
  ),
)

const serve = (opened: Capsule.Opened, file: string, port: number) =>
  Effect.gen(function* () {
    const log = capsuleLog.layer(opened, file)
    const settings = { ...settingsDefault, version, port, pageRoot: yield* pageRoot }
    const context = yield* Layer.build(
      Server.layer(settings).pipe(
        Layer.provideMerge(live.layer),
        Layer.provideMerge(Layer.mergeAll(log, noPipeline(file), OrderDesk.layer)),
        Layer.provideMerge(vaultOf(opened.payloads)),
      ),
    )
    const { url } = yield* Server.Server.pipe(Effect.provideContext(context))
    yield* Console.log(`${url}: read-only; Ctrl-C stops it`)
    return yield* Effect.never
  })

/** Holds no key; opens what lies in the capsule in plain. */
const vaultOf = (payloads: Capsule.Opened["payloads"]) => {
  const plain = new Map(payloads.map(({ digest, hex }) => [digest, Bytes.fromHex(hex)]))
  return Layer.effect(
    Vault.Vault,
    Effect.map(Vault.Vault, (vault) => ({
      ...vault,
      unseal: (_: DeviceId, { digest }: Sealed) => plain.get(digest),
    })),
  ).pipe(Layer.provide(Vault.layer(secretsMemory)))
}

/** Takes nothing in. */
const noPipeline = (file: string): Layer.Layer<Pipeline> => {
  const refused = Effect.fail(
    new LogUnavailable({
      log: `capsule:${file}`,
      reason: "locked",
      detail: "a capsule is only read",
    }),
  )
  return Layer.succeed(Pipeline, {
    offer: () => refused,
    submit: () => refused,
    execute: () => refused,
    record: () => refused,
    downlink: () => refused,
    attest: () => refused,
    waiting: Effect.succeed(0),
  })
}

const summaryOf = ({ entries, header, problems, proven }: Capsule.Opened) => ({
  ...header,
  proven,
  entries,
  problems,
})

const textOf = (file: string, opened: Capsule.Opened, isGiven: boolean): string => {
  const { entries, header, payloads, policies, problems, proven, snapshots } = opened
  const name = entries[0]?.["case"]
  const title = typeof name === "string" ? ` of case ${name}` : ""
  return [
    `${file}: a capsule${title}, made ${Words.instant(header.madeMs)} by sigtwin ${header.version}`,
    `positions ${header.from} to ${header.to - 1} of log ${header.logId}; ${Words.count(snapshots.length, "state")} before them, ${Words.count(policies.length, "policy", "policies")}, ${Words.count(entries.length, "entry", "entries")}${payloads.length === 0 ? "" : `, ${Words.count(payloads.length, "payload")} in plain`}`,
    ...(problems.length === 0
      ? [
          `its seal and the proofs of ${Words.count(proven, "batch", "batches")} hold, by ${isGiven ? "the key given" : "the key that it names itself: compare that with one from the log's owner"}`,
        ]
      : problems.map((problem) => `does not hold: ${problem}`)),
  ].join("\n")
}
