/**
 * Every choice of adapter, here alone: which log, which secrets, which snapshots.
 *
 * A log in `NAME.db` keeps its secrets in `NAME.keys` (sealed), the key to them in `NAME.key` unless
 * the environment gives it, and its snapshots in `NAME.snapshots.db`, which may be deleted at any time.
 */
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import * as Option from "effect/Option"
import * as Redacted from "effect/Redacted"
import * as Schema from "effect/Schema"
import type { Pipeline } from "../core/ingest/Pipeline.ts"
import * as pipelineLive from "../core/ingest/pipelineLive.ts"
import { masterKey } from "../core/keys/masterKey.ts"
import type { SecretsUnavailable } from "../core/keys/Secrets.ts"
import { secretsMemory } from "../core/keys/secretsMemory.ts"
import { secretsSqlite } from "../core/keys/secretsSqlite.ts"
import * as Vault from "../core/keys/Vault.ts"
import type { EventLog, LogUnavailable } from "../core/log/EventLog.ts"
import * as memory from "../core/log/memory.ts"
import * as sqlite from "../core/log/sqlite.ts"
import * as live from "../projections/run/live.ts"
import type { Snapshots } from "../projections/run/Snapshots.ts"
import * as snapshotsMemory from "../projections/run/snapshotsMemory.ts"
import * as snapshotsSqlite from "../projections/run/snapshotsSqlite.ts"
import type { Twin } from "../projections/run/Twin.ts"
import * as config from "./config.ts"

/** A log's address that no adapter takes. */
export class LogAddressUnknown extends Schema.TaggedError<LogAddressUnknown>()(
  "LogAddressUnknown",
  { address: Schema.String },
) {
  override get message() {
    return `no log can be opened at "${this.address}": give sqlite:PATH or memory:`
  }
}

export type LogAddress =
  | { readonly _tag: "Memory" }
  | { readonly _tag: "Sqlite"; readonly path: string }

/** Reads `sqlite:PATH` or `memory:`; a bare path ending in `.db` is taken for the former. */
export const parseLogAddress = (address: string): Effect.Effect<LogAddress, LogAddressUnknown> => {
  if (address === "memory:") return Effect.succeed({ _tag: "Memory" })
  const path = address.startsWith("sqlite:") ? address.slice("sqlite:".length) : address
  return path.length > 0 && (address.startsWith("sqlite:") || path.endsWith(".db"))
    ? Effect.succeed({ _tag: "Sqlite", path })
    : Effect.fail(new LogAddressUnknown({ address }))
}

/** The files beside a log, named after it. */
export const filesBeside = (
  path: string,
): { readonly secrets: string; readonly masterKey: string; readonly snapshots: string } => {
  const stem = path.endsWith(".db") ? path.slice(0, -".db".length) : path
  return {
    secrets: `${stem}.keys`,
    masterKey: `${stem}.key`,
    snapshots: `${stem}.snapshots.db`,
  }
}

export const logLayer = (
  address: LogAddress,
  options: sqlite.Options = {},
): Layer.Layer<EventLog, LogUnavailable> =>
  address._tag === "Memory" ? memory.layer : sqlite.layer(address.path, options)

export const vaultLayer = (address: LogAddress): Layer.Layer<Vault.Vault, SecretsUnavailable> =>
  address._tag === "Memory"
    ? Vault.layer(secretsMemory)
    : Layer.unwrap(
        Effect.map(Effect.orDie(config.masterKey), (given) => {
          const files = filesBeside(address.path)
          const hex = Option.getOrUndefined(Option.map(given, Redacted.value))
          return Vault.layer(() =>
            secretsSqlite(files.secrets, masterKey({ file: files.masterKey, hex })),
          )
        }),
      )

export const snapshotsLayer = (address: LogAddress): Layer.Layer<Snapshots> =>
  address._tag === "Memory"
    ? snapshotsMemory.layer
    : snapshotsSqlite.layer(filesBeside(address.path).snapshots)

/** What takes facts in: log, secrets and pipeline. */
export const writerLayer = (
  address: LogAddress,
): Layer.Layer<Pipeline | EventLog | Vault.Vault, LogUnavailable | SecretsUnavailable> =>
  pipelineLive.layer.pipe(
    Layer.provideMerge(Layer.mergeAll(logLayer(address), vaultLayer(address))),
  )

/** What answers questions, on top of a log. */
export const twinLayer = (address: LogAddress): Layer.Layer<Twin, LogUnavailable, EventLog> =>
  live.layer.pipe(Layer.provide(snapshotsLayer(address)))
