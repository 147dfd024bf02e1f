import { assert, describe, it } from "@effect/vitest"
import * as Effect from "effect/Effect"
import * as Stream from "effect/Stream"
import { copyFileSync, readFileSync, rmSync } from "node:fs"
import { dirname, join } from "node:path"
import { DatabaseSync } from "node:sqlite"
import * as ed25519 from "../../../core/crypto/ed25519.ts"
import * as Rejected from "../../../core/kernel/Rejected.ts"
import { EventLog } from "../../../core/log/EventLog.ts"
import * as Checkpoint from "../../../core/log/proof/Checkpoint.ts"
import * as ConsistencyProof from "../../../core/log/proof/ConsistencyProof.ts"
import * as InclusionProof from "../../../core/log/proof/InclusionProof.ts"
import * as Sqlite from "../../../core/log/sqlite.ts"
import { archiveNext } from "../../../core/log/sqlite/archive.ts"
import * as Copies from "../../../core/log/sqlite/backup.ts"
import * as merge from "../../../core/log/sqlite/merge.ts"
import { openForReading, openForWriting } from "../../../core/log/sqlite/openFile.ts"
import * as Prove from "../../../core/log/sqlite/prove.ts"
import { verify } from "../../../core/log/sqlite/verify.ts"
import { accepted, frame, owed } from "../../contract/someEvents.ts"
import { freshPath } from "./freshPath.ts"

const signer = ed25519.signingKeyOf(new Uint8Array(32).fill(5))

const upTo = (count: number): ReadonlyArray<number> => Array.from({ length: count }, (_, i) => i)

const using = <A, E>(path: string, use: (log: EventLog["Service"]) => Effect.Effect<A, E>) =>
  Effect.flatMap(EventLog, use).pipe(
    // No sync for each commit: what is tried here is not that.
    Effect.provide(Sqlite.layer(path, { signer, durableAtClose: true }), { local: true }),
  )

const readAll = (log: EventLog["Service"]) =>
  log.read(0).pipe(
    Stream.runCollect,
    Effect.map((batches) => batches.flat()),
  )

/** So many commits of three events each, then the closing that indexes them and signs. */
const fill = (path: string, batches: number, from = 0) =>
  using(path, (log) =>
    Effect.forEach(
      upTo(batches),
      (i) => log.append([frame("A", from + i), accepted("A", from + i), owed("B", from + i)]),
      { discard: true },
    ),
  )

const proofsOf = (path: string, positions?: ReadonlyArray<number>) => {
  const file = openForReading(path)
  try {
    const verifier = { name: Checkpoint.originOf(file.id), publicKey: signer.publicKey }
    const proofs = (positions ?? upTo(file.batches.end().head)).map((position) => {
      const proof = Prove.prove(file, position, undefined)
      if (Rejected.is(proof)) throw new Error(Rejected.toText(proof))
      return InclusionProof.toText(proof)
    })
    return { proofs, verifier }
  } finally {
    file.close()
  }
}

const proven = (text: string, verifier: Parameters<typeof InclusionProof.verified>[1]) => {
  const proof = InclusionProof.fromText(text)
  return Rejected.is(proof) ? proof : InclusionProof.verified(proof, verifier)
}

/** Merges until nothing is left to merge. */
const mergeAll = (path: string): number => {
  const file = openForWriting(path, {})
  try {
    const merging = merge.make(file.db, file.batches)
    while (merging.advance(file.batches.end().head));
    return Number(file.db.prepare("SELECT count(*) AS n FROM batch").get()?.["n"])
  } finally {
    file.close()
  }
}

describe("proofs", () => {
  it.effect("each position's holds, and shows the event that is there", () =>
    Effect.gen(function* () {
      const path = yield* freshPath
      yield* fill(path, 30)
      const events = yield* using(path, readAll)
      const { proofs, verifier } = proofsOf(path)
      assert.lengthOf(proofs, 90)
      for (const [position, text] of proofs.entries()) {
        const found = proven(text, verifier)
        assert.isFalse(Rejected.is(found), Rejected.is(found) ? Rejected.toText(found) : "")
        if (Rejected.is(found)) continue
        assert.deepStrictEqual(
          found.events.find((event) => event.position === position),
          events[position],
        )
      }
    }),
  )

  it.effect("a proof of which any character was changed proves nothing, or the same", () =>
    Effect.gen(function* () {
      const path = yield* freshPath
      yield* fill(path, 5)
      const { proofs, verifier } = proofsOf(path)
      const [text] = proofs
      const before = proven(text, verifier)
      let refused = 0
      for (let i = 0; i < text.length; i++) {
        const changed = `${text.slice(0, i)}${text[i] === "A" ? "B" : "A"}${text.slice(i + 1)}`
        const found = proven(changed, verifier)
        if (Rejected.is(found)) refused++
        else assert.deepStrictEqual(found, before, `character ${i}`)
      }
      assert.strictEqual(refused, text.length)
    }),
  )

  it.effect("hold after the log went on, was merged, archived, backed up and restored", () =>
    Effect.gen(function* () {
      const path = yield* freshPath
      yield* fill(path, 600)
      const places = [0, 1, 500, 1799]
      const { proofs, verifier } = proofsOf(path, places)
      const file = openForReading(path)
      const first = file.checkpoints.newest()
      file.close()
      yield* fill(path, 600, 600)
      const events = yield* using(path, readAll)
      const rows = mergeAll(path)
      // Three groups of 342 batches, and the rest waits for more.
      assert.strictEqual(rows, 3 + 1200 - 3 * 342)
      assert.deepStrictEqual(yield* using(path, readAll), events)

      const writer = openForWriting(path, {})
      const part = archiveNext(writer, path, 3000, true)
      writer.close()
      assert.isDefined(part)
      assert.deepStrictEqual(yield* using(path, readAll), events)
      assert.deepStrictEqual((yield* verify(path)).damage, [])

      const copy = join(dirname(path), "copy.db")
      Copies.backup(path, copy)
      const restored = join(dirname(path), "restored.db")
      Copies.restore(copy, restored)
      for (const each of [path, copy, restored]) {
        assert.deepStrictEqual((yield* verify(each)).damage, [], each)
        for (const text of [...proofs, ...proofsOf(each, places).proofs]) {
          const found = proven(text, verifier)
          assert.isFalse(Rejected.is(found), Rejected.is(found) ? Rejected.toText(found) : "")
        }
        const opened = openForReading(each)
        const later = opened.checkpoints.newest()
        assert.isDefined(first)
        assert.isDefined(later)
        const proof = Prove.consistency(opened, first.note, later.note)
        assert.isFalse(Rejected.is(proof))
        if (!Rejected.is(proof)) {
          const text = ConsistencyProof.toText(proof)
          const again = ConsistencyProof.fromText(text)
          assert.isFalse(Rejected.is(again))
          if (!Rejected.is(again))
            assert.isFalse(Rejected.is(ConsistencyProof.verified(again, verifier)))
        }
        opened.close()
      }
    }),
  )

  it.effect("are the same however far the tiles of the tree go", () =>
    Effect.gen(function* () {
      const path = yield* freshPath
      yield* fill(path, 700)
      const file = openForWriting(path, {})
      const { head } = file.batches.end()
      const full = file.tiles.tree(head)
      assert.strictEqual(full.size, 700)
      const root = full.root()
      file.db.exec(
        "DELETE FROM tile; UPDATE log SET value = 0 WHERE key IN ('treed_to', 'tree_size')",
      )
      assert.deepStrictEqual(file.tiles.tree(head).root(), root)
      while (file.tiles.advance(Math.min(head, file.tiles.to() + 300)) < head)
        assert.deepStrictEqual(file.tiles.tree(head).root(), root)
      assert.deepStrictEqual(file.tiles.tree(head).root(), root)
      for (const position of [0, 1, 767, 768, 2099])
        assert.strictEqual(file.tiles.tree(head).leafOf(position), Math.floor(position / 3))
      file.close()
      assert.deepStrictEqual((yield* verify(path)).damage, [])
    }),
  )
})

describe("what was changed on purpose, with its checksums made right, is found and located", () => {
  const changes: ReadonlyArray<
    readonly [what: string, sql: string, position: number, says: RegExp]
  > = [
    [
      "a stream's head",
      "UPDATE head SET revision = revision + 1 WHERE stream = 'device-A'",
      180,
      /heads.*device-A/,
    ],
    [
      "a stream's head that is missing",
      "DELETE FROM head WHERE stream = 'customer-hydro'",
      180,
      /heads/,
    ],
    ["a posting", "UPDATE posting SET batches = x'03000000' WHERE key = 'd:A'", 0, /index.*d:A/],
    [
      "a posting that is missing",
      "DELETE FROM posting WHERE key = 'k:DeliveryOwed'",
      0,
      /index.*k:/,
    ],
    ["a posting too many", "INSERT INTO posting VALUES ('d:Z', 0, x'00000000')", 0, /index/],
    ["a tile", "UPDATE tile SET hashes = randomblob(length(hashes))", 180, /tile 0 of level 0/],
    [
      "where a batch begins",
      "UPDATE tile SET firsts = zeroblob(length(firsts))",
      180,
      /tile 0.*begin/,
    ],
    ["how far the tree goes", "UPDATE log SET value = 59 WHERE key = 'tree_size'", 180, /tree/],
    [
      "a checkpoint's text",
      "UPDATE checkpoint SET note = replace(note, '60', '59')",
      180,
      /checkpoint/,
    ],
    ["a checkpoint beyond the log", "INSERT INTO checkpoint VALUES (61, 183, '')", 183, /only 60/],
    ["the log's id", "UPDATE log SET value = 'x' WHERE key = 'id_again'", -1, /id/],
    ["a table", "DROP TABLE part", -1, /part|tables/],
    [
      "times of a row",
      "UPDATE batch SET recorded_last = recorded_last + 1 WHERE first = 30",
      30,
      /row/,
    ],
    ["a row's hash", "UPDATE batch SET sha = zeroblob(32) WHERE first = 30", 30, /row/],
  ]
  for (const [what, sql, position, says] of changes)
    it.effect(what, () =>
      Effect.gen(function* () {
        const path = yield* freshPath
        yield* fill(path, 60)
        const db = new DatabaseSync(path)
        db.exec(sql)
        db.close()
        const result = yield* Effect.result(verify(path))
        if (result._tag === "Failure") return assert.match(result.failure.detail, says)
        const { damage } = result.success
        assert.isAbove(damage.length, 0)
        assert.strictEqual(damage[0].position, position, JSON.stringify(damage))
        assert.match(damage[0].what, says)
      }),
    )

  it.effect("the whole history rewritten with a chain of its own: by the checkpoint", () =>
    Effect.gen(function* () {
      const path = yield* freshPath
      const forged = `${path}.forged.db`
      yield* fill(path, 20)
      const events = yield* using(path, readAll)
      const [one, ...rest] = events
      yield* using(forged, (log) => log.restore([{ ...one, occurredMs: 1 }, ...rest]))
      const db = new DatabaseSync(forged)
      db.exec(`ATTACH '${path}' AS honest; DELETE FROM checkpoint; INSERT INTO checkpoint SELECT * FROM honest.checkpoint;
        UPDATE log SET value = (SELECT value FROM honest.log WHERE key = 'id') WHERE key IN ('id', 'id_again')`)
      db.close()
      const { damage } = yield* verify(forged)
      assert.match(damage[0].what, /checkpoint/)
    }),
  )
})

/** What format 1 was: the same without the tables and values that format 2 added. */
const downgrade = (path: string): void => {
  const db = new DatabaseSync(path)
  db.exec(
    "DROP TABLE tile; DROP TABLE checkpoint; DROP TABLE part; DELETE FROM log WHERE key NOT IN ('id', 'indexed_to'); PRAGMA user_version = 1",
  )
  db.close()
}

describe("a file of the format before", () => {
  it.effect("is read as it is, and brought up to date by who writes it", () =>
    Effect.gen(function* () {
      const path = yield* freshPath
      yield* fill(path, 40)
      const events = yield* using(path, readAll)
      downgrade(path)
      const before = readFileSync(path)
      const read = yield* Effect.flatMap(EventLog, readAll).pipe(
        Effect.provide(Sqlite.layer(path, { readonly: true }), { local: true }),
      )
      assert.deepStrictEqual(read, events)
      assert.deepStrictEqual(readFileSync(path), before)
      yield* fill(path, 1, 40)
      assert.deepStrictEqual((yield* using(path, readAll)).slice(0, 120), events)
      const { batches, damage } = yield* verify(path)
      assert.deepStrictEqual([batches, damage], [41, []])
      const { proofs, verifier } = proofsOf(path)
      assert.isFalse(Rejected.is(proven(proofs[7], verifier)))
    }),
  )
})

describe("parts", () => {
  it.effect("a part that is away is said by name; what is in the log can be read", () =>
    Effect.gen(function* () {
      const path = yield* freshPath
      yield* fill(path, 100)
      const file = openForWriting(path, {})
      const part = archiveNext(file, path, 150, true)
      file.close()
      assert.isDefined(part)
      const at = join(dirname(path), part.file)
      copyFileSync(at, `${at}.away`)
      rmSync(at)
      yield* using(path, (log) =>
        Effect.gen(function* () {
          const refused = yield* Effect.flip(log.read(0).pipe(Stream.runCollect))
          assert.include(refused.detail, part.file)
          const rest = yield* log.read(part.end).pipe(Stream.runCollect)
          assert.strictEqual(rest.flat().length, 300 - part.end)
        }),
      )
      const { damage } = yield* verify(path)
      assert.include(damage[0].what, part.file)
      copyFileSync(`${at}.away`, at)
      assert.deepStrictEqual((yield* verify(path)).damage, [])
    }),
  )

  it.live(
    "are made by a log that is written and read meanwhile, of what its policy does not keep",
    () =>
      Effect.gen(function* () {
        const path = yield* freshPath
        const partsOf = () => {
          const file = openForReading(path)
          const list = file.parts.list()
          file.close()
          return list
        }
        yield* Effect.gen(function* () {
          const log = yield* EventLog
          const append = (from: number, count: number) =>
            log.append(upTo(count).map((i) => frame(`D${i % 100}`, (from + i) % 4096)))
          // It is indexed from 16,384 events on, and only what is indexed is put away.
          for (const i of upTo(20)) yield* append(i * 1000, 1000)
          let appended = 20_000
          while (partsOf().length === 0) {
            yield* append(appended, 1)
            appended++
            yield* Effect.sleep(500)
          }
          let read = 0
          yield* Stream.runForEach(log.read(0), (events) =>
            Effect.sync(() => {
              for (const { event, position } of events) {
                assert.strictEqual(position, read)
                assert.strictEqual(event._tag === "FrameHeard" && event.seq, read % 4096)
                read++
              }
            }),
          )
          assert.strictEqual(read, appended)
          const [part] = partsOf()
          assert.strictEqual(part.first, 0)
          assert.isAtLeast(part.end, 4000)
          assert.isAtMost(part.end, appended - 2000)
          assert.deepStrictEqual((yield* log.verify).damage, [])
        }).pipe(
          Effect.provide(
            Sqlite.layer(path, {
              signer,
              durableAtClose: true,
              keepEvents: 2000,
              partEvents: 4000,
            }),
            {
              local: true,
            },
          ),
        )
      }),
    60_000,
  )

  it.effect("a backup does not overwrite, nor does a restore", () =>
    Effect.gen(function* () {
      const path = yield* freshPath
      yield* fill(path, 3)
      const copy = `${path}.copy`
      Copies.backup(path, copy)
      assert.throws(() => Copies.backup(path, copy), /there already/)
      assert.throws(() => Copies.restore(copy, path), /there already/)
    }),
  )
})
