/**
 * Real traffic goes in and comes out right: what the twin counts after an import equals what a script
 * that shares no code with it counts in the file.
 */
import { assert, describe, it } from "@effect/vitest"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import * as Stream from "effect/Stream"
import { createReadStream, existsSync, readFileSync } from "node:fs"
import { join } from "node:path"
import { formatNamed } from "../../core/ingest/formats.ts"
import type { Input } from "../../core/ingest/Input.ts"
import { Pipeline } from "../../core/ingest/Pipeline.ts"
import * as pipelineLive from "../../core/ingest/pipelineLive.ts"
import { readFile } from "../../core/ingest/readFile.ts"
import * as Rejected from "../../core/kernel/Rejected.ts"
import { secretsMemory } from "../../core/keys/secretsMemory.ts"
import * as Vault from "../../core/keys/Vault.ts"
import * as memory from "../../core/log/memory.ts"
import * as Device from "../../projections/device/Device.ts"
import * as Integrity from "../../projections/integrity/Integrity.ts"
import * as live from "../../projections/run/live.ts"
import * as snapshotsMemory from "../../projections/run/snapshotsMemory.ts"
import { Twin } from "../../projections/run/Twin.ts"
import * as Tallies from "../../projections/tally/Tallies.ts"
import * as Traffic from "../../projections/traffic/Traffic.ts"

const data = join(import.meta.dirname, "../../../shared/data")
const isThere = existsSync(data)
if (!isThere) console.log("skipped: real traffic, since ../shared/data is not here")

const world = Layer.provideMerge(
  Layer.mergeAll(pipelineLive.layer, Layer.provide(live.layer, snapshotsMemory.layer)),
  Layer.mergeAll(memory.layer, Vault.layer(secretsMemory)),
)

/** Imports files and counts what the twin then knows. */
const imported = Effect.fnUntraced(function* (name: string, ...files: ReadonlyArray<string>) {
  const pipeline = yield* Pipeline
  const twin = yield* Twin
  const format = formatNamed(name)
  assert(format !== undefined)
  let head = 0
  for (const file of files) {
    const bytes = Stream.fromAsyncIterable(createReadStream(join(data, file)), String)
    yield* readFile(format, file, bytes).pipe(
      Stream.runForEach((lines) =>
        Effect.gen(function* () {
          const inputs = lines.flatMap(({ result }): ReadonlyArray<Input> =>
            Rejected.is(result) ? [] : [result],
          )
          assert.strictEqual(inputs.length, lines.length)
          head = (yield* pipeline.submit(inputs)).head
        }),
      ),
    )
  }
  yield* twin.reached(head)
  const totals = Traffic.totals(yield* twin.state(Traffic.projection))
  return {
    receptions: totals.frames + totals.reportedReceptions,
    messages: (yield* twin.state(Tallies.projection)).openedReported,
    devices: (yield* twin.state(Device.projection)).devices.size,
    stations: (yield* twin.state(Integrity.projection)).stations.size,
    checked: totals.accepted + totals.refused,
  }
})

const distinct = (rows: ReadonlyArray<ReadonlyArray<string>>, column: number): number =>
  new Set(rows.map((row) => row[column])).size

describe.skipIf(!isThere)("real traffic", () => {
  it.live("of Denver: as many receptions, messages, devices and stations as in the file", () =>
    Effect.gen(function* () {
      const text = readFileSync(join(data, "denver/receptions.csv"), "utf8")
      const rows = text
        .trim()
        .split("\n")
        .slice(1)
        .map((line) => line.split(","))
      assert.deepStrictEqual(yield* imported("denver-csv", "denver/receptions.csv"), {
        receptions: rows.length,
        messages: distinct(rows, 0),
        stations: distinct(rows, 1),
        devices: distinct(rows, 2),
        checked: 0,
      })
    }).pipe(Effect.provide(world)),
  )

  it.live("of the Jozef Stefan Institute: every message that was heard, marked as reported", () =>
    Effect.gen(function* () {
      const files = [
        "jsi/sfxlib.json",
        "jsi/sfxlib_norep.json",
        "jsi/sfxlib_norep_randfreq.json",
        "jsi/sfxlib_norep_randfreq_randgain.json",
      ]
      const heard = files.flatMap(
        (file) => readFileSync(join(data, file), "utf8").match(/"rx": \{/g) ?? [],
      ).length
      assert.strictEqual(heard, 7_435)
      assert.deepStrictEqual(yield* imported("jsi-json", ...files), {
        receptions: heard,
        messages: heard,
        devices: 1,
        stations: 1,
        checked: 0,
      })
    }).pipe(Effect.provide(world)),
  )
})
