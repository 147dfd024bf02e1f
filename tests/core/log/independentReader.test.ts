import { assert, describe, it } from "@effect/vitest"
import * as Effect from "effect/Effect"
import * as Stream from "effect/Stream"
import { toHex } from "../../../core/kernel/Bytes.ts"
import { kindOf } from "../../../core/event/Event.ts"
import * as EventJson from "../../../core/log/EventJson.ts"
import { EventLog } from "../../../core/log/EventLog.ts"
import * as Sqlite from "../../../core/log/sqlite.ts"
import { archiveNext } from "../../../core/log/sqlite/archive.ts"
import { infoOf } from "../../../core/log/sqlite/info.ts"
import * as merge from "../../../core/log/sqlite/merge.ts"
import { openForWriting } from "../../../core/log/sqlite/openFile.ts"
import * as World from "../../../core/sim/World.ts"
import { run } from "../../scenario/run.ts"
import { unknown } from "../../contract/someEvents.ts"
import { freshPath } from "./freshPath.ts"
import { readLog } from "./independentReader.ts"

const startMs = Date.UTC(2026, 5, 1)

describe("a program written from docs/formats/log.md alone", () => {
  it.effect(
    "reads every event of a log that was merged and archived, and finds the same root",
    () =>
      Effect.gen(function* () {
        const path = yield* freshPath
        const world = World.make({ seed: 3, startMs, devices: 60, stations: 12, scenario: "demo" })
        const expected = yield* Effect.flatMap(EventLog, (log) =>
          Effect.gen(function* () {
            yield* log.append([
              unknown("Läter", { text: "a ü 🌍 \ud800", list: [1, null, { a: true }] }),
            ])
            const batches: Array<Parameters<typeof log.append>[0]> = []
            run(world, 1, startMs + 1_800_000, ({ event, occurredMs, stream }) =>
              batches.push([{ causes: [0], event, occurredMs, stream }]),
            )
            // Many small commits, and some large.
            for (let i = 0; i < 1500; i++) yield* log.append(batches[i])
            yield* log.append(batches.slice(1500).flat().slice(0, 15_000))
            return (yield* log.read(0).pipe(Stream.runCollect)).flat()
          }),
        ).pipe(Effect.provide(Sqlite.layer(path, { durableAtClose: true }), { local: true }))
        const file = openForWriting(path, {})
        const merging = merge.make(file.db, file.batches)
        while (merging.advance(file.batches.end().head));
        assert.isDefined(archiveNext(file, path, 1100, true))
        file.close()
        const kinds = new Set(expected.map(({ event }) => kindOf(event)))
        assert.isAbove(kinds.size, 8)

        const read = readLog(path)
        const info = infoOf(path, undefined)
        assert.strictEqual(read.id, info.id)
        assert.strictEqual(read.root, toHex(info.root))
        assert.isBelow(info.rows, info.batches)
        assert.lengthOf(read.events, expected.length)
        for (const [i, recorded] of expected.entries()) {
          const { event, ...place } = recorded
          const { fields, kind, ...placed } = read.events[i]
          assert.deepStrictEqual(placed, place)
          assert.strictEqual(kind, kindOf(event))
          assert.deepStrictEqual(
            JSON.parse(JSON.stringify(fields)),
            JSON.parse(JSON.stringify(EventJson.fieldsOf(event))),
            kind,
          )
        }
      }),
  )
})
