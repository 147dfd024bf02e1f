import { assert, describe, it } from "@effect/vitest"
import * as Effect from "effect/Effect"
import * as Stream from "effect/Stream"
import { createHash } from "node:crypto"
import { spawn } from "node:child_process"
import {
  copyFileSync,
  existsSync,
  mkdirSync,
  readFileSync,
  statSync,
  truncateSync,
  writeFileSync,
} from "node:fs"
import { join } from "node:path"
import { DatabaseSync } from "node:sqlite"
import { fileURLToPath } from "node:url"
import type { Recorded } from "../../../core/event/Envelope.ts"
import * as Random from "../../../core/kernel/Random.ts"
import { EventLog, type Filter } from "../../../core/log/EventLog.ts"
import { matches, packetOf } from "../../../core/log/matches.ts"
import * as Sqlite from "../../../core/log/sqlite.ts"
import { verify } from "../../../core/log/sqlite/verify.ts"
import { accepted, frame, owed, retired, ticked, unknown } from "../../contract/someEvents.ts"
import { freshPath } from "./freshPath.ts"

const upTo = (count: number): ReadonlyArray<number> => Array.from({ length: count }, (_, i) => i)

/** Opens the log for one use and closes it again. */
const using = <A, E>(
  path: string,
  use: (log: EventLog["Service"]) => Effect.Effect<A, E>,
  options?: Sqlite.Options,
) =>
  Effect.flatMap(EventLog, use).pipe(Effect.provide(Sqlite.layer(path, options), { local: true }))

const readAll = (log: EventLog["Service"]) =>
  log.read(0).pipe(
    Stream.runCollect,
    Effect.map((batches) => batches.flat()),
  )

const find = (log: EventLog["Service"], filter: Filter) =>
  log.query(filter).pipe(
    Stream.runCollect,
    Effect.map((batches) => batches.flat()),
  )

const shaOf = (path: string): string =>
  createHash("sha256").update(readFileSync(path)).digest("hex")

/** Why a file cannot be opened; what it held must be what it holds afterwards. */
const refusal = (path: string, options?: Sqlite.Options) =>
  Effect.gen(function* () {
    const before = statSync(path).isFile() ? shaOf(path) : ""
    const result = yield* Effect.result(using(path, () => Effect.void, options))
    if (before !== "") assert.strictEqual(shaOf(path), before)
    if (result._tag === "Success") return "opened"
    assert.include(result.failure.message, path)
    return result.failure.reason
  })

const fill = (path: string, batches = 20) =>
  using(path, (log) =>
    Effect.forEach(
      upTo(batches),
      (i) => log.append([frame("A", i), accepted("A", i), owed("A", i)]),
      {
        discard: true,
      },
    ),
  )

describe("a log in a file", () => {
  it.effect("is there again after closing, with its id, streams and times", () =>
    Effect.gen(function* () {
      const path = yield* freshPath
      const [id, before] = yield* using(path, (log) =>
        Effect.gen(function* () {
          yield* log.append([frame("A", 1), unknown("Later", { x: [1] })])
          yield* log.append([frame("A", 2)])
          return [log.info.id, yield* readAll(log)] as const
        }),
      )
      yield* using(path, (log) =>
        Effect.gen(function* () {
          assert.strictEqual(log.info.id, id)
          assert.strictEqual(log.info.url, `sqlite:${path}`)
          assert.deepStrictEqual(yield* readAll(log), before)
          assert.strictEqual(yield* log.revision("device-A"), 1)
          const refused = yield* Effect.flip(
            log.append([frame("A", 3)], new Map([["device-A", 0]])),
          )
          assert.strictEqual(refused._tag, "AppendConflict")
          yield* log.append([frame("A", 3)], new Map([["device-A", 1]]))
          assert.deepStrictEqual((yield* log.verify).damage, [])
        }),
      )
    }),
  )

  it.effect("knows its streams' revisions after any number of openings", () =>
    Effect.gen(function* () {
      const path = yield* freshPath
      for (const i of upTo(6))
        yield* using(path, (log) =>
          Effect.gen(function* () {
            assert.strictEqual(yield* log.revision("device-A"), i - 1)
            assert.strictEqual(yield* log.revision("device-B"), i === 0 ? -1 : 0)
            yield* log.append(i === 0 ? [frame("A", 0), frame("B", 0)] : [frame("A", i)])
          }),
        )
    }),
  )

  it.effect("finds through its index what a scan of everything finds", () =>
    Effect.gen(function* () {
      const path = yield* freshPath
      const random = Random.make(7)
      const some = () => {
        const device = `D${random.below(12)}`
        const seq = random.below(4000)
        return [
          frame(device, seq, { station: `S${random.below(5)}` }),
          accepted(device, seq),
          owed(device, seq),
          retired(device),
          ticked("x"),
          unknown("Odd", { device, station: "S1" }),
        ][random.below(6)]
      }
      // Each opening indexes what the one before appended: several runs, then a tail that is in none.
      for (const _ of upTo(3))
        yield* using(path, (log) =>
          Effect.forEach(upTo(30), () => log.append(upTo(1 + random.below(20)).map(some)), {
            discard: true,
          }),
        )
      yield* using(path, (log) =>
        Effect.gen(function* () {
          yield* Effect.forEach(upTo(10), () => log.append(upTo(10).map(some)), { discard: true })
          const all = (yield* readAll(log)).toReversed()
          let found = 0
          for (const _ of upTo(200)) {
            const filter: Filter = {
              ...(random.below(2) === 0 && { device: `D${random.below(13)}` }),
              ...(random.below(3) === 0 && { station: `S${random.below(6)}` }),
              ...(random.below(4) === 0 && { customer: "hydro" }),
              ...(random.below(3) === 0 && {
                kinds: ["FrameHeard", "Odd", "DeliveryOwed"].slice(random.below(3)),
              }),
              ...(random.below(3) === 0 && { from: random.below(500) }),
              ...(random.below(3) === 0 && { to: random.below(1200) }),
              ...(random.below(6) === 0 && {
                packet: packetOf(all[random.below(all.length)].event) ?? "none",
              }),
              ...(random.below(4) === 0 && { fromMs: Date.UTC(2024, 0, 1) + random.below(4e6) }),
              ...(random.below(4) === 0 && { toMs: Date.UTC(2024, 0, 1) + random.below(4e6) }),
            }
            const expected = all.filter((recorded) => matches(filter, recorded))
            assert.deepStrictEqual(yield* find(log, filter), expected, JSON.stringify(filter))
            found += expected.length
          }
          assert.isAbove(found, 1000)
        }),
      )
    }),
  )

  it.effect("is found whole in what a crash leaves, behind which its journal has room", () =>
    Effect.gen(function* () {
      const path = yield* freshPath
      const left = `${path}.left.db`
      const before = yield* using(path, (log) =>
        Effect.gen(function* () {
          // Room is made after 32 commits; what comes then is written into it.
          for (const i of upTo(40)) yield* log.append([frame("A", i), accepted("A", i)])
          copyFileSync(path, left)
          copyFileSync(`${path}-wal`, `${left}-wal`)
          return yield* readAll(log)
        }),
      )
      assert.strictEqual(statSync(`${left}-wal`).size, 10 << 20)
      yield* using(left, (log) =>
        Effect.gen(function* () {
          assert.deepStrictEqual(yield* readAll(log), before)
          yield* log.append([frame("A", 41)])
          assert.deepStrictEqual((yield* log.verify).damage, [])
        }),
      )
    }),
  )

  it.live("is indexed in the background once it stands still", () =>
    Effect.gen(function* () {
      const path = yield* freshPath
      yield* using(path, (log) =>
        Effect.gen(function* () {
          yield* log.append(upTo(17_000).map((i) => frame(`D${i % 50}`, i % 4096)))
          assert.strictEqual(indexedTo(path), 0)
          while (indexedTo(path) === 0) yield* Effect.sleep(20)
          assert.strictEqual(indexedTo(path), 17_000)
        }),
      )
    }),
  )
})

const indexedTo = (path: string): number => {
  const db = new DatabaseSync(path, { readOnly: true })
  try {
    return Number(db.prepare("SELECT value FROM log WHERE key = 'indexed_to'").get()?.["value"])
  } finally {
    db.close()
  }
}

describe("readers and writers", () => {
  it.effect("a second writer is refused, and may write once the first is gone", () =>
    Effect.gen(function* () {
      const path = yield* freshPath
      yield* using(path, (log) =>
        Effect.gen(function* () {
          yield* log.append([ticked("a")])
          const second = yield* Effect.flip(using(path, () => Effect.void))
          assert.strictEqual(second.reason, "locked")
          yield* log.append([ticked("b")])
        }),
      )
      assert.strictEqual(yield* using(path, (log) => log.head), 2)
    }),
  )

  it.live("a reader sees what the writer commits, and cannot append", () =>
    Effect.gen(function* () {
      const path = yield* freshPath
      yield* using(path, (writer) =>
        Effect.gen(function* () {
          yield* writer.append([frame("A", 0)])
          yield* using(
            path,
            (reader) =>
              Effect.gen(function* () {
                assert.strictEqual(yield* reader.head, 1)
                yield* writer.append([frame("A", 1), frame("B", 0)])
                assert.strictEqual(yield* reader.head, 3)
                assert.strictEqual(yield* reader.revision("device-A"), 1)
                assert.lengthOf(yield* readAll(reader), 3)
                assert.lengthOf(yield* find(reader, { device: "A" }), 2)
                const refused = yield* Effect.flip(reader.append([ticked("x")]))
                assert.strictEqual(refused._tag === "LogUnavailable" && refused.reason, "locked")
                const followed = yield* Effect.all(
                  [
                    reader.follow(2).pipe(
                      Stream.takeUntil((batch) => batch.some(({ position }) => position === 3)),
                      Stream.runCollect,
                    ),
                    writer.append([ticked("later")]),
                  ],
                  { concurrency: 2 },
                )
                assert.deepStrictEqual(
                  followed[0].flat().map(({ position }) => position),
                  [2, 3],
                )
              }),
            { readonly: true },
          )
          assert.deepStrictEqual((yield* writer.verify).damage, [])
        }),
      )
    }),
  )

  it.effect("a reader where there is no log makes none", () =>
    Effect.gen(function* () {
      const path = yield* freshPath
      const refused = yield* Effect.flip(using(path, () => Effect.void, { readonly: true }))
      assert.strictEqual(refused.reason, "unreadable")
      assert.isFalse(existsSync(path))
    }),
  )
})

describe("a file that is no sound log is refused and left as it is", () => {
  it.effect("what is not an SQLite file", () =>
    Effect.gen(function* () {
      const path = yield* freshPath
      writeFileSync(path, "station,device\n".repeat(100))
      assert.strictEqual(yield* refusal(path), "not-a-log")
      assert.isFalse(existsSync(`${path}.lock`))
    }),
  )

  it.effect("an SQLite file of another application", () =>
    Effect.gen(function* () {
      const path = yield* freshPath
      const db = new DatabaseSync(path)
      db.exec("CREATE TABLE batch (first INTEGER)")
      db.close()
      assert.strictEqual(yield* refusal(path), "not-a-log")
    }),
  )

  it.effect("a log of a newer format", () =>
    Effect.gen(function* () {
      const path = yield* freshPath
      yield* fill(path)
      const db = new DatabaseSync(path)
      db.exec("PRAGMA user_version = 99")
      db.close()
      assert.strictEqual(yield* refusal(path), "newer-format")
      assert.strictEqual(yield* refusal(path, { readonly: true }), "newer-format")
    }),
  )

  it.effect("a log that was cut off", () =>
    Effect.gen(function* () {
      const path = yield* freshPath
      yield* fill(path)
      const { size } = statSync(path)
      for (const length of [size - 1, size - 8192, 8192, 5000, 99, 50]) {
        const cut = `${path}.${length}`
        copyFileSync(path, cut)
        truncateSync(cut, length)
        assert.strictEqual(yield* refusal(cut), "damaged", `${length} of ${size} bytes`)
      }
    }),
  )

  it.effect("a directory, and a path in a directory that is not there", () =>
    Effect.gen(function* () {
      const path = yield* freshPath
      mkdirSync(path)
      assert.strictEqual(yield* refusal(path), "unreadable")
      const nowhere = yield* Effect.flip(using(join(path, "no", "x.db"), () => Effect.void))
      assert.strictEqual(nowhere.reason, "unreadable")
    }),
  )

  it.effect("a flipped bit of its header is refused, or is one that says nothing", () =>
    Effect.gen(function* () {
      const path = yield* freshPath
      yield* fill(path, 3)
      const whole = readFileSync(path)
      const expected = yield* using(path, readAll)
      let refused = 0
      for (const offset of upTo(100)) {
        const changed = Buffer.from(whole)
        changed[offset] ^= 1 << (offset % 8)
        const flipped = `${path}.flipped`
        writeFileSync(flipped, changed)
        const reason = yield* refusal(flipped, { readonly: true })
        if (reason === "opened")
          assert.deepStrictEqual(yield* using(flipped, readAll, { readonly: true }), expected)
        else {
          assert.include(["not-a-log", "newer-format", "damaged"], reason, `byte ${offset}`)
          refused++
        }
      }
      assert.isAbove(refused, 50)
    }),
  )

  // About half the bytes of a small SQLite file are page space that holds nothing: those may change unseen.
  it.effect("a flipped byte anywhere is found by opening or verify, or changes no event", () =>
    Effect.gen(function* () {
      const path = yield* freshPath
      yield* fill(path, 60)
      const whole = readFileSync(path)
      const expected = yield* using(path, readAll)
      const flipped = `${path}.flipped`
      let found = 0
      const step = 997
      for (let offset = 100; offset < whole.length; offset += step) {
        const changed = Buffer.from(whole)
        changed[offset] ^= 0x10
        writeFileSync(flipped, changed)
        const outcome = yield* using(
          flipped,
          (log) => Effect.all([log.verify, Effect.option(readAll(log))]),
          { readonly: true },
        ).pipe(Effect.option)
        if (outcome._tag === "None" || outcome.value[0].damage.length > 0) {
          found++
          continue
        }
        const read: ReadonlyArray<Recorded> | undefined =
          outcome.value[1]._tag === "Some" ? outcome.value[1].value : undefined
        assert.deepStrictEqual(read, expected, `byte ${offset} changed an event unseen`)
      }
      assert.isAbove(found, 5)
    }),
  )

  it.effect("a flipped bit of the journal that a crash left, before its last commit", () =>
    Effect.gen(function* () {
      const path = yield* freshPath
      const left = `${path}.left.db`
      yield* using(path, (log) =>
        Effect.gen(function* () {
          for (const i of upTo(40)) yield* log.append([frame("A", i), accepted("A", i)])
          copyFileSync(path, left)
          copyFileSync(`${path}-wal`, `${left}-wal`)
        }),
      )
      const base = readFileSync(left)
      const journal = readFileSync(`${left}-wal`)
      const used = journal.findLastIndex((byte) => byte !== 0)
      let refused = 0
      for (let offset = 5; offset < used; offset += 17_011) {
        const changed = Buffer.from(journal)
        changed[offset] ^= 1 << (offset % 8)
        writeFileSync(left, base)
        writeFileSync(`${left}-wal`, changed)
        const { damage } = yield* verify(left)
        const head = yield* Effect.result(using(left, (log) => log.head))
        if (head._tag === "Success") {
          // The last commit is not told from one that the crash cut off.
          assert.isAtLeast(head.success, 78, `byte ${offset}`)
          continue
        }
        refused++
        assert.strictEqual(head.failure.reason, "damaged")
        assert.match(damage[0].what, /journal/)
        assert.deepStrictEqual(readFileSync(left), base)
      }
      assert.isAbove(refused, 12)
    }),
  )

  it.effect("a flipped byte of a stored batch is always found by verify", () =>
    Effect.gen(function* () {
      const path = yield* freshPath
      yield* fill(path, 2)
      const rows = (change: (db: DatabaseSync) => void) => {
        const db = new DatabaseSync(path)
        change(db)
        db.close()
      }
      let bytes = new Uint8Array()
      rows((db) => {
        const value = db.prepare("SELECT bytes FROM batch WHERE first = 0").get()?.["bytes"]
        if (value instanceof Uint8Array) bytes = new Uint8Array(value)
      })
      assert.isAbove(bytes.length, 200)
      const write = (value: Uint8Array) =>
        rows((db) => db.prepare("UPDATE batch SET bytes = ? WHERE first = 0").run(value))
      // `Slab.test.ts` flips every byte of the bytes themselves.
      for (let offset = 0; offset < bytes.length; offset += 7) {
        const changed = bytes.slice()
        changed[offset] ^= 1 << (offset % 8)
        write(changed)
        const { damage } = yield* using(path, (log) => log.verify, { readonly: true })
        assert.strictEqual(damage[0]?.position, 0, `byte ${offset}`)
      }
      write(bytes)
      assert.deepStrictEqual((yield* using(path, (log) => log.verify)).damage, [])
    }),
  )

  it.effect(
    "a batch that was taken out, or changed with its checksums made right, breaks the chain",
    () =>
      Effect.gen(function* () {
        const path = yield* freshPath
        yield* fill(path, 4)
        const copy = `${path}.copy`
        const verifyAfter = (sql: string) => {
          copyFileSync(path, copy)
          const db = new DatabaseSync(copy)
          db.exec(sql)
          db.close()
          return using(copy, (log) => log.verify, { readonly: true })
        }
        const gone = yield* verifyAfter("DELETE FROM batch WHERE first = 3")
        assert.deepStrictEqual(
          gone.damage.map(({ position }) => position),
          [3],
        )
        const said = yield* verifyAfter("UPDATE batch SET occurred_min = 0 WHERE first = 3")
        assert.strictEqual(said.damage[0].position, 3)
        const whole = yield* verifyAfter("SELECT 1")
        assert.deepStrictEqual(whole, { events: 12, batches: 4, damage: [] })
      }),
  )
})

describe("when writing fails", () => {
  it.effect("a full disk fails the append, acknowledges nothing, and leaves the log usable", () =>
    Effect.gen(function* () {
      const path = yield* freshPath
      const many = upTo(2000).map((i) => frame("A", i))
      const kept = yield* using(
        path,
        (log) =>
          Effect.gen(function* () {
            yield* log.append([frame("A", 0)])
            let refused = yield* Effect.result(log.append(many))
            while (refused._tag === "Success") refused = yield* Effect.result(log.append(many))
            assert.strictEqual(
              refused.failure._tag === "LogUnavailable" && refused.failure.reason,
              "full",
            )
            const head = yield* log.head
            assert.lengthOf(yield* readAll(log), head)
            assert.strictEqual(yield* log.revision("device-A"), head - 1)
            assert.deepStrictEqual((yield* log.verify).damage, [])
            return head
          }),
        { bytesMax: 1_000_000 },
      )
      assert.isAbove(kept, 1)
      yield* using(path, (log) =>
        Effect.gen(function* () {
          assert.strictEqual(yield* log.head, kept)
          assert.strictEqual((yield* log.append(many)).first, kept)
          assert.deepStrictEqual((yield* log.verify).damage, [])
        }),
      )
    }),
  )

  it.effect("one append that cannot be written does not take the others of its group with it", () =>
    Effect.gen(function* () {
      const path = yield* freshPath
      yield* using(path, (log) =>
        Effect.gen(function* () {
          const huge = unknown("Huge", { text: "x".repeat(70_000_000) })
          const results = yield* Effect.all(
            [[frame("A", 0)], [huge], [frame("B", 0)]].map((events) =>
              Effect.result(log.append(events)),
            ),
            { concurrency: "unbounded" },
          )
          assert.deepStrictEqual(
            results.map((result) => result._tag),
            ["Success", "Failure", "Success"],
          )
          assert.strictEqual(yield* log.head, 2)
          assert.deepStrictEqual((yield* log.verify).damage, [])
        }),
      )
    }),
  )

  it.live(
    "a killed process has lost nothing it acknowledged, and its lock is free",
    () =>
      Effect.gen(function* () {
        const path = yield* freshPath
        for (const killAfter of [40, 400]) {
          const acknowledged = yield* Effect.promise(() => appendUntilKilled(path, killAfter))
          yield* using(path, (log) =>
            Effect.gen(function* () {
              const head = yield* log.head
              assert.isAbove(acknowledged, 0)
              assert.isAtLeast(head, acknowledged)
              assert.lengthOf(yield* readAll(log), head)
              assert.deepStrictEqual((yield* log.verify).damage, [])
              assert.strictEqual((yield* log.append([frame("A", 0)])).first, head)
            }),
          )
        }
      }),
    30_000,
  )
})

/** Runs a process that appends and says so, kills it, and gives one past the last position it acknowledged. */
const appendUntilKilled = (path: string, acknowledgements: number): Promise<number> =>
  new Promise((resolve, reject) => {
    const child = spawn(process.execPath, [
      fileURLToPath(new URL("./appendForEver.ts", import.meta.url)),
      path,
    ])
    let text = ""
    child.stderr.on("data", (data: Buffer) => reject(new Error(data.toString())))
    child.stdout.on("data", (data: Buffer) => {
      text += data.toString()
      if (text.split("\n").length > acknowledgements) child.kill("SIGKILL")
    })
    child.on("exit", () => {
      const whole = text.slice(0, text.lastIndexOf("\n")).split("\n")
      resolve(Number(whole[whole.length - 1]))
    })
  })
