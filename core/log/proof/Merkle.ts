/**
 * The hash tree of RFC 6962, section 2.1, and what it proves. Pure: bytes and numbers in, bytes and truth out.
 *
 * - A tree of n leaves splits at the largest power of two below n; so every tree is made of *perfect subtrees*.
 * - Leaves and nodes are hashed under different first bytes: a node cannot be passed off as a leaf.
 * - Sizes are whole numbers up to 2^53, so halves are divisions and not shifts.
 */
import { sha256 } from "../../crypto/sha256.ts"
import { equal } from "../../kernel/Bytes.ts"
import { invariant } from "../../kernel/invariant.ts"

export type Hash = Uint8Array

const leafByte = Uint8Array.of(0)
const nodeByte = Uint8Array.of(1)

/** Root of a tree without leaves. */
export const emptyRoot: Hash = sha256()

export const leafHash = (data: Uint8Array): Hash => sha256(leafByte, data)

export const nodeHash = (left: Hash, right: Hash): Hash => sha256(nodeByte, left, right)

/** Hash of the perfect subtree of 2^level leaves that is the `index`-th of its level. */
export type Subtree = (level: number, index: number) => Hash

/** Root of the tree of the first `size` leaves. */
export const root = (size: number, subtree: Subtree): Hash =>
  size === 0 ? emptyRoot : rangeHash(0, size, subtree)

/** Sibling hashes from a leaf up to the root: PATH(m, D[n]) of section 2.1.1. */
export const inclusionPath = (
  index: number,
  size: number,
  subtree: Subtree,
): ReadonlyArray<Hash> => {
  invariant(index >= 0 && index < size, `leaf ${index} is in a tree of ${size}`)
  const path: Array<Hash> = []
  let low = 0
  let high = size
  // From the root down; the path is wanted from the leaf up.
  while (high - low > 1) {
    const middle = low + splitOf(high - low)
    if (index < middle) {
      path.push(rangeHash(middle, high, subtree))
      high = middle
    } else {
      path.push(rangeHash(low, middle, subtree))
      low = middle
    }
  }
  return path.toReversed()
}

/** What shows that the first `earlier` leaves are those of the tree of that size: PROOF(m, D[n]) of section 2.1.2. */
export const consistencyPath = (
  earlier: number,
  size: number,
  subtree: Subtree,
): ReadonlyArray<Hash> => {
  invariant(earlier >= 0 && earlier <= size, `${earlier} leaves are some of ${size}`)
  if (earlier === 0 || earlier === size) return []
  const path: Array<Hash> = []
  let low = 0
  let high = size
  // Whether the earlier tree is this whole range, whose hash the reader then has already.
  let isKnown = true
  while (earlier !== high) {
    const middle = low + splitOf(high - low)
    if (earlier <= middle) {
      path.push(rangeHash(middle, high, subtree))
      high = middle
    } else {
      path.push(rangeHash(low, middle, subtree))
      low = middle
      isKnown = false
    }
  }
  if (!isKnown) path.push(rangeHash(low, high, subtree))
  return path.toReversed()
}

/** Whether the path shows that the leaf stands at that index of the tree with that size and root (RFC 9162, 2.1.3.2). */
export const isIncluded = (
  leaf: Hash,
  place: { readonly index: number; readonly size: number },
  path: ReadonlyArray<Hash>,
  expected: Hash,
): boolean => {
  if (!isWhole(place.index) || !isWhole(place.size) || place.index >= place.size) return false
  let index = place.index
  let last = place.size - 1
  let hash = leaf
  for (const sibling of path) {
    if (last === 0) return false
    if (isOdd(index) || index === last) {
      hash = nodeHash(sibling, hash)
      while (!isOdd(index) && index !== 0) {
        index = half(index)
        last = half(last)
      }
    } else hash = nodeHash(hash, sibling)
    index = half(index)
    last = half(last)
  }
  return last === 0 && equal(hash, expected)
}

export interface Head {
  readonly size: number
  readonly root: Hash
}

/** Whether the path shows that the later tree begins with all leaves of the earlier (RFC 9162, 2.1.4.2). */
export const isConsistent = (earlier: Head, later: Head, given: ReadonlyArray<Hash>): boolean => {
  if (!isWhole(earlier.size) || !isWhole(later.size) || earlier.size > later.size) return false
  if (earlier.size === later.size) return given.length === 0 && equal(earlier.root, later.root)
  if (earlier.size === 0) return given.length === 0 && equal(earlier.root, emptyRoot)
  const path = isPowerOfTwo(earlier.size) ? [earlier.root, ...given] : given
  if (path.length === 0) return false
  let index = earlier.size - 1
  let last = later.size - 1
  while (isOdd(index)) {
    index = half(index)
    last = half(last)
  }
  let before = path[0]
  let after = path[0]
  for (const sibling of path.slice(1)) {
    if (last === 0) return false
    if (isOdd(index) || index === last) {
      before = nodeHash(sibling, before)
      after = nodeHash(sibling, after)
      while (!isOdd(index) && index !== 0) {
        index = half(index)
        last = half(last)
      }
    } else after = nodeHash(after, sibling)
    index = half(index)
    last = half(last)
  }
  return last === 0 && equal(before, earlier.root) && equal(after, later.root)
}

/** Leaves `low` to `high`, a range as the tree splits them. */
const rangeHash = (low: number, high: number, subtree: Subtree): Hash => {
  const size = high - low
  if (isPowerOfTwo(size)) return subtree(Math.log2(size), low / size)
  const middle = low + splitOf(size)
  return nodeHash(rangeHash(low, middle, subtree), rangeHash(middle, high, subtree))
}

/** The largest power of two below a size of at least 2. */
const splitOf = (size: number): number => {
  let split = 1
  while (split * 2 < size) split *= 2
  return split
}

const isPowerOfTwo = (value: number): boolean => Number.isInteger(Math.log2(value))
const isOdd = (value: number): boolean => value % 2 === 1
const half = (value: number): number => Math.floor(value / 2)
const isWhole = (value: number): boolean => Number.isSafeInteger(value) && value >= 0
