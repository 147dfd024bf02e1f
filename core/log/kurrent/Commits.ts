/**
 * The log's own stream on the server: reading its commits by revision and finding them by position or time.
 *
 * Revision 0 says whose log it is; each later one is a part of a commit. What was read is kept decoded, up to
 * `keptEventsMax` events: who reads on, forwards or backwards, asks the server for many commits at once.
 */
import * as Effect from "effect/Effect"
import type { Position } from "../../event/Envelope.ts"
import * as FifoMap from "../../kernel/FifoMap.ts"
import * as Rejected from "../../kernel/Rejected.ts"
import { LogUnavailable } from "../EventLog.ts"
import * as Slab from "../Slab.ts"
import type { Batch } from "../Store.ts"
import * as Commit from "./Commit.ts"
import type { Server } from "./Server.ts"

/** A commit, decoded. */
export interface Placed {
  readonly batch: Batch
  readonly revision: number
  readonly next: number
}

/** Decoded events kept. */
const keptEventsMax = 65_536
/** Commits kept, however small. */
const keptCommitsMax = 1_024
/** Records asked for at once by who reads on. */
const readAhead = 32
/** Places remembered: where a position that ended one commit begins the next. */
const placesMax = 16_384

export interface Commits {
  /** Keeps a commit that was just written or heard of. */
  readonly keep: (placed: Placed) => void
  /** The commit that holds a position below the head. */
  readonly at: (position: Position) => Effect.Effect<Placed, LogUnavailable>
  /** The last commit of which the first event was recorded at or before an instant. */
  readonly atTime: (recordedMs: number) => Effect.Effect<Placed | undefined, LogUnavailable>
  /** Complete commits from a revision on: of some `count` records, and of more where a commit is longer. None where there is no more. */
  readonly from: (
    revision: number,
    count: number,
  ) => Effect.Effect<ReadonlyArray<Commit.Commit>, LogUnavailable>
}

/** `tip` is the revision of the stream's last record. */
export const make = (server: Server, stream: string, log: string, tip: () => number): Commits => {
  const kept: Array<Placed> = []
  let keptEvents = 0
  const revisionAt = FifoMap.make<number, Position>(placesMax)
  FifoMap.set(revisionAt, 0, 1)
  let lastRead = -1

  const keep = (placed: Placed): void => {
    const { batch, next, revision } = placed
    const first = batch[0].position
    FifoMap.set(revisionAt, first, revision)
    FifoMap.set(revisionAt, first + batch.length, next)
    if (kept.some((each) => each.revision === revision)) return
    kept.push(placed)
    keptEvents += batch.length
    while (kept.length > 1 && (keptEvents > keptEventsMax || kept.length > keptCommitsMax))
      keptEvents -= kept.shift()?.batch.length ?? 0
  }

  const keptAt = (position: Position): Placed | undefined =>
    kept.findLast(
      ({ batch }) => batch[0].position <= position && position < batch[0].position + batch.length,
    )

  const damaged = (detail: string) => new LogUnavailable({ log, reason: "damaged", detail })

  const from: Commits["from"] = (revision, count) =>
    Effect.gen(function* () {
      let wanted = count
      while (true) {
        const records = yield* server.forwards(stream, revision, wanted)
        const gathering = Commit.gathering()
        const commits = records.flatMap((record) => gathering.take(record) ?? [])
        const isLonger = commits.length === 0 && records.length === wanted
        if (!isLonger || wanted > 2 * Commit.partsMax) return commits
        wanted += Commit.partsMax
      }
    })

  const decoded = (commit: Commit.Commit): Effect.Effect<Placed, LogUnavailable> => {
    const batch = decodedOf(commit)
    return Rejected.is(batch) ? Effect.fail(damaged(Rejected.toText(batch))) : Effect.succeed(batch)
  }

  /** Of the record at a revision. */
  const noteAt = (revision: number): Effect.Effect<Commit.Note, LogUnavailable> =>
    Effect.flatMap(server.forwards(stream, revision, 1), ([record]) => {
      const note = record === undefined ? undefined : Commit.noteOf(record)
      return note === undefined
        ? Effect.fail(damaged(`${stream} holds no commit at revision ${revision}`))
        : Effect.succeed(note)
    })

  /**
   * Revision of the last record for which it holds, which must hold for all before it; 0 for none. That is the last part of a
   * whole commit: a broken one has the positions of the one that follows it.
   */
  const lastWhere = (holds: (note: Commit.Note) => boolean) =>
    Effect.gen(function* () {
      let low = 1
      let high = tip() + 1
      while (low < high) {
        const middle = Math.floor((low + high) / 2)
        if (holds(yield* noteAt(middle))) low = middle + 1
        else high = middle
      }
      return low - 1
    })

  /** The last whole commit up to a record: what a writer did not bring to an end is passed over. */
  const commitOf = (revision: number) =>
    Effect.gen(function* () {
      let last = revision
      while (last >= 1) {
        const { part } = yield* noteAt(last)
        const [commit] = yield* from(last - part, part + 1)
        if (commit?.next === last + 1) return yield* decoded(commit)
        last -= part + 1
      }
      return undefined
    })

  const at: Commits["at"] = (position) =>
    Effect.gen(function* () {
      const near = keptAt(position)
      if (near !== undefined) return near
      const isOn = FifoMap.get(revisionAt, position)
      if (isOn !== undefined) {
        // Who reads forwards has just read what ends here.
        const commits = yield* from(isOn, lastRead === isOn ? readAhead : 1)
        yield* keepAll(commits)
      } else {
        const before = FifoMap.get(revisionAt, position + 1)
        if (before !== undefined) {
          // Who reads backwards has just read what begins behind it.
          const start = Math.max(1, before - readAhead)
          yield* keepAll(yield* from(start, before - start))
        }
      }
      const found = keptAt(position)
      if (found !== undefined) return found
      const placed = yield* commitOf(yield* lastWhere(({ first }) => first <= position))
      if (placed !== undefined) {
        keep(placed)
        lastRead = placed.next
      }
      const late = keptAt(position)
      if (late === undefined)
        return yield* Effect.fail(damaged(`nothing holds position ${position}`))
      return late
    })

  const keepAll = (commits: ReadonlyArray<Commit.Commit>) =>
    Effect.gen(function* () {
      for (const commit of commits) {
        keep(yield* decoded(commit))
        lastRead = commit.next
      }
    })

  return {
    keep,
    at,
    atTime: (recordedMs) =>
      Effect.flatMap(
        lastWhere((note) => note.recordedFirstMs <= recordedMs),
        commitOf,
      ),
    from,
  }
}

export const decodedOf = (commit: Commit.Commit): Placed | Rejected.Rejected => {
  const { next, note, revision, slab } = commit
  const batch = Slab.decode(slab)
  if (Rejected.is(batch)) return batch
  return batch[0]?.position === note.first && batch.length === note.events
    ? { batch, revision, next }
    : Rejected.make("damaged", `revision ${revision}`, "does not hold what it says")
}
