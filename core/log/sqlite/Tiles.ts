/**
 * The hash tree over the committed batches, kept in *tiles* (the layout of https://c2sp.org/tlog-tiles): tile n of level 0
 * holds leaves 256n to 256n+255, and tile n of level k+1 the roots of so many full tiles of level k.
 *
 * Derived from the batches, outside of commits, and in the order of leaves; so all of it may be thrown away and made
 * again. Behind `to()` is the tail, whose leaves are read from the batches themselves. Beside the leaves, level 0 holds
 * at which position each begins: what finds a position's leaf.
 */
import type { DatabaseSync, SQLOutputValue } from "node:sqlite"
import type { Position } from "../../event/Envelope.ts"
import { invariant } from "../../kernel/invariant.ts"
import * as Merkle from "../proof/Merkle.ts"
import * as Slab from "../Slab.ts"
import type { Batches } from "./Batches.ts"

export const tileHashes = 256
const tileLevels = 8
const hashBytes = 32
/** Leaves taken in by one transaction. */
const advanceLeaves = 16 * tileHashes

/** A leaf: the batch's hash in the tree, and where the batch begins. */
interface Leaf {
  readonly first: Position
  readonly hash: Merkle.Hash
}

export interface Tree {
  readonly size: number
  /** One past the last position in it. */
  readonly head: Position
  readonly subtree: Merkle.Subtree
  readonly root: () => Merkle.Hash
  /** Which leaf holds a position below `head`. */
  readonly leafOf: (position: Position) => number
}

export interface Tiles {
  /** One past the last position that is in the tiles. */
  readonly to: () => Position
  /** Leaves in the tiles. */
  readonly size: () => number
  /** Takes in more batches, up to `head` at the latest; says how far it came. */
  readonly advance: (head: Position) => Position
  /** The tree of all batches below `head`, which is the log's head or was it since the last `advance`. */
  readonly tree: (head: Position) => Tree
}

export const make = (db: DatabaseSync, batches: Batches): Tiles => {
  const get = db.prepare("SELECT value FROM log WHERE key = ?")
  const set = db.prepare("UPDATE log SET value = ? WHERE key = ?")
  const getTile = db.prepare("SELECT hashes, firsts FROM tile WHERE level = ? AND number = ?")
  const putTile = db.prepare("INSERT OR REPLACE INTO tile VALUES (?, ?, ?, ?)")
  /** 0 in a file of the format before. */
  const numberOf = (key: string): number => Number(get.get(key)?.["value"] ?? 0)

  const tileAt = (level: number, number: number): Tile => {
    const row = getTile.get(level, number)
    return {
      hashes: bytesOf(row?.["hashes"]),
      firsts: bytesOf(row?.["firsts"]),
    }
  }

  /** Adds leaves behind the last, and to the levels above what became full by it. Inside a transaction. */
  const addLeaves = (size: number, leaves: ReadonlyArray<Leaf>): void => {
    let from = size
    let hashes = leaves.map(({ hash }) => hash)
    let firsts: Uint8Array | undefined = bytesOfFirsts(leaves.map(({ first }) => first))
    for (let level = 0; hashes.length > 0; level++) {
      const full: Array<Merkle.Hash> = []
      let taken = 0
      while (taken < hashes.length) {
        const number = Math.floor((from + taken) / tileHashes)
        const before = tileAt(level, number)
        const kept = (from + taken) % tileHashes
        const count = Math.min(tileHashes - kept, hashes.length - taken)
        const tile = joined(
          before.hashes.subarray(0, kept * hashBytes),
          hashes.slice(taken, taken + count),
        )
        const places =
          firsts === undefined
            ? null
            : joined(before.firsts.subarray(0, 8 * kept), [
                firsts.subarray(8 * taken, 8 * (taken + count)),
              ])
        putTile.run(level, number, tile, places)
        if (kept + count === tileHashes) full.push(rootOfTile(tile))
        taken += count
      }
      from = Math.floor(from / tileHashes)
      hashes = full
      firsts = undefined
    }
  }

  const treeTo = (head: Position): Tree => {
    const stored = numberOf("tree_size")
    const tail = leavesFrom(batches, numberOf("treed_to"), head)
    const size = stored + tail.length
    const cache = new Map<string, Tile>()
    const cached = (level: number, number: number): Tile => {
      const key = `${level}/${number}`
      const known = cache.get(key) ?? tileAt(level, number)
      cache.set(key, known)
      return known
    }
    const subtree = (level: number, index: number): Merkle.Hash => {
      if (level === 0 && index >= stored) return tail[index - stored].hash
      if (level % tileLevels === 0) {
        const tileLevel = level / tileLevels
        const { hashes } = cached(tileLevel, Math.floor(index / tileHashes))
        const at = (index % tileHashes) * hashBytes
        if (at + hashBytes <= hashes.length) return hashes.subarray(at, at + hashBytes)
        invariant(level > 0, `leaf ${index} is in the tiles`)
      }
      return Merkle.nodeHash(subtree(level - 1, 2 * index), subtree(level - 1, 2 * index + 1))
    }
    const firstOf = (leaf: number): Position => {
      if (leaf >= stored) return tail[leaf - stored].first
      const { firsts } = cached(0, Math.floor(leaf / tileHashes))
      return new DataView(firsts.buffer, firsts.byteOffset).getFloat64(
        8 * (leaf % tileHashes),
        true,
      )
    }
    return {
      size,
      head,
      subtree,
      root: () => Merkle.root(size, subtree),
      leafOf: (position) => {
        let low = 0
        let high = size
        while (high - low > 1) {
          const middle = Math.floor((low + high) / 2)
          if (firstOf(middle) <= position) low = middle
          else high = middle
        }
        return low
      },
    }
  }

  return {
    to: () => numberOf("treed_to"),
    size: () => numberOf("tree_size"),
    advance: (head) => {
      const from = numberOf("treed_to")
      const leaves = leavesFrom(batches, from, head, advanceLeaves)
      if (leaves.length === 0) return from
      const last = leaves[leaves.length - 1]
      const size = numberOf("tree_size")
      db.exec("BEGIN IMMEDIATE")
      try {
        addLeaves(size, leaves)
        set.run(last.next, "treed_to")
        set.run(size + leaves.length, "tree_size")
        db.exec("COMMIT")
      } catch (error) {
        if (db.isTransaction) db.exec("ROLLBACK")
        throw error
      }
      return last.next
    },
    tree: treeTo,
  }
}

interface Tile {
  readonly hashes: Uint8Array
  readonly firsts: Uint8Array
}

interface LeafAt extends Leaf {
  readonly next: Position
}

/** The leaves of the batches from a position that begins one; at least one where there is one. */
const leavesFrom = (
  batches: Batches,
  from: Position,
  head: Position,
  max = Infinity,
): ReadonlyArray<LeafAt> => {
  const leaves: Array<LeafAt> = []
  let position = from
  while (position < head && leaves.length < max) {
    for (const slab of batches.slabsAt(position)) {
      const header = Slab.headerAsWritten(slab)
      if (header.first < position || header.first >= head) continue
      position = header.first + header.events
      leaves.push({ first: header.first, next: position, hash: Merkle.leafHash(Slab.hashOf(slab)) })
    }
  }
  return leaves
}

export const rootOfTile = (tile: Uint8Array): Merkle.Hash =>
  Merkle.root(tileHashes, function subtree(level, index): Merkle.Hash {
    return level === 0
      ? tile.subarray(index * hashBytes, (index + 1) * hashBytes)
      : Merkle.nodeHash(subtree(level - 1, 2 * index), subtree(level - 1, 2 * index + 1))
  })

const joined = (kept: Uint8Array, added: ReadonlyArray<Uint8Array>): Uint8Array =>
  new Uint8Array(Buffer.concat([kept, ...added]))

/** As a tile holds them: f64, little-endian. */
export const bytesOfFirsts = (values: ReadonlyArray<number>): Uint8Array => {
  const bytes = new Uint8Array(8 * values.length)
  const view = new DataView(bytes.buffer)
  for (let i = 0; i < values.length; i++) view.setFloat64(8 * i, values[i], true)
  return bytes
}

const bytesOf = (value: SQLOutputValue | undefined): Uint8Array =>
  value instanceof Uint8Array ? value : new Uint8Array()
