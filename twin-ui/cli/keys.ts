/** `sigtwin keys …`: the master key of a log's secrets. All of it works beside a running server. */
import { existsSync } from "node:fs"
import * as Console from "effect/Console"
import * as Effect from "effect/Effect"
import * as Option from "effect/Option"
import { Command, Flag } from "effect/cli"
import * as Recovery from "../../core/crypto/recovery.ts"
import * as FileKey from "../../core/keys/fileKey.ts"
import { masterKey, parseMasterKey, renewKeyFile } from "../../core/keys/masterKey.ts"
import { SecretsUnavailable } from "../../core/keys/Secrets.ts"
import { withSecretsFile } from "../../core/keys/secretsSqlite.ts"
import { filesBeside, masterKeySourceOf, parseLogAddress } from "../layers.ts"
import * as Flags from "./flags.ts"
import { formatTable } from "./formatTable.ts"
import { readHex } from "./readKey.ts"
import { readSecretText } from "./readSecretText.ts"
import * as Words from "./Words.ts"
import { WrongUse } from "./WrongUse.ts"

const common = { log: Flags.log, json: Flags.json }

const newKeyFile = Flag.String("new-key-file").pipe(
  Flag.withMetavar("FILE|-"),
  Flag.withDescription(
    "File with the new master key, 64 hexadecimal digits (- is standard input), where it comes from the environment or a command",
  ),
  Flag.optional,
)

/** The file of a log's secrets, and where its master key comes from. */
const placeOf = (log: string) =>
  Effect.gen(function* () {
    const address = yield* parseLogAddress(log)
    if (address._tag === "Memory")
      return yield* new WrongUse({ detail: "memory: keeps no keys; give a log with --log" })
    const { secrets } = filesBeside(address)
    if (!existsSync(secrets))
      return yield* new WrongUse({ detail: `there are no keys yet: ${secrets} is not there` })
    return { file: secrets, source: yield* masterKeySourceOf(address) }
  })

/** What a store throws is a `SecretsUnavailable`, and told as one. */
const attempt = <A>(run: () => A): Effect.Effect<A, SecretsUnavailable> =>
  Effect.try({
    try: run,
    catch: (cause) =>
      cause instanceof SecretsUnavailable
        ? cause
        : new SecretsUnavailable({
            file: "keys",
            reason: "unreadable",
            detail: cause instanceof Error ? cause.message : String(cause),
          }),
  })

const status = Command.make(
  "status",
  common,
  Effect.fn("cli.keys.status")(function* (given) {
    const { file, source } = yield* placeOf(given.log)
    const found = yield* attempt(() =>
      withSecretsFile(file, (database) => {
        FileKey.open(database, file, masterKey(source))
        return FileKey.statusOf(database)
      }),
    )
    const from =
      source.hex !== undefined
        ? "SIGTWIN_MASTER_KEY"
        : source.command !== undefined
          ? "SIGTWIN_MASTER_KEY_COMMAND"
          : source.file
    if (given.json) return yield* Console.log(JSON.stringify({ file, masterKey: from, ...found }))
    yield* Console.log(
      [
        `keys      ${file}: opens with the master key of ${from}`,
        `previous  ${found.previous ? "the master key before it opens it too, until `sigtwin keys rotate --finish`" : "no other master key opens it"}`,
        `recovery  ${found.recovery ? "a recovery key opens it too" : "none: `sigtwin keys recovery` makes one; without it a lost master key is the end of all that is sealed"}`,
        "",
        formatTable(
          ["secrets", "how many"],
          found.counts.map(({ count, kind }) => [kind, Words.number(count)]),
          new Set(["how many"]),
        ),
      ].join("\n"),
    )
  }),
).pipe(Command.withDescription("Say what opens a log's keys, and how many there are"))

const rotate = Command.make(
  "rotate",
  {
    newKeyFile,
    finish: Flag.Boolean("finish").pipe(
      Flag.withDescription("The master key before the last change opens nothing from here on"),
      Flag.withDefault(false),
    ),
    ...common,
  },
  Effect.fn("cli.keys.rotate")(function* (given) {
    const { file, source } = yield* placeOf(given.log)
    const say = (text: string) =>
      Console.log(given.json ? JSON.stringify({ file, done: text }) : text)
    if (given.finish) {
      // Only who opens it with the key that holds now may shut out the one before.
      yield* attempt(() =>
        withSecretsFile(file, (database) => {
          FileKey.open(database, file, masterKey(source))
          FileKey.forgetPrevious(database)
        }),
      )
      return yield* say("the previous master key opens nothing any more")
    }
    const now = yield* attempt(() => masterKey(source))
    if (source.hex === undefined && source.command === undefined) {
      if (Option.isSome(given.newKeyFile))
        return yield* new WrongUse({
          detail: `the master key is in ${source.file}: a new one is made there, without --new-key-file`,
        })
      yield* attempt(() => {
        const { next, take } = renewKeyFile(source.file)
        withSecretsFile(file, (database) => {
          FileKey.rotate(database, file, { now, next })
          // Until here both open it, whatever happens in between.
          take()
          FileKey.forgetPrevious(database)
        })
      })
      return yield* say(
        `all keys are sealed under a new master key, in ${source.file}; a running server goes on with it`,
      )
    }
    if (Option.isNone(given.newKeyFile))
      return yield* new WrongUse({
        detail:
          "the master key comes from the environment or a command: give the new one with --new-key-file",
      })
    const hex = yield* readHex(given.newKeyFile.value, 64, "master key")
    yield* attempt(() =>
      withSecretsFile(file, (database) =>
        FileKey.rotate(database, file, { now, next: parseMasterKey(hex, "--new-key-file") }),
      ),
    )
    return yield* say(
      "all keys are sealed anew; both master keys open them. Set the new one, start the server with it when it suits, then `sigtwin keys rotate --finish`",
    )
  }),
).pipe(
  Command.withDescription(
    "Seal all keys anew, under a new master key. Works beside a running server, which goes on. Exported copies of the old files still open with the old master key",
  ),
)

const recovery = Command.make(
  "recovery",
  common,
  Effect.fn("cli.keys.recovery")(function* (given) {
    const { file, source } = yield* placeOf(given.log)
    const secret = yield* attempt(() =>
      withSecretsFile(file, (database) => FileKey.makeRecovery(database, file, masterKey(source))),
    )
    const text = Recovery.toText(secret)
    if (given.json) return yield* Console.log(JSON.stringify({ file, recoveryKey: text }))
    yield* Console.error(
      "print this recovery key and lock it away: it is shown once, and opens all keys without the master key. One made before opens nothing any more",
    )
    yield* Console.log(text)
  }),
).pipe(
  Command.withDescription(
    "Make a recovery key, to print and lock away: with it, and nothing else, a lost master key can be replaced. It stays good when the master key changes",
  ),
)

const restore = Command.make(
  "restore",
  {
    recoveryFile: Flag.String("recovery-file").pipe(
      Flag.withMetavar("FILE|-"),
      Flag.withDescription("File with the recovery key; - is standard input"),
    ),
    newKeyFile,
    ...common,
  },
  Effect.fn("cli.keys.restore")(function* (given) {
    const { file, source } = yield* placeOf(given.log)
    const secret = Recovery.parse(yield* readSecretText(given.recoveryFile))
    if (secret === undefined)
      return yield* new WrongUse({
        detail: "that is no recovery key, or it was copied with a mistake",
      })
    if (Option.isSome(given.newKeyFile)) {
      const hex = yield* readHex(given.newKeyFile.value, 64, "master key")
      yield* attempt(() =>
        withSecretsFile(file, (database) =>
          FileKey.restore(database, file, secret, parseMasterKey(hex, "--new-key-file")),
        ),
      )
    } else
      yield* attempt(() => {
        const { next, take } = renewKeyFile(source.file)
        withSecretsFile(file, (database) => FileKey.restore(database, file, secret, next))
        take()
      })
    const text = `${file} opens with the ${Option.isSome(given.newKeyFile) ? "new master key" : `new master key in ${source.file}`}`
    yield* Console.log(given.json ? JSON.stringify({ file, done: text }) : text)
  }),
).pipe(
  Command.withDescription("Take a new master key by the recovery key, where the old one is lost"),
)

export const keys = Command.make("keys").pipe(
  Command.withDescription("The master key that all other keys are sealed under"),
  Command.withSubcommands([status, rotate, recovery, restore]),
)
