/**
 * The database of the tables: one DuckDB file in a folder of its own, or memory.
 *
 * - How far the tables have come is written with their rows in one transaction: each event's rows are in it once,
 *   whenever it stopped.
 * - What is kept was made from this log by this version of the tables, or it is made anew.
 * - The database reads and writes nothing but its own folder, loads nothing and takes no settings, whoever asks.
 */
import { DuckDBInstance, type DuckDBConnection, type DuckDBType } from "@duckdb/node-api"
import * as Effect from "effect/Effect"
import type * as Scope from "effect/Scope"
import { mkdirSync, rmSync } from "node:fs"
import { join } from "node:path"
import { sha256 } from "../../core/crypto/sha256.ts"
import type { Position } from "../../core/event/Envelope.ts"
import * as Bytes from "../../core/kernel/Bytes.ts"
import { AnalyticsUnavailable } from "./Analytics.ts"
import * as Chunks from "./Chunks.ts"
import * as Facts from "./Facts.ts"
import * as Findings from "./Findings.ts"
import { definition, type Table } from "./Table.ts"
import { factTables, findingTables, tables } from "./tables/all.ts"

/** Memory of the database, MiB; beyond it a statement fails, or spills to its folder where that helps. */
export const memoryMaxMiB = 1024
/** Spilt to disk at most, GiB. */
export const spillMaxGiB = 4
export const threadsMax = 2

/** Tables that go forward together. */
export type Group = "facts" | "findings"

export const groups: Readonly<
  Record<Group, { readonly tables: ReadonlyArray<Table>; readonly version: string }>
> = {
  facts: { tables: factTables, version: versionOf(Facts.version, factTables) },
  findings: { tables: findingTables, version: versionOf(Findings.version, findingTables) },
}

export interface Store {
  readonly instance: DuckDBInstance
  /** Folder of the files; undefined in memory. */
  readonly folder: string | undefined
  /** Events in the tables of each group. */
  readonly positions: Readonly<Record<Group, Position>>
  /** Where rows are gathered for a write. */
  readonly gather: () => Gathered
  /** Adds rows and says how far they come, in one transaction. */
  readonly write: (
    rows: Gathered,
    positions: Readonly<Partial<Record<Group, Position>>>,
  ) => Promise<void>
  /** Runs one of our own statements beside the writer. */
  readonly run: (sql: string) => Promise<ReadonlyArray<ReadonlyArray<unknown>>>
}

/** Rows by table. */
export type Gathered = Readonly<Record<keyof Facts.Rows | "anomaly_steps", Chunks.Chunks>>

/** Opens the tables of a log; `folder` undefined keeps them in memory. */
export const open = (
  folder: string | undefined,
  logId: string,
): Effect.Effect<Store, AnalyticsUnavailable, Scope.Scope> =>
  Effect.gen(function* () {
    const opened = yield* Effect.acquireRelease(
      Effect.tryPromise({ try: () => openFile(folder), catch: unavailable(folder) }),
      ({ connection, instance }) =>
        Effect.sync(() => {
          connection.closeSync()
          instance.closeSync()
        }),
    )
    return yield* Effect.tryPromise({
      try: () => makeStore(opened.instance, opened.connection, folder, logId),
      catch: unavailable(folder),
    })
  })

/** Takes the tables away: they are built again when they are opened next. */
export const remove = (folder: string): void => rmSync(folder, { recursive: true, force: true })

export const partsFolder = (folder: string): string => join(folder, "parts")

/** For files on their way out; emptied at each opening. */
export const passingFolder = (folder: string): string => join(folder, "passing")

const openFile = async (folder: string | undefined) => {
  if (folder !== undefined) {
    mkdirSync(partsFolder(folder), { recursive: true })
    rmSync(passingFolder(folder), { recursive: true, force: true })
    mkdirSync(passingFolder(folder), { recursive: true })
  }
  const instance = await DuckDBInstance.create(
    folder === undefined ? ":memory:" : join(folder, "tables.duckdb"),
    {
      threads: String(threadsMax),
      memory_limit: `${memoryMaxMiB}MiB`,
      max_temp_directory_size: `${spillMaxGiB}GiB`,
      autoinstall_known_extensions: "false",
      autoload_known_extensions: "false",
      allow_community_extensions: "false",
    },
  )
  const connection = await instance.connect()
  if (folder !== undefined)
    await connection.run(
      `SET allowed_directories = [${[partsFolder(folder), passingFolder(folder)].map((each) => text(`${each}/`)).join(", ")}]`,
    )
  await connection.run("SET enable_external_access = false")
  await connection.run("SET lock_configuration = true")
  return { instance, connection }
}

const makeStore = async (
  instance: DuckDBInstance,
  connection: DuckDBConnection,
  folder: string | undefined,
  logId: string,
): Promise<Store> => {
  const beside = await instance.connect()
  const run = async (sql: string) => (await beside.runAndReadAll(sql)).getRows()
  await run("CREATE SCHEMA IF NOT EXISTS kept")
  await run(
    "CREATE TABLE IF NOT EXISTS kept.progress (name VARCHAR, version VARCHAR, log VARCHAR, position BIGINT)",
  )
  await run(
    "CREATE TABLE IF NOT EXISTS kept.parts (day DATE, name VARCHAR, file VARCHAR, rows BIGINT, bytes BIGINT)",
  )
  const positions: Record<Group, Position> = { facts: 0, findings: 0 }
  for (const name of ["facts", "findings"] as const) {
    const { tables: own, version } = groups[name]
    const found = await run(
      `SELECT position FROM kept.progress WHERE name = ${text(name)} AND version = ${text(version)} AND log = ${text(logId)}`,
    )
    if (found.length === 1) positions[name] = Number(found[0][0])
    else await begin(run, name, own, version, logId, folder)
  }
  const types = new Map<string, ReadonlyArray<DuckDBType>>()
  for (const table of tables) {
    // One after the other, in one connection.
    // oxlint-disable-next-line no-await-in-loop
    const appender = await connection.createAppender(table.name, "kept")
    types.set(
      table.name,
      table.columns.map((_, i) => appender.columnType(i)),
    )
    appender.closeSync()
  }
  return {
    instance,
    folder,
    positions,
    run,
    gather: () =>
      // Every table has its name in it.
      Object.fromEntries(
        tables.map((table) => [table.name, Chunks.make(table, types.get(table.name) ?? [])]),
      ) as Gathered,
    write: async (rows, reached) => {
      const byName = new Map<string, Chunks.Chunks>(Object.entries(rows))
      await connection.run("BEGIN")
      try {
        for (const table of tables) {
          const own = byName.get(table.name)
          if (own === undefined || own.isEmpty()) continue
          const appender = await connection.createAppender(table.name, "kept")
          own.into(appender)
          appender.closeSync()
        }
        for (const [name, position] of Object.entries(reached))
          await connection.run(
            `UPDATE kept.progress SET position = ${position} WHERE name = ${text(name)}`,
          )
        await connection.run("COMMIT")
      } catch (cause) {
        await connection.run("ROLLBACK").catch(() => undefined)
        throw cause
      }
      Object.assign(positions, reached)
    },
  }
}

/** Begins a group's tables anew, from the beginning of the log. Their sealed parts go with them. */
const begin = async (
  run: (sql: string) => Promise<unknown>,
  name: Group,
  own: ReadonlyArray<Table>,
  version: string,
  logId: string,
  folder: string | undefined,
): Promise<void> => {
  await run("BEGIN")
  await run(`DELETE FROM kept.progress WHERE name = ${text(name)}`)
  for (const table of own) {
    await run(`DROP TABLE IF EXISTS kept.${table.name}`)
    await run(definition("kept", table))
    await run(`DELETE FROM kept.parts WHERE name = ${text(table.name)}`)
  }
  await run(`INSERT INTO kept.progress VALUES (${text(name)}, ${text(version)}, ${text(logId)}, 0)`)
  await run("COMMIT")
  if (folder !== undefined)
    for (const table of own)
      rmSync(join(partsFolder(folder), table.name), { recursive: true, force: true })
}

/** A literal of SQL. */
export const text = (value: string): string => `'${value.replaceAll("'", "''")}'`

/** Rows change their meaning with the code that makes them, or their shape with the columns. */
function versionOf(version: number, own: ReadonlyArray<Table>): string {
  const shape = own.map((table) => definition("kept", table)).join(";")
  return `${version}-${Bytes.toHex(sha256(new TextEncoder().encode(shape))).slice(0, 12)}`
}

const unavailable =
  (folder: string | undefined) =>
  (cause: unknown): AnalyticsUnavailable => {
    const detail = cause instanceof Error ? cause.message : String(cause)
    return /lock/i.test(detail)
      ? new AnalyticsUnavailable({
          reason: "locked",
          detail: `the tables in ${folder ?? "memory"} are kept by another process: ask the server that runs (--server URL)`,
        })
      : new AnalyticsUnavailable({
          reason: "unreadable",
          detail: `${folder ?? "memory"}: ${detail}`,
        })
  }
