/**
 * Fills the disk under a log (a small tmpfs) in the middle of appends, of indexing and merging, and of snapshots; then makes
 * room. While it is full every append fails with a clear error and reading goes on; when there is room, writing does too;
 * nothing that was acknowledged is lost.
 */
import * as Effect from "effect/Effect"
import * as Stream from "effect/Stream"
import { execFileSync } from "node:child_process"
import { mkdtempSync, readdirSync, rmSync, statfsSync, writeFileSync } from "node:fs"
import { tmpdir } from "node:os"
import { join } from "node:path"
import * as Random from "../../core/kernel/Random.ts"
import { equal } from "../../core/kernel/Bytes.ts"
import * as Rejected from "../../core/kernel/Rejected.ts"
import { EventLog } from "../../core/log/EventLog.ts"
import * as Slab from "../../core/log/Slab.ts"
import * as Sqlite from "../../core/log/sqlite.ts"
import { attempt } from "../../core/log/sqlite/failure.ts"
import * as merge from "../../core/log/sqlite/merge.ts"
import { type OpenFile, openForWriting } from "../../core/log/sqlite/openFile.ts"
import { verify } from "../../core/log/sqlite/verify.ts"
import * as snapshotsSqlite from "../../projections/run/snapshotsSqlite.ts"
import { Snapshots } from "../../projections/run/Snapshots.ts"
import { frame } from "../contract/someEvents.ts"
import { counter, type Torture } from "./Torture.ts"

const diskBytes = 4 << 20

const mountTmpfs = (directory: string): string | undefined => {
  try {
    execFileSync("mount", ["-t", "tmpfs", "-o", `size=${diskBytes}`, "tmpfs", directory], {
      stdio: "pipe",
    })
    return undefined
  } catch (error) {
    return `no small file system can be mounted here: ${error instanceof Error ? error.message.split("\n")[0] : String(error)}`
  }
}

const unmount = (directory: string): void => {
  execFileSync("umount", [directory])
}

export const torture: Torture = {
  name: "full",
  about: "the disk full in the middle of appends, merges and snapshots, then room again",
  countDefault: 200,
  missing: () => {
    const directory = mkdtempSync(join(tmpdir(), "sigtwin-torture-"))
    const why = mountTmpfs(directory)
    if (why === undefined) unmount(directory)
    rmSync(directory, { recursive: true })
    return why
  },
  run: async ({ count, progress, seed }) => {
    const counts = counter()
    const random = Random.make(seed)
    for (let stroke = 0; stroke < count; stroke++) {
      const directory = mkdtempSync(join(tmpdir(), "sigtwin-torture-"))
      const why = mountTmpfs(directory)
      if (why !== undefined) throw new Error(why)
      try {
        // oxlint-disable-next-line no-await-in-loop
        await Effect.runPromise(
          Effect.andThen(
            fillUp(directory, random, counts),
            mergeWhenFull(directory, random, counts),
          ).pipe(
            Effect.catch((error) =>
              Effect.sync(() => counts.violate(`seed ${seed}, stroke ${stroke}: ${error.message}`)),
            ),
          ),
        )
      } finally {
        unmount(directory)
        rmSync(directory, { recursive: true })
      }
      progress(stroke + 1)
    }
    return { strokes: count, outcomes: counts.outcomes, violations: counts.violations }
  },
}

const some = (count: number) => Array.from({ length: count }, (_, i) => frame("A", i))

const fillUp = (
  directory: string,
  random: Random.Random,
  { add, violate }: ReturnType<typeof counter>,
) =>
  Effect.gen(function* () {
    const ballast = join(directory, "ballast")
    const fill = (leave: number): void => {
      const { bavail, bsize } = statfsSync(directory)
      writeFileSync(ballast, new Uint8Array(Math.max(0, bavail * bsize - leave)))
    }
    const log = yield* EventLog
    const snapshots = yield* Snapshots
    let acknowledged = 0
    const append = (count: number) =>
      Effect.gen(function* () {
        const result = yield* Effect.result(log.append(some(count)))
        if (result._tag === "Success") {
          acknowledged = result.success.first + count
          return true
        }
        const { failure } = result
        if (failure._tag !== "LogUnavailable" || failure.reason !== "full")
          violate(`a full disk is told as ${failure.message}`)
        return false
      })
    const check = Effect.gen(function* () {
      const read = (yield* Stream.runCollect(log.read(0))).flat()
      if (read.length !== acknowledged)
        violate(`${read.length} events are there, ${acknowledged} were acknowledged`)
    })
    for (let i = 0; i < 30; i++) yield* append(1 + random.below(40))
    fill(random.below(300_000))
    // Small ones pass longer than large ones.
    for (let failures = 0; failures < 3;) if (!(yield* append(1 + random.below(2000)))) failures++
    add("appends refused", 3)
    yield* check
    // The log stands still: it indexes, merges and signs, and cannot.
    yield* Effect.sleep(300)
    yield* snapshots.save({
      logId: "x",
      projection: "p",
      version: 1,
      position: 1,
      text: noise(random),
    })
    add("snapshots tried on a full disk")
    yield* check
    rmSync(ballast)
    yield* Effect.sleep(300)
    for (let i = 0; i < 10; i++)
      if (!(yield* append(1 + random.below(40))))
        violate("there is room again, and an append fails")
    yield* check
    yield* snapshots.save({ logId: "x", projection: "p", version: 1, position: 2, text: "[]" })
    const kept = yield* snapshots.nearest({ logId: "x", projection: "p", version: 1, at: 2 })
    if (kept?.text !== "[]") violate("there is room again, and a snapshot is not kept")
    const { damage, events } = yield* log.verify
    if (damage.length > 0 || events !== acknowledged)
      violate(`after it: ${events} of ${acknowledged} events, ${JSON.stringify(damage)}`)
    add("events acknowledged and found", acknowledged)
  }).pipe(
    Effect.provide(snapshotsSqlite.layer(join(directory, "log.snapshots.db"))),
    Effect.provide(Sqlite.layer(join(directory, "log.db")), { local: true }),
  )

/** As so many commits of one event each, which nobody has merged yet. */
const insertSmall = (file: OpenFile, commits: number): void => {
  let hash = Slab.genesis
  file.db.exec("BEGIN")
  for (const [position, event] of some(commits).entries()) {
    const recorded = { ...event, position, revision: position, recordedMs: position }
    const slab = Slab.encode([recorded], hash)
    if (Rejected.is(slab)) throw new Error(Rejected.toText(slab))
    file.batches.insert(slab)
    hash = Slab.hashOf(slab)
  }
  file.db.exec("COMMIT; PRAGMA wal_checkpoint(TRUNCATE)")
}

/** Small rows are merged on a disk that takes less and less: each merge is done or leaves all as it was. */
const mergeWhenFull = (
  directory: string,
  random: Random.Random,
  { add, violate }: ReturnType<typeof counter>,
) =>
  Effect.gen(function* () {
    for (const name of readdirSync(directory)) rmSync(join(directory, name))
    const path = join(directory, "merged.db")
    const ballast = join(directory, "ballast")
    const file = openForWriting(path, {})
    try {
      insertSmall(file, 1100 + random.below(500))
      const { head } = file.batches.end()
      const before = file.batches.tip().hash
      const rows = () => Number(file.db.prepare("SELECT count(*) AS n FROM batch").get()?.["n"])
      const unmerged = rows()
      const merging = merge.make(file.db, file.batches)
      let refused = 0
      const { bavail, bsize } = statfsSync(directory)
      writeFileSync(ballast, new Uint8Array(Math.max(0, bavail * bsize - random.below(60_000))))
      for (let tries = 0; tries < 3; tries++) {
        const result = yield* Effect.result(attempt(path, () => merging.advance(head)))
        if (result._tag === "Success") continue
        refused++
        if (result.failure.reason !== "full")
          violate(`a full disk is told by a merge as ${result.failure.message}`)
        if (rows() !== unmerged)
          violate(`a merge that was refused left ${rows()} of ${unmerged} rows`)
        const { damage, events } = yield* verify(path)
        if (damage.length > 0 || events !== head)
          violate(
            `after a merge that was refused: ${events} of ${head} events, ${JSON.stringify(damage)}`,
          )
      }
      add("merges refused", refused)
      rmSync(ballast)
      while (merging.advance(head));
      if (rows() >= unmerged) violate("there is room again, and nothing is merged")
      const { damage, events } = yield* verify(path)
      if (damage.length > 0 || events !== head || !equal(file.batches.tip().hash, before))
        violate(`after a merge: ${events} of ${head} events, ${JSON.stringify(damage)}`)
      add("merges done when there was room", 1)
    } finally {
      file.close()
    }
  })

/** Does not deflate. */
const noise = (random: Random.Random): string =>
  Array.from({ length: 20_000 }, () => random.below(2 ** 31).toString(36)).join("")
