import { assert, describe, it } from "@effect/vitest"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import * as fc from "fast-check"
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs"
import { DatabaseSync } from "node:sqlite"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { Snapshots, snapshotsMax, surplus } from "../../../projections/run/Snapshots.ts"
import * as SnapshotsMemory from "../../../projections/run/snapshotsMemory.ts"
import * as SnapshotsSqlite from "../../../projections/run/snapshotsSqlite.ts"

const key = { logId: "log", projection: "device", version: 1 }
const snapshot = (position: number) => ({ ...key, position, text: `{"at":${position}}` })

/** A path in a directory of its own, which goes with the scope. */
const scratch = Effect.map(
  Effect.acquireRelease(
    Effect.sync(() => mkdtempSync(join(tmpdir(), "sigtwin-snapshots-"))),
    (directory) => Effect.sync(() => rmSync(directory, { recursive: true })),
  ),
  (directory) => join(directory, "log.snapshots"),
)

const adapters = [
  ["in memory", Effect.sync(() => Layer.fresh(SnapshotsMemory.layer))],
  ["in a file", Effect.sync(() => SnapshotsSqlite.layer(":memory:"))],
] as const

/** What every adapter must do. */
describe.each(adapters)("snapshots %s", (_, make) => {
  const given = <A>(use: (snapshots: Snapshots["Service"]) => Effect.Effect<A>) =>
    Effect.gen(function* () {
      return yield* Effect.provide(Effect.flatMap(Snapshots, use), yield* make)
    })

  it.effect("gives the nearest that is not beyond", () =>
    given((snapshots) =>
      Effect.gen(function* () {
        for (const position of [30, 10, 20]) yield* snapshots.save(snapshot(position))
        const at = (position: number) => snapshots.nearest({ ...key, at: position })
        assert.strictEqual(yield* at(9), undefined)
        assert.deepStrictEqual(yield* at(10), snapshot(10))
        assert.deepStrictEqual(yield* at(29), snapshot(20))
        assert.deepStrictEqual(yield* at(1000), snapshot(30))
        assert.deepStrictEqual(yield* snapshots.positions(key), [10, 20, 30])
      }),
    ),
  )

  it.effect("keeps logs, projections and versions apart", () =>
    given((snapshots) =>
      Effect.gen(function* () {
        yield* snapshots.save(snapshot(10))
        for (const other of [{ logId: "x" }, { projection: "x" }, { version: 2 }])
          assert.strictEqual(yield* snapshots.nearest({ ...key, ...other, at: 50 }), undefined)
      }),
    ),
  )

  it.effect("replaces one of the same position", () =>
    given((snapshots) =>
      Effect.gen(function* () {
        yield* snapshots.save(snapshot(10))
        yield* snapshots.save({ ...snapshot(10), text: "[]" })
        assert.strictEqual((yield* snapshots.nearest({ ...key, at: 10 }))?.text, "[]")
        assert.deepStrictEqual(yield* snapshots.positions(key), [10])
      }),
    ),
  )

  it.effect("thins them to a bound, the first and the newest near enough", () =>
    given((snapshots) =>
      Effect.gen(function* () {
        const count = snapshotsMax + 200
        for (let n = 1; n <= count; n++) yield* snapshots.save(snapshot(n * 1000))
        const positions = yield* snapshots.positions(key)
        assert.isAtMost(positions.length, snapshotsMax)
        assert.isAtLeast(positions.length, snapshotsMax - (snapshotsMax >> 4))
        assert.strictEqual(positions[positions.length - 1], count * 1000)
        const gaps = positions.map((position, i) => position - (positions[i - 1] ?? 0))
        assert.isAtMost(Math.max(...gaps), (4 * count * 1000) / snapshotsMax)
      }),
    ),
  )
})

/** Uses the file as one process does, and closes it. */
const inFile =
  (path: string) =>
  <A>(use: Effect.Effect<A, never, Snapshots>): Effect.Effect<A> =>
    Effect.provide(use, SnapshotsSqlite.layer(path), { local: true })

describe("the file of snapshots", () => {
  it.effect("is there for the next process", () =>
    Effect.gen(function* () {
      const path = yield* scratch
      const given = inFile(path)
      yield* given(Effect.flatMap(Snapshots, (snapshots) => snapshots.save(snapshot(10))))
      const found = yield* given(
        Effect.flatMap(Snapshots, (snapshots) => snapshots.nearest({ ...key, at: 10 })),
      )
      assert.deepStrictEqual(found, snapshot(10))
    }),
  )

  it.effect("can be read by another process while one writes", () =>
    Effect.gen(function* () {
      const path = yield* scratch
      const given = inFile(path)
      yield* given(
        Effect.gen(function* () {
          const snapshots = yield* Snapshots
          for (const position of [10, 20, 30]) {
            yield* snapshots.save(snapshot(position))
            const read = yield* given(
              Effect.flatMap(Snapshots, (others) => others.nearest({ ...key, at: 100 })),
            )
            assert.deepStrictEqual(read, snapshot(position))
          }
        }),
      )
    }),
  )

  it.effect("does not give out a damaged one, but the one before it", () =>
    Effect.gen(function* () {
      const path = yield* scratch
      const given = inFile(path)
      yield* given(
        Effect.gen(function* () {
          const snapshots = yield* Snapshots
          yield* snapshots.save(snapshot(10))
          yield* snapshots.save(snapshot(20))
        }),
      )
      const database = new DatabaseSync(path)
      database.exec("UPDATE snapshot SET packed = x'0102' WHERE position = 20")
      database.close()
      const found = yield* given(
        Effect.flatMap(Snapshots, (snapshots) => snapshots.nearest({ ...key, at: 20 })),
      )
      assert.deepStrictEqual(found, snapshot(10))
    }),
  )

  it.effect("of another build's shape is not used, and the twin goes on without", () =>
    Effect.gen(function* () {
      const path = yield* scratch
      const database = new DatabaseSync(path)
      database.exec("CREATE TABLE snapshot (log_id TEXT, text TEXT)")
      database.close()
      const found = yield* inFile(path)(
        Effect.gen(function* () {
          const snapshots = yield* Snapshots
          yield* snapshots.save(snapshot(10))
          return yield* snapshots.nearest({ ...key, at: 20 })
        }),
      )
      assert.strictEqual(found, undefined)
    }),
  )

  it.effect("is left untouched and unused when it is something else", () =>
    Effect.gen(function* () {
      const path = yield* scratch
      const text = "somebody's letters, ".repeat(300)
      writeFileSync(path, text)
      const found = yield* Effect.gen(function* () {
        const snapshots = yield* Snapshots
        yield* snapshots.save(snapshot(10))
        return yield* snapshots.nearest({ ...key, at: 20 })
      }).pipe(Effect.provide(SnapshotsSqlite.layer(path)))
      assert.strictEqual(found, undefined)
      assert.strictEqual(readFileSync(path, "utf8"), text)
    }),
  )
})

describe("thinning", () => {
  it("gives up none while there are not too many, and never the newest", () => {
    fc.assert(
      fc.property(
        fc.uniqueArray(fc.nat(100_000), { maxLength: 40 }),
        fc.integer({ min: 2, max: 20 }),
        (unsorted, max) => {
          const positions = unsorted.toSorted((a, b) => a - b)
          const dropped = surplus(positions, max)
          if (positions.length <= max) assert.lengthOf(dropped, 0)
          else {
            assert.isAtMost(positions.length - dropped.length, max)
            for (const position of dropped) assert.include(positions, position)
            assert.strictEqual(new Set(dropped).size, dropped.length)
            assert.notInclude(dropped, positions[positions.length - 1])
          }
        },
      ),
    )
  })
})
