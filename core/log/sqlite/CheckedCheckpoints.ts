/** Compares the kept checkpoints with the tree that the batches make, as they are read one after another. */
import type { Position } from "../../event/Envelope.ts"
import { equal } from "../../kernel/Bytes.ts"
import * as Rejected from "../../kernel/Rejected.ts"
import * as Checkpoint from "../proof/Checkpoint.ts"
import * as Merkle from "../proof/Merkle.ts"
import type { OpenFile } from "./openFile.ts"

export interface CheckedCheckpoints {
  readonly add: (leaf: Merkle.Hash) => void
  /** A batch could not be read: no root behind it is known. */
  readonly skip: () => void
  readonly end: () => void
}

type Say = (position: Position, what: string) => void

export const make = ({ checkpoints, id }: OpenFile, say: Say): CheckedCheckpoints => {
  const kept = checkpoints.list()
  /** Perfect subtrees that make up the tree so far, the largest first: level and hash. */
  const frontier: Array<{ readonly level: number; readonly hash: Merkle.Hash }> = []
  let size = 0
  let next = 0
  let isWhole = true

  const rootNow = (): Merkle.Hash => {
    const [last, ...before] = frontier.map(({ hash }) => hash).toReversed()
    return last === undefined
      ? Merkle.emptyRoot
      : before.reduce((hash, left) => Merkle.nodeHash(left, hash), last)
  }

  return {
    add: (leaf) => {
      if (!isWhole || next >= kept.length) return
      size++
      let hash = leaf
      let level = 0
      for (let last = frontier.at(-1); last?.level === level; last = frontier.at(-1)) {
        frontier.pop()
        hash = Merkle.nodeHash(last.hash, hash)
        level++
      }
      frontier.push({ level, hash })
      while (next < kept.length && kept[next].size <= size) {
        const one = kept[next++]
        const what = wrongWith(one, size, rootNow(), id)
        if (what !== undefined) say(one.head, `the checkpoint of ${one.size} batches ${what}`)
      }
    },
    skip: () => {
      isWhole = false
    },
    end: () => {
      if (isWhole && next < kept.length)
        say(
          kept[next].head,
          `a checkpoint of ${kept[next].size} batches was kept, but there are only ${size}`,
        )
    },
  }
}

const wrongWith = (
  kept: { readonly size: number; readonly note: string },
  size: number,
  root: Merkle.Hash,
  id: string,
): string | undefined => {
  const checkpoint = Checkpoint.fromText(kept.note)
  if (Rejected.is(checkpoint)) return `cannot be read: ${Rejected.toText(checkpoint)}`
  if (checkpoint.origin !== Checkpoint.originOf(id)) return `is of ${checkpoint.origin}`
  if (checkpoint.size !== size || kept.size !== size) return "says another size in its text"
  return equal(checkpoint.root, root)
    ? undefined
    : "has another root than its batches: they were changed"
}
