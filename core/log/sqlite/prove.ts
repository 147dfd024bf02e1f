/**
 * Proofs about a log's file: that a position's batch is in it, and that one of its checkpoints goes on from another.
 *
 * They are made beside whoever writes, of what the file holds at that moment. Each rests on a signed checkpoint: the
 * newest that the log keeps and that covers what is asked, or one signed now where the key is at hand.
 */
import type { SigningKey } from "../../crypto/ed25519.ts"
import type { Position } from "../../event/Envelope.ts"
import * as Rejected from "../../kernel/Rejected.ts"
import * as Checkpoint from "../proof/Checkpoint.ts"
import type { ConsistencyProof } from "../proof/ConsistencyProof.ts"
import type { InclusionProof } from "../proof/InclusionProof.ts"
import * as Merkle from "../proof/Merkle.ts"
import * as Note from "../proof/Note.ts"
import * as Slab from "../Slab.ts"
import type { Kept } from "./Checkpoints.ts"
import type { OpenFile } from "./openFile.ts"
import type { Tree } from "./Tiles.ts"

/** A checkpoint over all that the file holds; Rejected where none is kept for it and none can be signed. */
export const newestCheckpoint = (
  file: OpenFile,
  key: SigningKey | undefined,
): Kept | Rejected.Rejected => {
  const { head } = file.batches.end()
  const newest = file.checkpoints.newest()
  if (newest !== undefined && newest.head >= head) return newest
  return key === undefined
    ? (newest ?? unsigned("no checkpoint was signed yet"))
    : signedOver(file, file.tiles.tree(head), key)
}

/** Rejected where the position is not there, or no checkpoint covers it. */
export const prove = (
  file: OpenFile,
  position: Position,
  key: SigningKey | undefined,
): InclusionProof | Rejected.Rejected => {
  const { head } = file.batches.end()
  if (!(Number.isSafeInteger(position) && position >= 0 && position < head))
    return Rejected.make("not-there", `position ${position}`, `the log goes from 0 to ${head - 1}`)
  const newest = file.checkpoints.newest()
  const kept = newest !== undefined && newest.head > position ? newest : undefined
  const tree = file.tiles.tree(head)
  const checkpoint = kept ?? (key === undefined ? undefined : signedOver(file, tree, key))
  if (checkpoint === undefined) return unsigned(`no checkpoint covers position ${position} yet`)
  const index = tree.leafOf(position)
  const slab = slabAt(file, position)
  return {
    index,
    previous: index === 0 ? Slab.genesis : Slab.hashOf(slabAt(file, firstOf(slab) - 1)),
    slab,
    path: Merkle.inclusionPath(index, checkpoint.size, tree.subtree),
    checkpoint: checkpoint.note,
  }
}

/** From one checkpoint of this log to a later one, both signed notes. Rejected where the log is shorter than they say. */
export const consistency = (
  file: OpenFile,
  earlier: string,
  later: string,
): ConsistencyProof | Rejected.Rejected => {
  const from = Checkpoint.fromText(earlier)
  if (Rejected.is(from)) return from
  const to = Checkpoint.fromText(later)
  if (Rejected.is(to)) return to
  const tree = file.tiles.tree(file.batches.end().head)
  if (from.size > to.size)
    return Rejected.make(
      "order",
      "checkpoints",
      `the first has ${from.size} batches, the second ${to.size}`,
    )
  if (to.size > tree.size)
    return Rejected.make(
      "not-there",
      `checkpoint of ${to.size} batches`,
      `the log holds only ${tree.size}: it was cut off, or is another log`,
    )
  return { earlier, later, path: Merkle.consistencyPath(from.size, to.size, tree.subtree) }
}

/** Not kept: it may be signed by who only reads. */
export const signedOver = (file: OpenFile, tree: Tree, key: SigningKey): Kept => {
  const name = Checkpoint.originOf(file.id)
  const text = Checkpoint.toText({ origin: name, size: tree.size, root: tree.root() })
  return { size: tree.size, head: tree.head, note: Note.signed(text, { name, key }) }
}

/** The committed batch that holds a position. */
const slabAt = (file: OpenFile, position: Position): Uint8Array => {
  const slabs = file.batches.slabsAt(position)
  return slabs.findLast((slab) => firstOf(slab) <= position) ?? slabs[0]
}

const firstOf = (slab: Uint8Array): Position => Slab.headerAsWritten(slab).first

const unsigned = (detail: string): Rejected.Rejected =>
  Rejected.make(
    "no-checkpoint",
    "log",
    `${detail}; whoever writes the log signs one each minute, and so does \`sigtwin log checkpoint\``,
  )
