/** Tables over a log in memory, for these tests. */
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import * as Logger from "effect/Logger"
import { mkdtempSync, rmSync } from "node:fs"
import { tmpdir } from "node:os"
import { join } from "node:path"
import type { Recorded } from "../../../core/event/Envelope.ts"
import { EventLog } from "../../../core/log/EventLog.ts"
import * as memory from "../../../core/log/memory.ts"
import {
  Analytics,
  limitsDefault,
  type Limits,
  type Scope,
} from "../../../projections/analytics/Analytics.ts"
import { named } from "../../../projections/analytics/questions/all.ts"
import { isUnfit, put } from "../../../projections/analytics/questions/put.ts"
import * as follow from "../../../projections/analytics/follow.ts"
import * as here from "../../../projections/analytics/here.ts"
import * as Store from "../../../projections/analytics/Store.ts"
import { tables } from "../../../projections/analytics/tables/all.ts"
import * as snapshotsMemory from "../../../projections/run/snapshotsMemory.ts"

const log = Layer.mergeAll(memory.layer, snapshotsMemory.layer)

/** A log, and the tables over it in memory. */
export const world = here
  .layer(undefined)
  .pipe(Layer.provideMerge(Layer.fresh(log)), Layer.provide(Logger.layer([])))

/** A log alone: the tables are opened by `rowsOf`. */
export const logWorld = Layer.fresh(log)

/** A folder that is gone afterwards. */
export const folder = Effect.acquireRelease(
  Effect.sync(() => mkdtempSync(join(tmpdir(), "sigtwin-analytics-"))),
  (path) => Effect.sync(() => rmSync(path, { recursive: true, force: true })),
)

export const record = Effect.fnUntraced(function* (events: ReadonlyArray<Recorded>) {
  const to = yield* EventLog
  if (events.length > 0) yield* to.restore(events)
})

/** Brings the tables in a folder (or memory) up to the log's end, and gives all their rows as text. */
export const rowsOf = Effect.fnUntraced(function* (path: string | undefined) {
  const from = yield* EventLog
  const store = yield* Store.open(path, from.info.id)
  const follower = yield* follow.make(store)
  yield* follower.reached(yield* from.head)
  const rows: Record<string, ReadonlyArray<string>> = {}
  for (const { name } of tables)
    rows[name] = (yield* Effect.promise(() =>
      store.run(`SELECT to_json(t)::VARCHAR FROM kept.${name} t ORDER BY position, 1`),
    )).map(([row]) => String(row))
  return rows
}, Effect.scoped)

export interface Asked {
  readonly scope?: Scope
  readonly upTo?: number
  readonly limits?: Partial<Limits>
}

/** Asks the tables when they have all of the log. */
export const ask = Effect.fnUntraced(function* (sql: string, asked: Asked = {}) {
  const analytics = yield* Analytics
  const { head } = yield* EventLog
  yield* analytics.reached(yield* head)
  return yield* analytics.query({
    sql,
    scope: asked.scope ?? "whole",
    ...(asked.upTo === undefined ? {} : { upTo: asked.upTo }),
    limits: { ...limitsDefault, ...asked.limits },
  })
})

/** Asks a question that has a name: its rows, each with the columns' names. */
export const askNamed = Effect.fnUntraced(function* (
  name: string,
  texts: Readonly<Record<string, string>> = {},
  asked: Asked = {},
) {
  const question = named(name)
  if (question === undefined) throw new Error(`there is no question ${name}`)
  const query = put(question, texts)
  if (isUnfit(query)) throw new Error(query.detail)
  const analytics = yield* Analytics
  yield* analytics.reached(yield* (yield* EventLog).head)
  const { columns, rows } = yield* analytics.ask({
    sql: query.sql,
    values: query.values,
    scope: asked.scope ?? "whole",
    ...(asked.upTo === undefined ? {} : { upTo: asked.upTo }),
    limits: { ...limitsDefault, ...asked.limits },
  })
  return rows.map((row) => Object.fromEntries(columns.map((column, i) => [column.name, row[i]])))
})
