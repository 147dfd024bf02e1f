/**
 * A statement on a connection of its own: the views of who asks, one snapshot of all tables, and an end when it takes
 * too long or gives too much.
 */
import type { DuckDBConnection, DuckDBInstance } from "@duckdb/node-api"
import { readFile, rm, stat } from "node:fs/promises"
import { join } from "node:path"
import {
  type Answer,
  AnalyticsUnavailable,
  type Query,
  QueryStopped,
  type Scope,
  StatementRefused,
} from "./Analytics.ts"
import { type Value, valueOf } from "./Result.ts"
import * as Statement from "./Statement.ts"
import * as Store from "./Store.ts"
import * as Views from "./Views.ts"

/** Parts of the machine's time that are handed in, since projections have no clock of their own. */
export interface Timer {
  readonly nowMs: () => number
  /** Runs `then` after so many ms, unless stopped before. */
  readonly after: (ms: number, then: () => void) => () => void
}

type Ran = Omit<Answer, "behind">

/** Runs a statement of anybody (`isOurs` false: it is checked first) or of ours. Rejects with one of `QueryError`. */
export const runQuery = (
  instance: DuckDBInstance,
  query: Query,
  isOurs: boolean,
  timer: Timer,
): Promise<Ran> =>
  limited(instance, query, isOurs, timer, async (connection, position, beganMs) => {
    const { limits, sql, values = {} } = query
    const result = await connection.stream(sql, { ...values } as Record<string, string>)
    const columns = result.deduplicatedColumnNames().map((name, index) => ({
      name,
      type: String(result.columnType(index)),
    }))
    const rows: Array<ReadonlyArray<Value>> = []
    let bytes = 0
    let cut = false
    for (let chunk = await result.fetchChunk(); chunk !== null; chunk = await result.fetchChunk()) {
      if (chunk.rowCount === 0) break
      for (const row of chunk.getRows()) {
        const answered = row.map(valueOf)
        bytes += sizeOf(answered)
        cut = rows.length >= limits.rows || bytes > limits.bytes
        if (cut) break
        rows.push(answered)
      }
      if (cut) break
    }
    return { columns, rows, cut, position, tookMs: timer.nowMs() - beganMs }
  })

/** The answer as a Parquet file. */
export const runParquet = (
  { folder, instance }: Pick<Store.Store, "folder" | "instance">,
  query: Query,
  isOurs: boolean,
  name: string,
  timer: Timer,
): Promise<Uint8Array> =>
  limited(instance, query, isOurs, timer, async (connection) => {
    if (folder === undefined)
      throw new AnalyticsUnavailable({
        reason: "unreadable",
        detail: "tables in memory write no Parquet: open a log that is a file",
      })
    const file = join(Store.passingFolder(folder), `${name}.parquet`)
    try {
      await connection.run(
        `COPY (SELECT * FROM (${query.sql.replace(/;\s*$/, "")}\n) LIMIT ${query.limits.rows}) TO ${Store.text(file)} (FORMAT parquet, COMPRESSION zstd)`,
        { ...query.values } as Record<string, string>,
      )
      const { size } = await stat(file)
      if (size > query.limits.bytes)
        throw new QueryStopped({
          reason: "memory",
          detail: `the answer has ${size} bytes, at most ${query.limits.bytes} are given`,
        })
      return await readFile(file)
    } finally {
      await rm(file, { force: true })
    }
  })

const limited = async <A>(
  instance: DuckDBInstance,
  query: Query,
  isOurs: boolean,
  timer: Timer,
  use: (connection: DuckDBConnection, position: number, beganMs: number) => Promise<A>,
): Promise<A> => {
  const connection = await instance.connect()
  const beganMs = timer.nowMs()
  let isLate = false
  const stop = timer.after(query.limits.timeMs, () => {
    isLate = true
    connection.interrupt()
  })
  try {
    const asked = isOurs ? namedIn(query.sql) : await Statement.check(connection, query.sql)
    await see(connection, query, asked)
    await connection.run("BEGIN READ ONLY")
    const found = await connection.runAndReadAll("SELECT min(position) FROM kept.progress")
    const kept = Number(found.getRows()[0][0])
    return await use(connection, Math.min(kept, query.upTo ?? kept), beganMs)
  } catch (cause) {
    throw errorOf(cause, isLate, query)
  } finally {
    stop()
    connection.closeSync()
  }
}

/** Of our own statements it is enough to know the words in them. */
const namedIn = (sql: string): ReadonlySet<string> =>
  new Set(
    Views.views.map(({ name }) => name).filter((name) => new RegExp(`\\b${name}\\b`).test(sql)),
  )

/** Makes the views that are asked, and the lists of what is theirs to see. */
const see = async (
  connection: DuckDBConnection,
  { scope, upTo }: Query,
  asked: ReadonlySet<string>,
): Promise<void> => {
  if (scope !== "whole")
    for (const [name, list] of listsOf(scope)) {
      await connection.run(`CREATE TEMP TABLE ${name} (name VARCHAR)`)
      if (list.length === 0) continue
      const appender = await connection.createAppender(name, "main", "temp")
      for (const each of list) {
        appender.appendVarchar(each)
        appender.endRow()
      }
      appender.closeSync()
    }
  const network = scope === "whole" || scope.network
  for (const name of asked) {
    const view = Views.named(name)
    const sql =
      view === undefined
        ? undefined
        : Views.definition(view, upTo, { whole: scope === "whole", network })
    if (sql !== undefined) await connection.run(sql)
    else
      throw new StatementRefused({
        reason: "not-yours",
        detail: `the table ${name} is about the network itself, which is not yours to see`,
      })
  }
}

const listsOf = (scope: Exclude<Scope, "whole">) =>
  [
    ["seen_devices", scope.devices],
    ["seen_stations", scope.stations],
    ["seen_customers", scope.customers],
  ] as const

const sizeOf = (row: ReadonlyArray<Value>): number =>
  row.reduce<number>(
    (bytes, value) =>
      bytes +
      (typeof value === "string"
        ? value.length + 2
        : typeof value === "object" && value !== null
          ? JSON.stringify(value).length
          : 8),
    0,
  )

const errorOf = (cause: unknown, isLate: boolean, { limits }: Query) => {
  if (
    cause instanceof StatementRefused ||
    cause instanceof QueryStopped ||
    cause instanceof AnalyticsUnavailable
  )
    return cause
  const detail = cause instanceof Error ? cause.message : String(cause)
  if (isLate)
    return new QueryStopped({
      reason: "time",
      detail: `stopped after ${limits.timeMs / 1000} s: ask for less, or allow more time`,
    })
  if (/^Out of Memory/i.test(detail))
    return new QueryStopped({
      reason: "memory",
      detail: `it needs more than the ${Store.memoryMaxMiB} MiB that a question may take`,
    })
  return /^(Binder|Parser|Catalog) Error/.test(detail)
    ? new StatementRefused({ reason: "not-understood", detail: firstOf(detail) })
    : new QueryStopped({ reason: "failed", detail: firstOf(detail) })
}

/** Without the picture of the place that the database draws under it. */
const firstOf = (detail: string): string => detail.split("\n\nLINE ")[0].trim()
