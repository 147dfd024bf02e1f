/**
 * Reads every commit of a log on a server and checks what can be checked: its checksum, the chain of hashes, that positions
 * and revisions have no gap, and that every record can be read.
 */
import * as Effect from "effect/Effect"
import type { Position, StreamId } from "../../event/Envelope.ts"
import * as Rejected from "../../kernel/Rejected.ts"
import type { Integrity, LogUnavailable } from "../EventLog.ts"
import * as Slab from "../Slab.ts"
import type { Commit } from "./Commit.ts"
import { type Commits, decodedOf } from "./Commits.ts"

/** Damaged places listed; the first are what matters. */
const damageMax = 100

/** Records read at once. */
const atOnce = 32

export const verify = Effect.fnUntraced(function* (
  commits: Commits,
  head: () => Position,
): Effect.fn.Return<Integrity, LogUnavailable> {
  const damage: Array<{ readonly position: Position; readonly what: string }> = []
  const revisions = new Map<StreamId, number>()
  const end = head()
  let hash = Slab.genesis
  let position = 0
  let batches = 0
  let next = 1

  const wrongIn = (commit: Commit): string | undefined => {
    const placed = decodedOf(commit)
    if (Rejected.is(placed)) return Rejected.toText(placed)
    if (!Slab.follows(commit.slab, hash)) return "does not follow the batch before it"
    if (commit.note.first !== position) return `begins at ${commit.note.first}, not at ${position}`
    for (const { position: at, revision, stream } of placed.batch) {
      const before = revisions.get(stream) ?? -1
      if (revision !== before + 1)
        return `position ${at}: revision ${revision} of ${stream} follows ${before}`
      revisions.set(stream, revision)
    }
    return undefined
  }

  while (position < end && damage.length < damageMax) {
    const found = yield* commits.from(next, atOnce)
    if (found.length === 0) {
      damage.push({ position, what: "nothing holds what follows" })
      break
    }
    for (const commit of found) {
      const what = wrongIn(commit)
      if (what !== undefined) damage.push({ position: commit.note.first, what })
      hash = Slab.hashOf(commit.slab)
      position = commit.note.first + commit.note.events
      ;({ next } = commit)
      batches++
      if (position >= end) break
    }
  }
  return { events: position, batches, damage }
})
