/**
 * `ingest`: frames to durable decisions, through the pipeline into a log in a file.
 *
 * A simulated clean world is generated first and is not timed. The reference is the same log taking
 * the events that came out, without decoding, checking or deciding: what durability alone costs.
 * Rates count receptions. Wanted by "The chain end to end, on real input": 100k receptions/s, and the same whatever the
 * number of devices.
 */
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import * as Stream from "effect/Stream"
import { mkdtempSync, rmSync } from "node:fs"
import { tmpdir } from "node:os"
import { join } from "node:path"
import type { NewEvent } from "../../core/event/Envelope.ts"
import type { Input } from "../../core/ingest/Input.ts"
import { Pipeline } from "../../core/ingest/Pipeline.ts"
import * as pipelineLive from "../../core/ingest/pipelineLive.ts"
import { secretsMemory } from "../../core/keys/secretsMemory.ts"
import * as Vault from "../../core/keys/Vault.ts"
import { EventLog } from "../../core/log/EventLog.ts"
import * as Sqlite from "../../core/log/sqlite.ts"
import * as World from "../../core/sim/World.ts"
import { type Bench, type Row, row, type Size } from "./Bench.ts"

const sizes = {
  tiny: { fleets: [50], receptions: 500, warmUp: 0 },
  full: { fleets: [10_000, 100_000, 1_000_000], receptions: 400_000, warmUp: 100_000 },
}

/** As a busy receiver hands them on. */
const inputsAtOnce = 5_000

export const bench: Bench = {
  name: "ingest",
  run: async (size) => {
    const rows: Array<Row> = []
    // One fleet after the other: they would disturb each other's times.
    // oxlint-disable-next-line no-await-in-loop
    for (const devices of sizes[size].fleets) rows.push(...(await measure(size, devices)))
    return rows
  },
}

const measure = async (size: Size, devices: number): Promise<ReadonlyArray<Row>> => {
  const directory = mkdtempSync(join(tmpdir(), "sigtwin-bench-"))
  try {
    const log = Sqlite.layer(join(directory, "ingest.db"))
    const layers = Layer.provideMerge(
      pipelineLive.layer,
      Layer.mergeAll(log, Vault.layer(secretsMemory)),
    )
    const measured = await Effect.runPromise(
      Effect.scoped(ingest(size, devices).pipe(Effect.provide(layers))),
    )
    const appended = Sqlite.layer(join(directory, "append.db"))
    const seconds = await Effect.runPromise(append(measured.batches).pipe(Effect.provide(appended)))
    const metric = `${devices.toLocaleString("en-US")} devices`
    return [
      row({
        bench: "ingest",
        metric,
        value: measured.receptions / measured.seconds,
        unit: "receptions/s",
        reference: measured.receptions / seconds,
        digest: String(measured.accepted),
      }),
      row({
        bench: "ingest",
        metric: `${metric}, heap and buffers of pipeline and keys`,
        value: measured.bytes / 2 ** 20,
        unit: "MiB",
        reference: null,
      }),
    ]
  } finally {
    rmSync(directory, { recursive: true })
  }
}

const ingest = Effect.fnUntraced(function* (size: Size, devices: number) {
  const { receptions, warmUp } = sizes[size]
  const pipeline = yield* Pipeline
  const vault = yield* Vault.Vault
  const log = yield* EventLog
  const world = World.make({
    seed: 1,
    startMs: Date.UTC(2026, 0, 1),
    devices,
    stations: 300,
    scenario: "clean",
    historyDays: 0,
  })
  const { events, keys } = world.setup
  const before = memory()
  yield* vault.putRadioKeys(keys.map(({ device, key }) => ({ device, key, version: 1 })))
  for (let from = 0; from < events.length; from += inputsAtOnce)
    yield* pipeline.record(events.slice(from, from + inputsAtOnce).filter(isRegistration))
  // Without a collection first, what is freed meanwhile could outweigh what is kept.
  const bytes = Math.max(0, memory() - before)
  const arrays = framesOf(world, warmUp + receptions)
  let accepted = 0
  const play = Effect.fnUntraced(function* (part: ReadonlyArray<ReadonlyArray<Input>>) {
    let count = 0
    for (const inputs of part) {
      const outcome = yield* pipeline.submit(inputs)
      accepted += outcome.accepted
      count += inputs.length
    }
    return count
  })
  const warm = Math.ceil(warmUp / inputsAtOnce)
  yield* play(arrays.slice(0, warm))
  const from = yield* log.head
  const start = performance.now()
  const count = yield* play(arrays.slice(warm))
  const seconds = (performance.now() - start) / 1000
  const recorded = (yield* Stream.runCollect(log.read(from))).map((batch) =>
    batch.map(({ stream, occurredMs, event }): NewEvent => ({
      stream,
      occurredMs,
      causes: [],
      event,
    })),
  )
  return { receptions: count, seconds, accepted, bytes, batches: recorded }
})

/** Nothing is to be delivered here, so no customer is registered. */
export const isRegistration = ({ event }: NewEvent): boolean => event._tag !== "DestinationAdded"

/** Receptions of the world as inputs, so many at once. */
export const framesOf = (
  world: World.World,
  count: number,
): ReadonlyArray<ReadonlyArray<Input>> => {
  const arrays: Array<Array<Input>> = [[]]
  let taken = 0
  for (const output of world.next(Number.MAX_SAFE_INTEGER)) {
    if (output._tag !== "Frames") continue
    for (const frame of output.frames) {
      if (arrays[arrays.length - 1].length === inputsAtOnce) arrays.push([])
      arrays[arrays.length - 1].push({ _tag: "Frame", frame })
      if (++taken === count) return arrays
    }
  }
  return arrays
}

const append = Effect.fnUntraced(function* (batches: ReadonlyArray<ReadonlyArray<NewEvent>>) {
  const log = yield* EventLog
  const start = performance.now()
  for (const batch of batches) yield* log.append(batch)
  return (performance.now() - start) / 1000
})

const memory = (): number => {
  globalThis.gc?.()
  const { heapUsed, external } = process.memoryUsage()
  return heapUsed + external
}
