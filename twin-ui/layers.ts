/**
 * Every choice of adapter, here alone: which log, which secrets, which snapshots.
 *
 * A log in `NAME.db` keeps its secrets in `NAME.keys` (sealed), the key to them in `NAME.key` unless
 * the environment gives it, and its snapshots in `NAME.snapshots.db` and the tables of analytics in the folder
 * `NAME.analytics`, which may be deleted at any time while nobody uses them.
 *
 * Who only looks makes none of these files: what is not there is not used.
 *
 * A log on a KurrentDB server has the same files, in the working directory and named after the log: keys are not given to the
 * server, and snapshots are a cache.
 */
import { existsSync } from "node:fs"
import * as Clock from "effect/Clock"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import * as Option from "effect/Option"
import * as Redacted from "effect/Redacted"
import * as Schema from "effect/Schema"
import type { SigningKey } from "../core/crypto/ed25519.ts"
import type { Anomalies } from "../core/network/Anomalies.ts"
import * as dryRun from "../core/ingest/dryRun.ts"
import type { Pipeline } from "../core/ingest/Pipeline.ts"
import * as pipelineLive from "../core/ingest/pipelineLive.ts"
import { masterKey, type MasterKeySource } from "../core/keys/masterKey.ts"
import type { Secrets, SecretsUnavailable } from "../core/keys/Secrets.ts"
import { secretsMemory } from "../core/keys/secretsMemory.ts"
import { secretsSqlite } from "../core/keys/secretsSqlite.ts"
import * as Vault from "../core/keys/Vault.ts"
import { type EventLog, type LogUnavailable, noLogYet } from "../core/log/EventLog.ts"
import * as Rejected from "../core/kernel/Rejected.ts"
import * as kurrent from "../core/log/kurrent.ts"
import * as KurrentAddress from "../core/log/kurrent/Address.ts"
import * as membersKurrent from "../core/log/kurrent/membersKurrent.ts"
import * as memory from "../core/log/memory.ts"
import * as sqlite from "../core/log/sqlite.ts"
import type { Analytics, AnalyticsUnavailable } from "../projections/analytics/Analytics.ts"
import * as here from "../projections/analytics/here.ts"
import * as anomalies from "../projections/run/anomalies.ts"
import * as live from "../projections/run/live.ts"
import type { AskMember } from "../projections/run/Shares.ts"
import * as shares from "../projections/run/Shares.ts"
import type { Recheck } from "../projections/run/Recheck.ts"
import * as recheck from "../projections/run/Recheck.ts"
import type { Snapshots } from "../projections/run/Snapshots.ts"
import * as snapshotsMemory from "../projections/run/snapshotsMemory.ts"
import * as snapshotsSqlite from "../projections/run/snapshotsSqlite.ts"
import type { Twin } from "../projections/run/Twin.ts"
import * as apart from "./analytics/apart.ts"
import * as config from "./config.ts"

/** A log's address that no adapter takes. */
export class LogAddressUnknown extends Schema.TaggedError<LogAddressUnknown>()(
  "LogAddressUnknown",
  { address: Schema.String, detail: Schema.optionalKey(Schema.String) },
) {
  override get message() {
    const why = this.detail === undefined ? "" : ` (${this.detail})`
    return `no log can be opened at "${this.address}"${why}: give sqlite:PATH, memory: or kurrentdb://HOST:PORT`
  }
}

export type LogAddress =
  | { readonly _tag: "Memory" }
  | { readonly _tag: "Sqlite"; readonly path: string }
  | { readonly _tag: "Kurrent"; readonly at: KurrentAddress.Address }

/** Reads `sqlite:PATH`, `memory:` or `kurrentdb://…`; a bare path ending in `.db` is taken for the first. */
export const parseLogAddress = (address: string): Effect.Effect<LogAddress, LogAddressUnknown> => {
  if (address === "memory:") return Effect.succeed({ _tag: "Memory" })
  if (KurrentAddress.isOne(address)) {
    const at = KurrentAddress.parse(address)
    return Rejected.is(at)
      ? Effect.fail(new LogAddressUnknown({ address: withoutPassword(address), detail: at.detail }))
      : Effect.succeed({ _tag: "Kurrent", at })
  }
  const path = address.startsWith("sqlite:") ? address.slice("sqlite:".length) : address
  return path.length > 0 && (address.startsWith("sqlite:") || path.endsWith(".db"))
    ? Effect.succeed({ _tag: "Sqlite", path })
    : Effect.fail(new LogAddressUnknown({ address }))
}

const withoutPassword = (address: string): string => address.replace(/:\/\/[^/?]*@/, "://")

type Kept = Exclude<LogAddress, { readonly _tag: "Memory" }>

/** The files beside a log, named after it. */
export const filesBeside = (
  address: Kept,
): {
  readonly secrets: string
  readonly masterKey: string
  readonly snapshots: string
  readonly analytics: string
} => {
  const stem = address._tag === "Sqlite" ? address.path.replace(/\.db$/, "") : address.at.name
  return {
    secrets: `${stem}.keys`,
    masterKey: `${stem}.key`,
    snapshots: `${stem}.snapshots.db`,
    analytics: `${stem}.analytics`,
  }
}

export const logLayer = (
  address: LogAddress,
  options: { readonly readonly?: boolean } = {},
): Layer.Layer<EventLog, LogUnavailable> => {
  switch (address._tag) {
    case "Memory":
      return memory.layer
    case "Sqlite":
      return sqlite.layer(address.path, options)
    case "Kurrent":
      return kurrent.layer(address.at, options)
  }
}

export const vaultLayer = (
  address: LogAddress,
  options: Vault.Options = {},
): Layer.Layer<Vault.Vault, SecretsUnavailable> =>
  address._tag === "Memory"
    ? Vault.layer(secretsMemory, options)
    : Layer.unwrap(Effect.map(secretsBeside(address), (open) => Vault.layer(open, options)))

export const snapshotsLayer = (address: LogAddress): Layer.Layer<Snapshots> =>
  address._tag === "Memory"
    ? snapshotsMemory.layer
    : snapshotsSqlite.layer(filesBeside(address).snapshots)

/** The snapshots there are, without making a file for them. */
export const keptSnapshotsLayer = (address: LogAddress): Layer.Layer<Snapshots> =>
  address._tag !== "Memory" && existsSync(filesBeside(address).snapshots)
    ? snapshotsLayer(address)
    : snapshotsMemory.layer

/** What takes facts in: log, secrets and pipeline. The log signs checkpoints under a key that the vault keeps. */
export const writerLayer = (
  address: LogAddress,
): Layer.Layer<Pipeline | EventLog | Vault.Vault, LogUnavailable | SecretsUnavailable> =>
  pipelineLive.layer.pipe(
    Layer.provideMerge(signingLogLayer(address)),
    Layer.provideMerge(vaultLayer(address)),
  )

const signingLogLayer = (
  address: LogAddress,
): Layer.Layer<EventLog, LogUnavailable | SecretsUnavailable, Vault.Vault> =>
  Layer.unwrap(
    Effect.gen(function* () {
      // Only a log in a file has a tree to sign, and a size to bound.
      if (address._tag !== "Sqlite") return logLayer(address)
      const vault = yield* Vault.Vault
      const bytesMax = yield* Effect.orDie(config.logBytesMax)
      const keepEvents = yield* Effect.orDie(config.logKeepEvents)
      return sqlite.layer(address.path, {
        signer: yield* vault.logKey(true),
        ...(Option.isSome(bytesMax) && { bytesMax: bytesMax.value }),
        ...(Option.isSome(keepEvents) && { keepEvents: keepEvents.value }),
      })
    }),
  )

/** What a log's checkpoints are signed with; without `make`, undefined where there is none yet. */
export const logKey = (
  address: LogAddress,
  make: boolean,
): Effect.Effect<SigningKey | undefined, SecretsUnavailable> =>
  Vault.Vault.use((vault) => vault.logKey(make)).pipe(
    Effect.provide(make ? vaultLayer(address) : readerVaultLayer(address)),
  )

/** What answers questions beside whoever writes: the log for reading, and the keys there are. */
export const readerLayer = (
  address: LogAddress,
): Layer.Layer<EventLog | Vault.Vault, LogUnavailable> =>
  Layer.mergeAll(logLayer(address, { readonly: true }), readerVaultLayer(address))

/** What would take facts in, and says what would come of it, without keeping anything. */
export const dryRunLayer = (
  address: LogAddress,
): Layer.Layer<Pipeline | EventLog | Vault.Vault, LogUnavailable> => {
  const base = logThere(address)
  return pipelineLive.layer.pipe(
    Layer.provideMerge(
      Layer.mergeAll(dryRun.layer.pipe(Layer.provide(base)), readerVaultLayer(address)),
    ),
  )
}

/** A log for reading; an empty one where there is none yet. */
const logThere = (address: LogAddress): Layer.Layer<EventLog, LogUnavailable> =>
  logLayer(address, { readonly: true }).pipe(
    Layer.catchTag("LogUnavailable", (error) =>
      error.reason === "unreadable" && error.detail === noLogYet
        ? memory.layer
        : Layer.effectDiscard(Effect.fail(error)).pipe(Layer.provideMerge(memory.layer)),
    ),
  )

/**
 * A simulation's own log and secrets in a new file: what it draws comes from its seed, and what it
 * records is dated by its clock.
 */
export const simulationLayer = (
  path: string,
  given: {
    readonly id: string
    readonly clock: Clock.Clock
    readonly random: (count: number) => Uint8Array
    /** Where false, keys are gone when it ends, and payloads stay sealed for good. */
    readonly keysKept: boolean
  },
): Layer.Layer<Pipeline | EventLog | Vault.Vault, LogUnavailable | SecretsUnavailable> => {
  const secrets: LogAddress = given.keysKept ? { _tag: "Sqlite", path } : { _tag: "Memory" }
  return pipelineLive.layer.pipe(
    Layer.provideMerge(
      Layer.mergeAll(
        sqlite.layer(path, { id: given.id, durableAtClose: true }),
        vaultLayer(secrets, { random: given.random }),
      ),
    ),
    Layer.provide(Layer.succeed(Clock.Clock, given.clock)),
  )
}

/** What answers questions, on top of a log. */
export const twinLayer = (address: LogAddress): Layer.Layer<Twin, LogUnavailable, EventLog> =>
  live.layer.pipe(Layer.provide(snapshotsLayer(address)))

/** What answers questions where several processes may share the work: the members of a log on a server; alone with any other. */
export const sharedTwinLayer = (
  address: LogAddress,
  ask: AskMember,
): Layer.Layer<Twin, LogUnavailable, EventLog> =>
  address._tag === "Kurrent"
    ? shares
        .layer(ask)
        .pipe(
          Layer.provideMerge(membersKurrent.layer(address.at)),
          Layer.provide(snapshotsLayer(address)),
        )
    : twinLayer(address)

/** What is unlike the usual, for who is alerted. */
export const anomaliesLayer: Layer.Layer<Anomalies, never, Twin> = anomalies.layer

/** What checks a live twin in the background. */
export const recheckLayer = (address: LogAddress): Layer.Layer<Recheck, never, EventLog | Twin> =>
  recheck.layer.pipe(Layer.provide(snapshotsLayer(address)))
/** The tables of a log that is being written: in a process of their own, or with it in memory. `log` is its address as text. */
export const analyticsLayer = (
  address: LogAddress,
  log: string,
): Layer.Layer<Analytics, AnalyticsUnavailable, EventLog> =>
  address._tag === "Memory"
    ? here.layer(undefined).pipe(Layer.provide(snapshotsMemory.layer))
    : apart.layer(log)

/** The tables in this process, beside whoever writes the log. `stuck` is told of a statement that cannot be stopped. */
export const analyticsReaderLayer = (
  address: LogAddress,
  stuck?: () => void,
): Layer.Layer<Analytics | EventLog, AnalyticsUnavailable | LogUnavailable> =>
  here
    .layer(address._tag === "Memory" ? undefined : filesBeside(address).analytics, stuck)
    .pipe(
      Layer.provideMerge(logLayer(address, { readonly: true })),
      Layer.provide(keptSnapshotsLayer(address)),
    )

/** Keys for looking only: none are made, and none that are missing or cannot be read are a failure. */
const readerVaultLayer = (address: LogAddress): Layer.Layer<Vault.Vault> => {
  const none = Layer.orDie(Vault.layer(secretsMemory))
  const without = (why: string) =>
    Layer.unwrap(Effect.as(Effect.logWarning(`payloads stay sealed: ${why}`), none))
  if (address._tag === "Memory") return none
  const files = filesBeside(address)
  if (!existsSync(files.secrets)) return none
  return Layer.unwrap(
    Effect.gen(function* () {
      const { command, file, hex } = yield* masterKeySourceOf(address)
      if (hex === undefined && command === undefined && !existsSync(file))
        return without(`there is no ${file}`)
      const open = yield* secretsBeside(address)
      return Vault.layer(() => readingOnly(open())).pipe(
        Layer.catch((error) => without(error.message)),
      )
    }),
  )
}

/** Where the master key of a log's secrets comes from. */
export const masterKeySourceOf = (address: Kept): Effect.Effect<MasterKeySource> =>
  Effect.orDie(
    Effect.gen(function* () {
      const hex = yield* config.masterKey
      return {
        hex: Option.getOrUndefined(Option.map(hex, Redacted.value)),
        command: Option.getOrUndefined(yield* config.masterKeyCommand),
        file: Option.getOrElse(yield* config.masterKeyFile, () => filesBeside(address).masterKey),
      }
    }),
  )

/** How to open the secrets beside a log; made on first use, with their master key. */
const secretsBeside = (address: Kept): Effect.Effect<() => Secrets> =>
  Effect.map(
    masterKeySourceOf(address),
    (source) => () => secretsSqlite(filesBeside(address).secrets, () => masterKey(source)),
  )

/** Secrets that keep what is put for as long as they are open, and no longer. */
const readingOnly = (secrets: Secrets): Secrets => {
  const put = secretsMemory()
  return {
    get: (kind, id, version) => put.get(kind, id, version) ?? secrets.get(kind, id, version),
    put: put.put,
    destroy: put.destroy,
    versions: (kind, id) => [
      ...new Set([...secrets.versions(kind, id), ...put.versions(kind, id)]),
    ],
    close: () => {
      put.close()
      secrets.close()
    },
  }
}
