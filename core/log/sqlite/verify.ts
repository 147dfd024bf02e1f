/**
 * Reads everything a log's file holds and checks all of it: each batch's checksum and hash, the chain of hashes, the row
 * beside it, that positions and revisions have no gap, that every record can be read; then what was derived from the
 * batches (heads, postings, tiles) against what they say, the checkpoints against the tree, and SQLite's own pages.
 *
 * It reads one moment of the file through a connection of its own: whoever writes goes on meanwhile. What is damaged is
 * passed over, so that the rest is checked too. A position of -1 stands for the file as a whole.
 */
import * as Effect from "effect/Effect"
import type { Position, StreamId } from "../../event/Envelope.ts"
import { equal } from "../../kernel/Bytes.ts"
import * as Rejected from "../../kernel/Rejected.ts"
import { type Integrity, LogUnavailable } from "../EventLog.ts"
import * as MergedRow from "../MergedRow.ts"
import * as Merkle from "../proof/Merkle.ts"
import * as Slab from "../Slab.ts"
import type { Batch } from "../Store.ts"
import { agrees, bytesOf, endOf, type Row, spanOf } from "./Batches.ts"
import * as CheckedCheckpoints from "./CheckedCheckpoints.ts"
import * as CheckedIndex from "./CheckedIndex.ts"
import * as CheckedTiles from "./CheckedTiles.ts"
import { schemaOf } from "./database.ts"
import { journalDamage } from "./journalDamage.ts"
import { attempt, failure } from "./failure.ts"
import { type OpenFile, openForChecking } from "./openFile.ts"

export interface Damage {
  readonly position: Position
  readonly what: string
}

/** Damaged places listed; the first are what matters. */
const damageMax = 100

/** Pages SQLite complains about, listed. */
const pagesMax = 10

export const verify = (
  path: string,
  progress: (position: Position, head: Position) => void = () => {},
): Effect.Effect<Integrity, LogUnavailable> =>
  Effect.acquireUseRelease(
    attempt(path, () => openForChecking(path)),
    (file) => check(file, path, progress),
    (file) => Effect.sync(file.close),
  )

const check = Effect.fnUntraced(function* (
  file: OpenFile,
  path: string,
  progress: (position: Position, head: Position) => void,
) {
  const damage: Array<Damage> = []
  const say = (position: Position, what: string): void => {
    if (damage.length < damageMax) damage.push({ position, what })
  }
  const saying = (work: () => void): Effect.Effect<void> =>
    attempt(path, work).pipe(Effect.catch((error) => Effect.sync(() => say(-1, error.detail))))
  const { head } = yield* attempt(path, file.batches.end)
  yield* saying(() => {
    const what = journalDamage(path)
    if (what !== undefined && what === journalDamage(path)) say(-1, what)
    sayOfFile(file, say)
  })
  const index = guarded(path, say, () => CheckedIndex.make(file, say))
  const tiles = guarded(path, say, () => CheckedTiles.make(file, say))
  const checkpoints = guarded(path, say, () => CheckedCheckpoints.make(file, say))
  const revisions = new Map<StreamId, number>()
  let hash = Slab.genesis
  let position = 0
  let events = 0
  let batches = 0
  let recordedMs = 0
  /** Some events before here could not be read. */
  let isGapped = false
  const lose = (): void => {
    isGapped = true
    hash = unknownHash
    index((checked) => checked.skip())
    tiles((checked) => checked.skip())
    checkpoints((checked) => checked.skip())
  }
  while (position < head && damage.length < damageMax) {
    const at = position
    const row = yield* attempt(path, () => file.batches.rowFrom(at)).pipe(
      Effect.catch((error) => Effect.succeed(error)),
    )
    if (row === undefined) {
      say(at, "no batch, though some should be there")
      break
    }
    if (row instanceof LogUnavailable) {
      say(at, row.detail)
      lose()
      const next = yield* Effect.option(attempt(path, () => file.batches.nextFirst(at + 1)))
      if (next._tag === "None" || next.value === undefined) break
      position = next.value
      continue
    }
    const first = Number(row["first"])
    if (first > at) {
      say(at, `events ${at} to ${first - 1} are missing`)
      lose()
    }
    const read = readRow(row, file, hash)
    for (const { batch, leaf } of read.batches) {
      const what = wrongInside(batch, revisions, recordedMs, isGapped)
      if (what !== undefined) say(batch[0].position, what)
      for (const { revision, stream } of batch) revisions.set(stream, revision)
      recordedMs = batch[batch.length - 1].recordedMs
      events += batch.length
      batches++
      index((checked) => checked.add(batch))
      tiles((checked) => checked.add(batch[0].position, batch[batch.length - 1].position + 1, leaf))
      checkpoints((checked) => checked.add(leaf))
    }
    if (read.what !== undefined) say(first, read.what)
    if (read.isLost) lose()
    else hash = read.hash
    // A row that says it ends before it begins would be read for ever.
    if (!(read.next > at)) break
    position = read.next
    progress(position, head)
    yield* Effect.yieldNow
  }
  index((checked) => checked.end())
  tiles((checked) => checked.end())
  checkpoints((checked) => checked.end())
  return { events, batches, damage }
})

/** Uses what compares a table; once that cannot be read, it is said and nothing of it is compared any more. */
const guarded = <Checked>(
  path: string,
  say: (position: Position, what: string) => void,
  make: () => Checked,
): ((use: (checked: Checked) => void) => void) => {
  let checked: Checked | undefined
  let isOver = false
  return (use) => {
    if (isOver) return
    try {
      checked ??= make()
      use(checked)
    } catch (error) {
      isOver = true
      say(-1, failure(path, error).detail)
    }
  }
}

/** What stands in the file beside its batches. */
const sayOfFile = (
  { db, id, idAgain }: OpenFile,
  say: (position: Position, what: string) => void,
): void => {
  if (idAgain !== undefined && id !== idAgain)
    say(-1, `the log's id stands there as ${id} and as ${idAgain}`)
  if (schemaOf(db) !== schemaOf()) say(-1, "the tables are not as they were made")
  for (const row of db.prepare(`PRAGMA integrity_check(${pagesMax})`).all()) {
    const what = String(row["integrity_check"])
    if (what !== "ok") say(-1, what.trim().replaceAll("\n", "; "))
  }
}

/** Stands for a hash that could not be read. */
const unknownHash = new Uint8Array(0)

interface ReadRow {
  /** As many as are sound, in their order. */
  readonly batches: ReadonlyArray<{ readonly batch: Batch; readonly leaf: Merkle.Hash }>
  readonly what: string | undefined
  /** Some of its events could not be read. */
  readonly isLost: boolean
  readonly next: Position
  /** Of its last batch. */
  readonly hash: Uint8Array
}

const readRow = (row: Row, { parts }: OpenFile, previous: Uint8Array): ReadRow => {
  const batches: Array<ReadRow["batches"][number]> = []
  const lost = (what: string): ReadRow => ({
    batches,
    what,
    isLost: true,
    next: endOf(row),
    hash: unknownHash,
  })
  const first = Number(row["first"])
  let bytes = bytesOf(row, "bytes") ?? new Uint8Array()
  if (bytes.length === 0)
    try {
      bytes = parts.bytesAt(first)
    } catch (error) {
      return lost(error instanceof LogUnavailable ? error.detail : String(error))
    }
  const slabs = MergedRow.slabsOf(bytes)
  if (Rejected.is(slabs)) return lost(Rejected.toText(slabs))
  let hash = previous
  let what: string | undefined
  for (const slab of slabs) {
    const batch = Slab.decode(slab)
    if (Rejected.is(batch)) return lost(Rejected.toText(batch))
    if (hash !== unknownHash && !Slab.follows(slab, hash)) what ??= "the chain of hashes breaks"
    hash = Slab.hashOf(slab)
    batches.push({ batch, leaf: Merkle.leafHash(hash) })
  }
  const span = spanOf(slabs)
  const crc = slabs.length > 1 ? MergedRow.crcOf(bytes) : Slab.crcOf(bytes)
  const isSaid =
    agrees(row, span) && row["crc"] === crc && equal(hash, bytesOf(row, "sha") ?? new Uint8Array())
  if (!isSaid) what = "the row says something else than its batch"
  return { batches, what, isLost: span.first !== first, next: span.first + span.events, hash }
}

const wrongInside = (
  batch: Batch,
  revisions: ReadonlyMap<StreamId, number>,
  recordedMs: number,
  isGapped: boolean,
): string | undefined => {
  const seen = new Map<StreamId, number>()
  let latestMs = recordedMs
  for (const recorded of batch) {
    const { stream, position, revision } = recorded
    const before = seen.get(stream) ?? revisions.get(stream) ?? -1
    if (isGapped ? revision <= before : revision !== before + 1)
      return `position ${position}: revision ${revision} of ${stream} follows ${before}`
    if (recorded.recordedMs < latestMs) return `position ${position}: the recorded time falls`
    seen.set(stream, revision)
    latestMs = recorded.recordedMs
  }
  return undefined
}
