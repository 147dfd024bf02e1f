/**
 * `seek`: the whole network as of a random instant, in logs of 0.1, 1 and 10 million events: the median and the slowest
 * hundredth, opening such a log, and the memory it all took. Wanted by "The log": a p99 of at most 100 ms, at 10 million at
 * most twice that at 0.1 million; an opening within a second. The reference of a p99 is that of the smallest log in the same
 * run.
 */
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import * as Clock from "effect/Clock"
import { mkdtempSync, rmSync } from "node:fs"
import { tmpdir } from "node:os"
import { join } from "node:path"
import * as Random from "../../core/kernel/Random.ts"
import { EventLog } from "../../core/log/EventLog.ts"
import * as Sqlite from "../../core/log/sqlite.ts"
import { pack } from "../../projections/all.ts"
import { Chain } from "../../projections/chain/Chain.ts"
import * as live from "../../projections/run/live.ts"
import * as snapshotsSqlite from "../../projections/run/snapshotsSqlite.ts"
import { Twin } from "../../projections/run/Twin.ts"
import { type Bench, processorSeconds, type Row, row } from "./Bench.ts"
import { appendsOf } from "./logEvents.ts"

const perCommit = 1000
const sizes = {
  tiny: { events: [2000], seeks: 5 },
  full: { events: [100_000, 1_000_000, 10_000_000], seeks: 200 },
}
const distinct = 100

export const bench: Bench = {
  name: "seek",
  run: async (size) => {
    const { events, seeks } = sizes[size]
    const rows: Array<Row> = []
    let smallest: number | undefined
    for (const count of events) {
      const directory = mkdtempSync(join(tmpdir(), "sigtwin-bench-"))
      try {
        const path = join(directory, "log.db")
        // One log after the other: they would disturb each other's times.
        // oxlint-disable-next-line no-await-in-loop
        await Effect.runPromise(fill(count).pipe(Effect.provide(layers(path))))
        const opened = performance.now()
        // oxlint-disable-next-line no-await-in-loop
        const openMs = await Effect.runPromise(
          Effect.map(EventLog, () => performance.now() - opened).pipe(
            Effect.provide(Sqlite.layer(path), { local: true }),
          ),
        )
        // oxlint-disable-next-line no-await-in-loop
        const found = await Effect.runPromise(seek(seeks).pipe(Effect.provide(layers(path))))
        const p99 = found.ms[Math.floor(found.ms.length * 0.99)]
        smallest ??= p99
        const name = `${count.toLocaleString("en-US")} events`
        const shared = { bench: "seek", unit: "ms", reference: null }
        rows.push(
          row({ ...shared, metric: `${name}, p50`, value: found.ms[found.ms.length >> 1] }),
          row({
            ...shared,
            metric: `${name}, p99, to that of the smallest`,
            value: p99,
            reference: smallest,
            digest: String(found.seen),
          }),
          row({
            ...shared,
            metric: `${name}, p99 of the processor's time`,
            value: found.processorMs[Math.floor(found.processorMs.length * 0.99)],
          }),
          row({ ...shared, metric: `${name}, opening the log`, value: openMs }),
          row({
            ...shared,
            metric: `${name}, resident memory`,
            value: process.memoryUsage().rss / 2 ** 20,
            unit: "MiB",
          }),
        )
      } finally {
        rmSync(directory, { recursive: true })
      }
    }
    return rows
  },
}

const layers = (path: string) =>
  live
    .layerOf([pack(Chain)])
    .pipe(
      Layer.provide(snapshotsSqlite.layer(`${path}.snapshots`)),
      Layer.provideMerge(Sqlite.layer(path, { durableAtClose: true })),
      Layer.provide(Layer.effect(Clock.Clock, steppingClock)),
      Layer.fresh,
    )

/** Each look is a millisecond later: instants are then spread over the whole log, however quickly it is filled. */
const steppingClock = Effect.map(Clock.Clock, (real): Clock.Clock => {
  let nowMs = Date.UTC(2026, 0, 1)
  const next = () => ++nowMs
  return {
    sleep: (duration) => real.sleep(duration),
    currentTimeMillisUnsafe: next,
    currentTimeMillis: Effect.sync(next),
    currentTimeNanosUnsafe: () => real.currentTimeNanosUnsafe(),
    currentTimeNanos: real.currentTimeNanos,
    monotonicTimeNanosUnsafe: () => real.monotonicTimeNanosUnsafe(),
    monotonicTimeNanos: real.monotonicTimeNanos,
  }
})

const fill = Effect.fnUntraced(function* (count: number) {
  const log = yield* EventLog
  const twin = yield* Twin
  const some = appendsOf(Math.min(distinct * perCommit, count), perCommit)
  for (let i = 0; i * perCommit < count; i++) {
    const { first } = yield* log.append(some[i % some.length])
    // The twin keeps up, as it does where traffic comes at the pace of radio.
    if (i % 20 === 19) yield* twin.reached(first)
  }
  yield* twin.reached(count)
})

const seek = Effect.fnUntraced(function* (seeks: number) {
  const log = yield* EventLog
  const twin = yield* Twin
  const random = Random.make(4)
  const head = yield* log.head
  yield* twin.reached(head)
  const firstMs = Date.UTC(2026, 0, 1)
  const lastMs = yield* lastRecorded(head)
  const ms: Array<number> = []
  const processorMs: Array<number> = []
  let seen = 0
  for (let i = 0; i < seeks; i++) {
    const instant = firstMs + random.below(lastMs - firstMs)
    const processorBefore = processorSeconds()
    const began = performance.now()
    const position = yield* log.positionAt(instant)
    const state = yield* twin.asOf(Chain, position)
    ms.push(performance.now() - began)
    processorMs.push(1000 * (processorSeconds() - processorBefore))
    seen += state.stationsSeen
  }
  return { ms: ms.toSorted(rising), processorMs: processorMs.toSorted(rising), seen: seen > 0 }
})

const rising = (a: number, b: number): number => a - b

const lastRecorded = Effect.fnUntraced(function* (head: number) {
  const log = yield* EventLog
  let low = Date.UTC(2026, 0, 1)
  let high = low + 1e9
  while (low < high) {
    const middle = Math.floor((low + high) / 2)
    if ((yield* log.positionAt(middle)) >= head) high = middle
    else low = middle + 1
  }
  return low
})
