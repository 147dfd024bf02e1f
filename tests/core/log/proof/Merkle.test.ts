import { assert, describe, it } from "@effect/vitest"
import * as fc from "fast-check"
import { createHash } from "node:crypto"
import { toHex } from "../../../../core/kernel/Bytes.ts"
import * as Merkle from "../../../../core/log/proof/Merkle.ts"

const sha = (...parts: ReadonlyArray<Uint8Array>): Buffer =>
  createHash("sha256").update(Buffer.concat(parts)).digest()

/** RFC 6962, section 2.1, word for word: what the tree is, as slow as it may be. */
const naive = (leaves: ReadonlyArray<Uint8Array>): Buffer => {
  if (leaves.length === 0) return sha()
  if (leaves.length === 1) return sha(Uint8Array.of(0), leaves[0])
  let k = 1
  while (k * 2 < leaves.length) k *= 2
  return sha(Uint8Array.of(1), naive(leaves.slice(0, k)), naive(leaves.slice(k)))
}

const head = (of: ReadonlyArray<Uint8Array>): Merkle.Head => ({
  size: of.length,
  root: naive(of),
})

const leavesOf = (size: number): ReadonlyArray<Uint8Array> =>
  Array.from({ length: size }, (_, i) => Uint8Array.of(i & 255, i >> 8))

const subtreeOf =
  (leaves: ReadonlyArray<Uint8Array>): Merkle.Subtree =>
  (level, index) =>
    naive(leaves.slice(index * 2 ** level, (index + 1) * 2 ** level))

const sizes = fc.integer({ min: 1, max: 70 })

describe("the hash tree", () => {
  it("has the roots of the published vectors of certificate transparency", () => {
    const inputs = [
      "",
      "00",
      "10",
      "2021",
      "3031",
      "40414243",
      "5051525354555657",
      "606162636465666768696a6b6c6d6e6f",
    ]
    const leaves = inputs.map((hex) => Uint8Array.from(Buffer.from(hex, "hex")))
    const roots = [0, 1, 2, 3, 8].map((size) => toHex(Merkle.root(size, subtreeOf(leaves))))
    assert.deepStrictEqual(roots, [
      "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855",
      "6e340b9cffb37a989ca544e6bb780a2c78901d3fb33738768511a30617afa01d",
      "fac54203e7cc696cf0dfcb42c92a1d9dbaf70ad9e621f4bd8d98662f00e3c125",
      "aeb6bcfe274b70a14fb067a5e5578264db0fa9b51af5e0ba159158f329e06e77",
      "5dc9da79a70659a9ad559cb701ded9a2ab9d823aad2f4960cfe370eff4604328",
    ])
  })

  it("has the root of the naive tree", () => {
    fc.assert(
      fc.property(sizes, (size) => {
        const leaves = leavesOf(size)
        assert.strictEqual(toHex(Merkle.root(size, subtreeOf(leaves))), toHex(naive(leaves)))
      }),
    )
  })

  it("proves each leaf at its own place, and at no other", () => {
    fc.assert(
      fc.property(sizes, fc.nat(), fc.nat(), (size, a, b) => {
        const leaves = leavesOf(size)
        const index = a % size
        const path = Merkle.inclusionPath(index, size, subtreeOf(leaves))
        const root = naive(leaves)
        const leaf = Merkle.leafHash(leaves[index])
        assert.isTrue(Merkle.isIncluded(leaf, { index, size }, path, root))
        const other = b % size
        const isOther = Merkle.isIncluded(leaf, { index: other, size }, path, root)
        assert.strictEqual(isOther, other === index)
        const wrong = Merkle.isIncluded(
          Merkle.leafHash(Uint8Array.of(9, 9, 9)),
          { index, size },
          path,
          root,
        )
        assert.isFalse(wrong)
        assert.isFalse(Merkle.isIncluded(leaf, { index, size }, [...path, root], root))
        if (path.length > 0)
          assert.isFalse(Merkle.isIncluded(leaf, { index, size }, path.slice(1), root))
      }),
    )
  })

  it("proves that a tree goes on from an earlier one, and from no other", () => {
    fc.assert(
      fc.property(sizes, fc.nat(), fc.nat(), (size, a, b) => {
        const leaves = leavesOf(size)
        const earlier = head(leaves.slice(0, a % (size + 1)))
        const path = Merkle.consistencyPath(earlier.size, size, subtreeOf(leaves))
        const later = head(leaves)
        assert.isTrue(Merkle.isConsistent(earlier, later, path))
        if (earlier.size === 0) return
        const changed = leaves.slice()
        changed[b % earlier.size] = Uint8Array.of(9, 9, 9)
        assert.isFalse(Merkle.isConsistent(head(changed.slice(0, earlier.size)), later, path))
        assert.isFalse(Merkle.isConsistent(earlier, head(changed), path))
        assert.isFalse(Merkle.isConsistent(earlier, later, [...path, later.root]))
      }),
    )
  })

  it("gives no proof where sizes make no sense", () => {
    const leaves = leavesOf(5)
    assert.isFalse(Merkle.isConsistent(head(leaves), head(leaves.slice(0, 3)), []))
    const path = Merkle.inclusionPath(2, 5, subtreeOf(leaves))
    const leaf = Merkle.leafHash(leaves[2])
    for (const index of [-1, 5, 2.5, Number.NaN])
      assert.isFalse(Merkle.isIncluded(leaf, { index, size: 5 }, path, naive(leaves)))
  })
})
