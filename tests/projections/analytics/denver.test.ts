/** The named questions over real traffic, against figures that `denverFigures.ts` takes from the file itself. */
import { assert, describe, it } from "@effect/vitest"
import { createReadStream, existsSync, readFileSync } from "node:fs"
import { join } from "node:path"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import * as Logger from "effect/Logger"
import * as Stream from "effect/Stream"
import { formatNamed } from "../../../core/ingest/formats.ts"
import type { Input } from "../../../core/ingest/Input.ts"
import { Pipeline } from "../../../core/ingest/Pipeline.ts"
import * as pipelineLive from "../../../core/ingest/pipelineLive.ts"
import { readFile } from "../../../core/ingest/readFile.ts"
import { secretsMemory } from "../../../core/keys/secretsMemory.ts"
import * as Vault from "../../../core/keys/Vault.ts"
import * as Rejected from "../../../core/kernel/Rejected.ts"
import * as memory from "../../../core/log/memory.ts"
import * as here from "../../../projections/analytics/here.ts"
import * as snapshotsMemory from "../../../projections/run/snapshotsMemory.ts"
import { figuresOf } from "./denverFigures.ts"
import { askNamed } from "./kept.ts"

const file = join(import.meta.dirname, "../../../../shared/data/denver/receptions.csv")
const isThere = existsSync(file)
if (!isThere) console.log("skipped: the figures of Denver, since ../shared/data is not here")

const world = Layer.mergeAll(here.layer(undefined), pipelineLive.layer).pipe(
  Layer.provideMerge(
    Layer.mergeAll(Layer.fresh(memory.layer), Vault.layer(secretsMemory), snapshotsMemory.layer),
  ),
  Layer.provide(Logger.layer([])),
)

const imported = Effect.gen(function* () {
  const pipeline = yield* Pipeline
  const format = formatNamed("denver-csv")
  assert(format !== undefined)
  yield* readFile(format, file, Stream.fromAsyncIterable(createReadStream(file), String)).pipe(
    Stream.runForEach((lines) =>
      pipeline.submit(
        lines.flatMap(({ result }): ReadonlyArray<Input> => (Rejected.is(result) ? [] : [result])),
      ),
    ),
  )
})

const sorted = (rows: ReadonlyArray<unknown>) => rows.map((row) => JSON.stringify(row)).toSorted()

describe.skipIf(!isThere)("of Denver's receptions", () => {
  it.live("stations per message, link quality and unique carriage are those of the file", () =>
    Effect.gen(function* () {
      // The thresholds of RC1, which holds for devices that no registration tells of.
      const figures = figuresOf(readFileSync(file, "utf8"), { high: -122, low: -135 })
      assert.isAbove(figures.uniqueCarriage.length, 50)
      yield* imported
      const stations = yield* askNamed("stations-per-message")
      assert.deepStrictEqual(
        stations.map((row) => [row["stations"], row["messages"]]),
        figures.stationsPerMessage.map(([n, count]) => [n, count]),
      )
      const lqi = yield* askNamed("lqi")
      assert.deepStrictEqual(
        lqi.map((row) => row["messages"]),
        [...figures.lqi],
      )
      const carriage = (yield* askNamed("unique-carriage"))
        .filter((row) => row["only_here"] !== 0)
        .map((row) => [row["station"], row["only_here"]])
      assert.deepStrictEqual(sorted(carriage), sorted(figures.uniqueCarriage))
    }).pipe(Effect.provide(world)),
  )
})
