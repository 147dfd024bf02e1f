import { assert, describe, it } from "@effect/vitest"
import * as Effect from "effect/Effect"
import * as fc from "fast-check"
import { existsSync } from "node:fs"
import { join } from "node:path"
import type { Recorded } from "../../../core/event/Envelope.ts"
import { EventLog } from "../../../core/log/EventLog.ts"
import * as Facts from "../../../projections/analytics/Facts.ts"
import * as Openers from "../../../projections/analytics/Openers.ts"
import * as parts from "../../../projections/analytics/parts.ts"
import * as follow from "../../../projections/analytics/follow.ts"
import * as Store from "../../../projections/analytics/Store.ts"
import type { Row } from "../../../projections/analytics/Table.ts"
import { factTables } from "../../../projections/analytics/tables/all.ts"
import { history, type History, plausible } from "../../laws/histories.ts"
import { folder, logWorld, record, rowsOf } from "./kept.ts"

const noRows = () => ({
  receptions: new Array<Row>(),
  messages: new Array<Row>(),
  device_steps: new Array<Row>(),
  station_steps: new Array<Row>(),
  attestations: new Array<Row>(),
  deliveries: new Array<Row>(),
  downlinks: new Array<Row>(),
  blocks: new Array<Row>(),
  policies: new Array<Row>(),
})

const factsOf = (events: History) => {
  const state = Facts.initial()
  const rows = noRows()
  for (const recorded of events) Facts.apply(state, recorded, rows)
  return rows
}

/** Whole histories, long enough to hold something. */
const samples = (count: number, seed: number): ReadonlyArray<History> =>
  fc
    .sample(plausible(200), { numRuns: 40 * count, seed })
    .filter(({ length }) => length > 20)
    .slice(0, count)

describe("the rows of facts", () => {
  it("have a cell for each column, whatever the events", () => {
    const seen = new Set<string>()
    fc.assert(
      fc.property(history, (events) => {
        const rows = Object.entries(factsOf(events))
        for (const { columns, name } of factTables)
          for (const row of rows.find(([each]) => each === name)?.[1] ?? []) {
            seen.add(name)
            assert.strictEqual(row.length, columns.length, `${name}: ${JSON.stringify(row)}`)
          }
      }),
      { numRuns: 300 },
    )
    assert.isAbove(seen.size, 6)
  })

  it("are the same for the same events", () => {
    fc.assert(
      fc.property(history, (events) => {
        assert.deepStrictEqual(factsOf(events), factsOf(events))
      }),
    )
  })
})

describe("the messages that are known", () => {
  it("are forgotten as many events after they were opened, and no earlier", () => {
    const openers = Openers.make()
    Openers.open(openers, "4D33DB", "a", 10, 0)
    Openers.open(openers, "4D33DB", "b", 11, 0)
    Openers.forget(openers, 10 + Openers.eventsMax - 1)
    assert.strictEqual(Openers.find(openers, "4D33DB", "a", 0, 1)?.at, 10)
    Openers.forget(openers, 10 + Openers.eventsMax)
    assert.isUndefined(Openers.find(openers, "4D33DB", "a", 0, 1))
    assert.isUndefined(Openers.openedAt(openers, 10))
    assert.strictEqual(Openers.find(openers, "4D33DB", "b", 0, 1)?.at, 11)
  })
})

describe("the tables", () => {
  it.live("hold each event's rows once, wherever they were stopped and opened again", () =>
    Effect.gen(function* () {
      let rows = 0
      for (const events of samples(4, 7)) {
        const path = yield* folder
        const cut = Math.floor(events.length / 2)
        yield* Effect.gen(function* () {
          yield* record(events.slice(0, cut))
          yield* rowsOf(path)
          yield* record(events.slice(cut))
          const resumed = yield* rowsOf(path)
          const atOnce = yield* rowsOf(undefined)
          assert.deepStrictEqual(resumed, atOnce)
          rows += Object.values(atOnce).reduce((sum, each) => sum + each.length, 0)
        }).pipe(Effect.provide(logWorld))
      }
      assert.isAbove(rows, 50)
    }).pipe(Effect.scoped),
  )

  it.live("are built anew when another log or another version made them", () =>
    Effect.gen(function* () {
      const [events] = samples(1, 3)
      const path = yield* folder
      const first = yield* Effect.gen(function* () {
        yield* record(events)
        return yield* rowsOf(path)
      }).pipe(Effect.provide(logWorld))
      // Another log, with an id of its own.
      const second = yield* Effect.gen(function* () {
        yield* record(events.slice(0, 5))
        return yield* rowsOf(path)
      }).pipe(Effect.provide(logWorld))
      assert.notDeepEqual(second, first)
      const third = yield* Effect.gen(function* () {
        yield* record(events.slice(0, 5))
        const log = yield* EventLog
        yield* spoilVersion(path, log.info.id)
        return yield* rowsOf(path)
      }).pipe(Effect.provide(logWorld))
      assert.deepStrictEqual(third, second)
    }).pipe(Effect.scoped),
  )

  it.live("leave as Parquet files what was recorded on days that are over", () =>
    Effect.gen(function* () {
      const path = yield* folder
      yield* record(days)
      const log = yield* EventLog
      const store = yield* Store.open(path, log.info.id)
      const follower = yield* follow.make(store)
      yield* follower.reached(yield* log.head)
      yield* parts.sealing(store)(days[days.length - 1].recordedMs)
      const kept = (yield* Effect.promise(() =>
        store.run("SELECT day::VARCHAR, name, rows::INTEGER FROM kept.parts ORDER BY ALL"),
      )).map((row) => row.map(String))
      assert.deepInclude(kept, ["2026-03-01", "receptions", "2"])
      assert.notInclude(
        kept.map(([day]) => day),
        "2026-03-02",
      )
      const part = join(Store.partsFolder(path), "receptions", "day=2026-03-01", "part.parquet")
      assert.isTrue(existsSync(part))
      const [[rows, device]] = yield* Effect.promise(() =>
        store.run(`SELECT count(*)::INTEGER, min(device) FROM read_parquet(${Store.text(part)})`),
      )
      assert.deepStrictEqual([rows, device], [2, "A1"])
    }).pipe(Effect.scoped, Effect.provide(logWorld)),
  )
})

/** As if an older version had made them: then nothing of it counts. */
const spoilVersion = Effect.fnUntraced(function* (path: string, logId: string) {
  const store = yield* Store.open(path, logId)
  yield* Effect.promise(() => store.run("UPDATE kept.progress SET version = 'older', position = 3"))
}, Effect.scoped)

const dayMs = 86_400_000
const beginMs = Date.UTC(2026, 2, 1, 12)

/** Two receptions on the first of March, one on the second. */
const days: ReadonlyArray<Recorded> = [0, 1, 2].map((position) => {
  const ms = beginMs + (position === 2 ? dayMs : position)
  return {
    position,
    stream: "device-A1",
    revision: position,
    occurredMs: ms,
    recordedMs: ms,
    causes: [],
    event: {
      _tag: "ReceptionReported",
      source: "denver",
      station: `S${position}`,
      device: "A1",
      id: `m${position}`,
    },
  } as unknown as Recorded // names are brands of plain text
})
