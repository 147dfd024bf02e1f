/**
 * `replay`: reading the log and folding all projections from the beginning, as a start without
 * snapshots does. The reference is the same read without folding. Wanted by "The log":
 * 1 M events/s.
 */
import * as Effect from "effect/Effect"
import * as Stream from "effect/Stream"
import { mkdtempSync, rmSync } from "node:fs"
import { tmpdir } from "node:os"
import { join } from "node:path"
import type { Recorded } from "../../core/event/Envelope.ts"
import { EventLog, type LogUnavailable } from "../../core/log/EventLog.ts"
import * as Sqlite from "../../core/log/sqlite.ts"
import { hourMs } from "../../core/sim/Span.ts"
import * as World from "../../core/sim/World.ts"
import { all } from "../../projections/all.ts"
import * as Cell from "../../projections/run/Cell.ts"
import { digestOf } from "../../projections/run/digest.ts"
import { type Bench, processorSeconds, row, type Size } from "./Bench.ts"
import { run as runWorld } from "../scenario/run.ts"

/** Simulated traffic of a clean network, decided on as it would be: what a log is mostly made of. */
const sizes = {
  tiny: { devices: 20, stations: 5, hours: 1, turns: 1 },
  full: { devices: 10_000, stations: 300, hours: 4, turns: 3 },
}

const startMs = Date.UTC(2026, 0, 1)

/** Events put into the log together. */
const batchEvents = 5_000

export const bench: Bench = {
  name: "replay",
  run: async (size) => {
    const directory = mkdtempSync(join(tmpdir(), "sigtwin-bench-"))
    try {
      return await Effect.runPromise(
        measure(size).pipe(Effect.provide(Sqlite.layer(join(directory, "replay.db")))),
      )
    } finally {
      rmSync(directory, { recursive: true })
    }
  },
}

const measure = (size: Size) =>
  Effect.gen(function* () {
    const log = yield* EventLog
    const { turns, devices, stations, hours } = sizes[size]
    const world = World.make({ seed: 1, startMs, devices, stations, scenario: "clean" })
    const recorded: Array<Recorded> = []
    runWorld(world, 1, startMs + hours * hourMs, (each) => recorded.push(each))
    for (let from = 0; from < recorded.length; from += batchEvents)
      yield* log.restore(recorded.slice(from, from + batchEvents))
    const events = yield* log.head
    recorded.length = 0

    const read = (use: (events: ReadonlyArray<Recorded>) => void) =>
      Effect.gen(function* () {
        const start = performance.now()
        yield* Stream.runForEach(log.read(0), (array) => Effect.sync(() => use(array)))
        return (performance.now() - start) / 1000
      })

    let scan = Number.POSITIVE_INFINITY
    let fold = Number.POSITIVE_INFINITY
    let leastProcessor = Number.POSITIVE_INFINITY
    const each = all.map((packed) => ({ name: packed.name, seconds: Number.POSITIVE_INFINITY }))
    let digest = ""
    for (let turn = 0; turn < turns; turn++) {
      scan = Math.min(scan, yield* read(() => {}))
      const cells = all.map((packed) => Cell.make(packed, undefined))
      const took = yield* processor(read((array) => Cell.foldAll(cells, array)))
      fold = Math.min(fold, took.seconds)
      leastProcessor = Math.min(leastProcessor, took.processor)
      digest = digestOf(cells.map((cell) => [cell.name, cell.digest()]))
      for (const [i, packed] of all.entries()) {
        const cell = Cell.make(packed, undefined)
        each[i].seconds = Math.min(each[i].seconds, yield* read((array) => cell.fold(array)))
      }
    }
    const rate = (metric: string, seconds: number) =>
      row({
        bench: "replay",
        metric,
        value: events / seconds,
        unit: "events/s",
        reference: events / scan,
        digest,
      })
    return [
      rate("read and fold all projections", fold),
      row({
        bench: "replay",
        metric: "read and fold all projections, a second of the processor",
        value: events / leastProcessor,
        unit: "events/s",
        reference: null,
      }),
      ...each.map(({ name, seconds }) => rate(`read and fold ${name} alone`, seconds)),
    ]
  })

/** Also what it took of the processor. */
const processor = (work: Effect.Effect<number, LogUnavailable>) =>
  Effect.gen(function* () {
    const before = processorSeconds()
    const seconds = yield* work
    return { seconds, processor: processorSeconds() - before }
  })
