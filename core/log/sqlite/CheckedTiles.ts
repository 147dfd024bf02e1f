/** Compares the tiles of the hash tree with what the batches say, as they are read one after another. */
import type { Position } from "../../event/Envelope.ts"
import { equal } from "../../kernel/Bytes.ts"
import type * as Merkle from "../proof/Merkle.ts"
import type { OpenFile } from "./openFile.ts"
import { bytesOfFirsts, rootOfTile, tileHashes } from "./Tiles.ts"

export interface CheckedTiles {
  readonly add: (first: Position, next: Position, leaf: Merkle.Hash) => void
  /** A batch could not be read: its leaf is not known, and so are none behind it. */
  readonly skip: () => void
  readonly end: () => void
}

type Say = (position: Position, what: string) => void

interface Level {
  hashes: Array<Merkle.Hash>
  /** Tiles that are full. */
  full: number
}

export const make = ({ db, tiles }: OpenFile, say: Say): CheckedTiles => {
  const size = tiles.size()
  const to = tiles.to()
  const getTile = db.prepare("SELECT hashes, firsts FROM tile WHERE level = ? AND number = ?")
  const levels: Array<Level> = []
  let firsts: Array<Position> = []
  let leaves = 0
  let end = 0
  let isWhole = true

  const wrong = (position: Position, what: string): void => {
    if (isWhole) say(position, what)
    isWhole = false
  }

  const compare = (level: number, { full, hashes }: Level): void => {
    const row = getTile.get(level, full)
    const stored = row?.["hashes"]
    const places = row?.["firsts"]
    const name = `tile ${full} of level ${level} of the hash tree`
    if (!(stored instanceof Uint8Array)) return wrong(end, `${name} is missing`)
    if (!equal(stored, Buffer.concat(hashes)))
      return wrong(end, `${name} holds other hashes than the batches`)
    if (level > 0 ? places !== null : !isSame(places, firsts))
      wrong(end, `${name} says something else of where batches begin`)
  }

  const push = (level: number, hash: Merkle.Hash): void => {
    const at = (levels[level] ??= { hashes: [], full: 0 })
    at.hashes.push(hash)
    if (at.hashes.length < tileHashes) return
    compare(level, at)
    const root = rootOfTile(new Uint8Array(Buffer.concat(at.hashes)))
    at.hashes = []
    at.full++
    if (level === 0) firsts = []
    push(level + 1, root)
  }

  return {
    add: (first, next, leaf) => {
      if (!isWhole || leaves >= size) return
      leaves++
      firsts.push(first)
      end = next
      push(0, leaf)
    },
    skip: () => {
      isWhole = false
    },
    end: () => {
      if (!isWhole) return
      if (leaves !== size || end !== to)
        return wrong(
          to,
          `the hash tree says ${size} leaves up to ${to}, the batches ${leaves} up to ${end}`,
        )
      let count = 0
      for (const [level, at] of levels.entries()) {
        if (at.hashes.length > 0) compare(level, at)
        count += at.full + (at.hashes.length > 0 ? 1 : 0)
      }
      if (Number(db.prepare("SELECT count(*) AS n FROM tile").get()?.["n"]) !== count)
        wrong(to, "the hash tree holds a tile that is not there")
    },
  }
}

const isSame = (stored: unknown, firsts: ReadonlyArray<Position>): boolean =>
  stored instanceof Uint8Array && equal(stored, bytesOfFirsts(firsts))
