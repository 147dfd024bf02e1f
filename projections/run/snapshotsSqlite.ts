/**
 * Snapshots in an SQLite file of their own beside the log. It may be deleted at any time.
 *
 * A text is stored deflated (about a tenth of its size) with the SHA-256 of that, and not given out when it does not fit. A file that cannot be used
 * is set aside for this run with a warning, and twins then fold from the beginning; a file that is
 * not SQLite's is left untouched, since it may be somebody's.
 */
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import { DatabaseSync } from "node:sqlite"
import { deflateRaw, inflateRawSync } from "node:zlib"
import { sha256 } from "../../core/crypto/sha256.ts"
import * as Bytes from "../../core/kernel/Bytes.ts"
import * as Checkpointer from "./Checkpointer.ts"
import {
  type Snapshot,
  snapshotBytesMax,
  Snapshots,
  snapshotsMax,
  snapshotsMin,
  type Sought,
  surplus,
} from "./Snapshots.ts"

/** Longest text kept, in characters: a string of V8 has 536,870,888 at most. */
export const textLengthMax = 400_000_000

/** A character is four bytes at most in UTF-8; ids and digests are one. */
const textBytesMax = 2 * textLengthMax

/** How long to wait for another process that writes. */
const busyMs = 2_000

export const layer = (path: string): Layer.Layer<Snapshots> =>
  Layer.effect(
    Snapshots,
    Effect.gen(function* () {
      const store = yield* Effect.acquireRelease(
        attempt(`snapshots in ${path} are not used`, () => open(path)),
        (opened) => Effect.sync(() => opened?.close()),
      )
      if (store === undefined) return none
      return Snapshots.of({
        save: (snapshot) =>
          Effect.gen(function* () {
            const packed = yield* packedOf(snapshot)
            if (packed !== undefined)
              yield* attempt("a snapshot was not kept", () => store.save(snapshot, packed))
          }),
        nearest: (sought) => attempt("snapshots cannot be read", () => store.nearest(sought)),
        positions: (sought) =>
          Effect.map(
            attempt("snapshots cannot be read", () => store.positions(sought)),
            (positions) => positions ?? [],
          ),
      })
    }),
  )

const none = Snapshots.of({
  save: () => Effect.void,
  nearest: () => Effect.succeed(undefined),
  positions: () => Effect.succeed([]),
})

/** Deflated by another thread: commits and folds go on meanwhile. */
const packedOf = ({ text }: Snapshot): Effect.Effect<Uint8Array | undefined> =>
  text.length > textLengthMax
    ? Effect.as(
        Effect.logWarning(`a snapshot was not kept: ${text.length} characters are too many`),
        undefined,
      )
    : Effect.callback<Uint8Array, Error>((resume) =>
        deflateRaw(text, { level: 1 }, (error, packed) =>
          resume(error === null ? Effect.succeed(packed) : Effect.fail(error)),
        ),
      ).pipe(
        Effect.catch((error) =>
          Effect.as(Effect.logWarning(`a snapshot was not kept: ${error.message}`), undefined),
        ),
      )

/** A cache's failure is worth a warning and nothing else. */
const attempt = <A>(what: string, run: () => A): Effect.Effect<A | undefined> =>
  Effect.gen(function* () {
    const done = yield* Effect.result(Effect.try({ try: run, catch: (cause) => cause }))
    if (done._tag === "Success") return done.success
    const cause = done.failure
    yield* Effect.logWarning(`${what}: ${cause instanceof Error ? cause.message : String(cause)}`)
    return undefined
  })

const open = (path: string) => {
  const database = new DatabaseSync(path, { timeout: busyMs })
  try {
    // Losing the last snapshots in a power cut costs nothing but time, so no sync for each.
    database.exec(`
      PRAGMA journal_mode = WAL;
      CREATE TABLE IF NOT EXISTS snapshot (
        log_id TEXT NOT NULL,
        projection TEXT NOT NULL,
        version INTEGER NOT NULL,
        position INTEGER NOT NULL,
        sha256 TEXT NOT NULL,
        packed BLOB NOT NULL,
        PRIMARY KEY (log_id, projection, version, position)
      ) WITHOUT ROWID;
    `)
    const checkpointer = Checkpointer.make(database, path)
    // A table of another shape shows here.
    return {
      ...statements(database, checkpointer),
      close: () => {
        checkpointer.end()
        database.close()
      },
    }
  } catch (cause) {
    database.close()
    throw cause
  }
}

interface Row {
  readonly position: number
  readonly sha256: string
  readonly packed: Uint8Array
}

const statements = (database: DatabaseSync, checkpointer: Checkpointer.Checkpointer) => {
  const one = "log_id = ? AND projection = ? AND version = ?"
  const insert = database.prepare("INSERT OR REPLACE INTO snapshot VALUES (?, ?, ?, ?, ?, ?)")
  // An older build may run beside a newer one, so other versions stay until they are many.
  const forgetOthers = database.prepare(
    "DELETE FROM snapshot WHERE log_id = ? AND projection = ? AND version < ? - 1",
  )
  const remove = database.prepare(`DELETE FROM snapshot WHERE ${one} AND position = ?`)
  const select = database.prepare(
    `SELECT position, sha256, packed FROM snapshot WHERE ${one} AND position <= ? ORDER BY position DESC LIMIT 1`,
  )
  const size = database.prepare(
    `SELECT count(*) AS count, sum(length(packed)) AS bytes FROM snapshot WHERE ${one}`,
  )
  const list = database.prepare(`SELECT position FROM snapshot WHERE ${one} ORDER BY position`)

  const positions = (sought: Omit<Sought, "at">): ReadonlyArray<number> =>
    // The statement's own columns.
    (list.all(...keyOf(sought)) as unknown as ReadonlyArray<Pick<Row, "position">>).map(
      ({ position }) => position,
    )

  const save = (snapshot: Snapshot, packed: Uint8Array): void => {
    const { position } = snapshot
    insert.run(...keyOf(snapshot), position, digestOf(packed), packed)
    checkpointer.wrote(packed.length)
    const key = keyOf(snapshot).join(" ")
    const known = takenBy.get(key)
    const isFirst = known === undefined
    const taken = known ?? counted(snapshot)
    if (isFirst) {
      forgetOthers.run(...keyOf(snapshot))
    } else {
      taken.count++
      taken.bytes += packed.length
    }
    takenBy.set(key, thinned(snapshot, taken))
  }

  /** Of one projection, as counted when it was last thinned, and what was added since. */
  const takenBy = new Map<string, { count: number; bytes: number }>()

  const counted = (sought: Omit<Sought, "at">) => {
    const row = size.get(...keyOf(sought))
    return { count: Number(row?.["count"]), bytes: Number(row?.["bytes"]) }
  }

  const thinned = (snapshot: Snapshot, taken: { count: number; bytes: number }) => {
    const isTooMuch = taken.bytes > snapshotBytesMax && taken.count > snapshotsMin
    if (!isTooMuch && taken.count <= snapshotsMax) return taken
    const kept = positions(snapshot)
    for (const position of surplus(kept, isTooMuch ? kept.length - 1 : snapshotsMax))
      remove.run(...keyOf(snapshot), position)
    return counted(snapshot)
  }

  const nearest = (sought: Sought): Snapshot | undefined => {
    let { at } = sought
    while (at >= 0) {
      // The statement's own columns.
      const row = select.get(...keyOf(sought), at) as unknown as Row | undefined
      if (row === undefined) return undefined
      if (digestOf(row.packed) === row.sha256) {
        const { logId, projection, version } = sought
        const text = inflateRawSync(row.packed, { maxOutputLength: textBytesMax }).toString("utf8")
        return { logId, projection, version, position: row.position, text }
      }
      remove.run(...keyOf(sought), row.position)
      at = row.position - 1
    }
    return undefined
  }

  return { save, nearest, positions }
}

const keyOf = ({ logId, projection, version }: Omit<Sought, "at">) =>
  [logId, projection, version] as const

const digestOf = (packed: Uint8Array): string => Bytes.toHex(sha256(packed))
