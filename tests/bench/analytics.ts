/**
 * `analytics`: named questions over the tables, beside the same statements put to plain DuckDB over plain Parquet files of
 * the same rows; building the tables from a log, beside reading it alone; and how far they are behind a log that grows.
 *
 * Wanted: each question within 1.3 of plain DuckDB, building at 0.5 M events/s or more, a lag under 1 s at 10,000
 * events/s, and frames taken in at 0.9 at least of what they are without tables. `SIGTWIN_BENCH_RECEPTIONS` says how many
 * receptions there are (10 M).
 */
import { DuckDBInstance } from "@duckdb/node-api"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import * as Logger from "effect/Logger"
import * as Option from "effect/Option"
import * as Schedule from "effect/Schedule"
import * as Stream from "effect/Stream"
import { mkdirSync, mkdtempSync, rmSync } from "node:fs"
import { tmpdir } from "node:os"
import { join } from "node:path"
import type { Recorded } from "../../core/event/Envelope.ts"
import { Pipeline } from "../../core/ingest/Pipeline.ts"
import * as pipelineLive from "../../core/ingest/pipelineLive.ts"
import { secretsMemory } from "../../core/keys/secretsMemory.ts"
import * as Vault from "../../core/keys/Vault.ts"
import { EventLog } from "../../core/log/EventLog.ts"
import * as Sqlite from "../../core/log/sqlite.ts"
import { hourMs } from "../../core/sim/Span.ts"
import * as World from "../../core/sim/World.ts"
import { Analytics, limitsDefault, limitsMax } from "../../projections/analytics/Analytics.ts"
import * as follow from "../../projections/analytics/follow.ts"
import { questions } from "../../projections/analytics/questions/all.ts"
import { isUnfit, put } from "../../projections/analytics/questions/put.ts"
import { runQuery, type Timer } from "../../projections/analytics/runQuery.ts"
import * as Store from "../../projections/analytics/Store.ts"
import * as Views from "../../projections/analytics/Views.ts"
import { digestOf } from "../../projections/run/digest.ts"
import * as snapshotsMemory from "../../projections/run/snapshotsMemory.ts"
import * as apart from "../../twin-ui/analytics/apart.ts"
import { run as runWorld } from "../scenario/run.ts"
import { rowsInto } from "./analyticsRows.ts"
import { type Bench, row, type Row, type Size } from "./Bench.ts"
import { framesOf, isRegistration } from "./ingest.ts"

const wanted = Number(process.env["SIGTWIN_BENCH_RECEPTIONS"] ?? 10_000_000)

const sizes = {
  tiny: {
    receptions: 6_000,
    turns: 1,
    devices: 20,
    stations: 5,
    hours: 1,
    liveMs: 300,
    taken: 500,
  },
  full: {
    receptions: wanted,
    turns: 3,
    devices: Math.min(10_000, Math.ceil(wanted / 1_000)),
    stations: 300,
    hours: 4,
    liveMs: 5_000,
    taken: 300_000,
  },
}

const timer: Timer = { nowMs: () => performance.now(), after: () => () => undefined }

export const bench: Bench = {
  name: "analytics",
  run: async (size) => {
    const directory = mkdtempSync(join(tmpdir(), "sigtwin-bench-"))
    const quiet = Effect.provide(Logger.layer([]))
    try {
      const asked = await Effect.runPromise(Effect.scoped(ask(size, directory)).pipe(quiet))
      const path = join(directory, "events.db")
      const built = await Effect.runPromise(
        build(size, directory).pipe(
          Effect.provide(Layer.mergeAll(Sqlite.layer(path), snapshotsMemory.layer)),
          quiet,
        ),
      )
      const lag = await Effect.runPromise(
        Effect.scoped(live(size)).pipe(
          Effect.provide(Layer.mergeAll(Sqlite.layer(path), apart.layer(`sqlite:${path}`))),
          quiet,
        ),
      )
      const beside = await takenIn(size, directory, true)
      const alone = await takenIn(size, directory, false)
      return [
        ...asked,
        ...built,
        ...lag,
        row({
          bench: "analytics",
          metric: "frames taken in beside tables that follow, to without",
          value: beside,
          unit: "receptions/s",
          reference: alone,
        }),
      ]
    } finally {
      rmSync(directory, { recursive: true })
    }
  },
}

/** The best of some turns, ours and plain ones by turns. */
const ask = Effect.fnUntraced(function* (size: Size, directory: string) {
  const { receptions, turns } = sizes[size]
  const store = yield* Store.open(join(directory, "tables"), "bench")
  const plain = yield* Effect.promise(async () => {
    await rowsInto(store, receptions)
    return plainOver(store, join(directory, "tables"))
  })
  const rows: Array<Row> = []
  for (const question of questions) {
    const asked = put(question, {})
    if (isUnfit(asked)) continue
    const { sql, values } = asked
    const limits = {
      ...limitsDefault,
      timeMs: limitsMax.timeMs,
      rows: limitsMax.rows,
      bytes: limitsMax.bytes,
    }
    let ours = Number.POSITIVE_INFINITY
    let reference = Number.POSITIVE_INFINITY
    let digest = ""
    for (let turn = 0; turn < turns; turn++) {
      const begunMs = performance.now()
      const answer = yield* Effect.promise(() =>
        runQuery(store.instance, { sql, values, scope: "whole", limits }, true, timer),
      )
      ours = Math.min(ours, performance.now() - begunMs)
      digest = digestOf(answer.rows)
      const plainMs = performance.now()
      yield* Effect.promise(async () => {
        const result = await plain.runAndReadAll(sql, { ...values })
        return result.getRows().length
      })
      reference = Math.min(reference, performance.now() - plainMs)
    }
    rows.push(
      row({
        bench: "analytics",
        metric: `ask ${question.name}, ${receptions.toLocaleString("en-US")} receptions`,
        value: ours / 1000,
        unit: "s",
        reference: reference / 1000,
        digest: digest.slice(0, 16),
      }),
    )
  }
  return rows
})

/** A database of its own that knows the rows as Parquet files alone, with the same threads and memory. */
const plainOver = async (store: Store.Store, folder: string) => {
  const parts = join(Store.partsFolder(folder), "plain")
  mkdirSync(parts, { recursive: true })
  const instance = await DuckDBInstance.create(":memory:", {
    threads: String(Store.threadsMax),
    memory_limit: `${Store.memoryMaxMiB}MiB`,
  })
  const connection = await instance.connect()
  await connection.run("CREATE SCHEMA kept")
  const names = (
    await store.run("SELECT table_name FROM duckdb_tables() WHERE schema_name = 'kept'")
  ).map(([name]) => String(name))
  for (const name of names) {
    const file = join(parts, `${name}.parquet`)
    // One after the other: they would disturb each other's memory.
    // oxlint-disable-next-line no-await-in-loop
    await store.run(`COPY kept.${name} TO ${Store.text(file)} (FORMAT parquet, COMPRESSION zstd)`)
    // oxlint-disable-next-line no-await-in-loop
    await connection.run(
      `CREATE VIEW kept.${name} AS SELECT * FROM read_parquet(${Store.text(file)})`,
    )
  }
  for (const view of Views.views) {
    const sql = Views.definition(view, undefined, { whole: true, network: true })
    // oxlint-disable-next-line no-await-in-loop
    if (sql !== undefined) await connection.run(sql)
  }
  return connection
}

const startMs = Date.UTC(2026, 0, 1)
/** Events put into the log together. */
const batchEvents = 5_000

const build = (size: Size, directory: string) =>
  Effect.gen(function* () {
    const log = yield* EventLog
    const { devices, hours, stations, turns } = sizes[size]
    const world = World.make({ seed: 1, startMs, devices, stations, scenario: "clean" })
    const recorded: Array<Recorded> = []
    runWorld(world, 1, startMs + hours * hourMs, (each) => recorded.push(each))
    for (let from = 0; from < recorded.length; from += batchEvents)
      yield* log.restore(recorded.slice(from, from + batchEvents))
    const events = recorded.length
    recorded.length = 0
    let reading = Number.POSITIVE_INFINITY
    let building = Number.POSITIVE_INFINITY
    let digest = ""
    for (let turn = 0; turn < turns; turn++) {
      const readMs = performance.now()
      yield* Stream.runDrain(log.read(0))
      reading = Math.min(reading, performance.now() - readMs)
      const folder = join(directory, `built-${turn}`)
      const begunMs = performance.now()
      digest = yield* Effect.scoped(
        Effect.gen(function* () {
          const store = yield* Store.open(folder, log.info.id)
          const follower = yield* follow.make(store)
          yield* follower.reached(events)
          building = Math.min(building, performance.now() - begunMs)
          const counted = yield* Effect.promise(() =>
            store.run("SELECT count(*)::VARCHAR, sum(message)::VARCHAR FROM kept.receptions"),
          )
          return digestOf(counted.map((each) => each.map(String)))
        }),
      )
      rmSync(folder, { recursive: true })
    }
    return [
      row({
        bench: "analytics",
        metric: "build the tables from a log",
        value: (events * 1000) / building,
        unit: "events/s",
        reference: (events * 1000) / reading,
        digest: digest.slice(0, 16),
      }),
    ]
  })

const perSecond = 10_000
const everyMs = 10

/** Events come at a steady rate; how long after an append the tables of the other process have it. */
const live = Effect.fnUntraced(function* (size: Size) {
  const log = yield* EventLog
  const analytics = yield* Analytics
  const head = yield* log.head
  // The process takes a while to start, and says so.
  yield* Effect.retry(analytics.reached(head), {
    times: 600,
    schedule: Schedule.spaced("100 millis"),
  })
  const some = yield* Stream.runCollect(log.read(Math.max(0, head - 20_000), head))
  const events = some
    .flat()
    .map(({ event, occurredMs, stream }) => ({ stream, occurredMs, causes: [], event }))
  const begunMs = performance.now()
  let sent = 0
  let worst = 0
  const lags: Array<number> = []
  while (performance.now() - begunMs < sizes[size].liveMs) {
    const due = Math.floor(((performance.now() - begunMs) * perSecond) / 1000) - sent
    if (due > 0) {
      const from = sent % Math.max(1, events.length - due)
      yield* log.append(events.slice(from, from + due))
      sent += due
    }
    if (lags.length === 0 || performance.now() - begunMs > lags.length * 200) {
      const atMs = performance.now()
      const at = yield* log.head
      lags.push(0)
      const place = lags.length - 1
      yield* Effect.forkChild(
        Effect.map(analytics.reached(at), () => {
          lags[place] = performance.now() - atMs
          worst = Math.max(worst, lags[place])
        }),
      )
    }
    yield* Effect.sleep(everyMs)
  }
  yield* analytics.reached(yield* log.head)
  return [
    row({
      bench: "analytics",
      metric: `lag behind ${perSecond.toLocaleString("en-US")} events/s, the longest`,
      value: worst / 1000,
      unit: "s",
      reference: null,
    }),
  ]
})

/** Receptions a second that the pipeline takes in, with a process that keeps tables of them beside it or without. */
const takenIn = async (size: Size, directory: string, follows: boolean): Promise<number> => {
  const path = join(directory, `taken-${follows ? "beside" : "alone"}.db`)
  const { devices, stations, taken } = sizes[size]
  const world = World.make({
    seed: 1,
    startMs,
    devices,
    stations,
    scenario: "clean",
    historyDays: 0,
  })
  const { events, keys } = world.setup
  const arrays = framesOf(world, taken)
  const work = Effect.gen(function* () {
    const pipeline = yield* Pipeline
    const vault = yield* Vault.Vault
    const log = yield* EventLog
    yield* vault.putRadioKeys(keys.map(({ device, key }) => ({ device, key, version: 1 })))
    for (let from = 0; from < events.length; from += batchEvents)
      yield* pipeline.record(events.slice(from, from + batchEvents).filter(isRegistration))
    const analytics = yield* Effect.serviceOption(Analytics)
    if (Option.isSome(analytics))
      yield* Effect.retry(analytics.value.reached(yield* log.head), {
        times: 600,
        schedule: Schedule.spaced("100 millis"),
      })
    const begunMs = performance.now()
    for (const inputs of arrays) yield* pipeline.submit(inputs)
    return (taken * 1000) / (performance.now() - begunMs)
  })
  const layers = Layer.provideMerge(
    pipelineLive.layer,
    Layer.mergeAll(
      Sqlite.layer(path),
      Vault.layer(secretsMemory),
      follows ? apart.layer(`sqlite:${path}`) : Layer.empty,
    ),
  )
  return Effect.runPromise(
    Effect.scoped(work).pipe(Effect.provide(layers), Effect.provide(Logger.layer([]))),
  )
}
