/**
 * Proof that a batch of events is in the log, as a text that stands alone: https://c2sp.org/tlog-proof.
 *
 * ```
 * c2sp.org/tlog-proof@v1
 * extra BASE64          32 bytes, the hash of the slab before; then the slab itself
 * index 4711            which committed batch it is
 * BASE64 …              siblings of its leaf, from the leaf up
 *
 * CHECKPOINT            signed
 * ```
 * The leaf is the slab's own hash (`Slab.ts`), which is over the hash before it and every byte of the slab. So whoever
 * has the log's public key needs nothing else to know that these events are in it, at these positions.
 */
import * as Rejected from "../../kernel/Rejected.ts"
import type { Recorded } from "../../event/Envelope.ts"
import * as Slab from "../Slab.ts"
import * as Base64 from "./Base64.ts"
import * as Checkpoint from "./Checkpoint.ts"
import * as Merkle from "./Merkle.ts"
import type * as Note from "./Note.ts"

export interface InclusionProof {
  /** Which of the committed batches it is. */
  readonly index: number
  /** Hash of the slab before. */
  readonly previous: Uint8Array
  readonly slab: Uint8Array
  readonly path: ReadonlyArray<Merkle.Hash>
  /** Signed note. */
  readonly checkpoint: string
}

/** Longest text read: a slab has 64 MiB at most, and base64 makes four characters of three bytes. */
export const charsMax = 100_000_000

const firstLine = "c2sp.org/tlog-proof@v1"

export const toText = ({ checkpoint, index, path, previous, slab }: InclusionProof): string =>
  [
    firstLine,
    `extra ${Base64.encode(joined(previous, slab))}`,
    `index ${index}`,
    ...path.map(Base64.encode),
    "",
    checkpoint,
  ].join("\n")

export const fromText = (text: string): InclusionProof | Rejected.Rejected => {
  const end = text.indexOf("\n\n")
  const [first, extra, place, ...encoded] = text.slice(0, end).split("\n")
  if (end < 0 || first !== firstLine) return rejected("line 1", `not a ${firstLine}`)
  const bytes = extra?.startsWith("extra ") ? Base64.decode(extra.slice(6)) : undefined
  if (bytes === undefined || bytes.length < 32)
    return rejected("line 2", "holds no batch of events")
  const index = /^index (0|[1-9]\d{0,15})$/.exec(place ?? "")?.[1]
  if (index === undefined) return rejected("line 3", "names no index")
  const path: Array<Merkle.Hash> = []
  for (const [i, line] of encoded.entries()) {
    const hash = Base64.decode(line)
    if (hash?.length !== 32) return rejected(`line ${4 + i}`, "is no hash")
    path.push(hash)
  }
  return {
    index: Number(index),
    previous: bytes.subarray(0, 32),
    slab: bytes.subarray(32),
    path,
    checkpoint: text.slice(end + 2),
  }
}

export interface Proven {
  readonly checkpoint: Checkpoint.Checkpoint
  readonly index: number
  /** The whole batch, in its order. */
  readonly events: ReadonlyArray<Recorded>
}

/** What the proof proves to whoever believes the verifier; Rejected where it proves nothing. */
export const verified = (
  proof: InclusionProof,
  verifier: Note.Verifier,
): Proven | Rejected.Rejected => {
  const checkpoint = Checkpoint.opened(proof.checkpoint, verifier)
  if (Rejected.is(checkpoint)) return checkpoint
  const events = Slab.decode(proof.slab)
  if (Rejected.is(events)) return rejected("line 2", Rejected.toText(events))
  if (!Slab.follows(proof.slab, proof.previous))
    return rejected("line 2", "the batch's hash is not that of its bytes")
  const leaf = Merkle.leafHash(Slab.hashOf(proof.slab))
  const { index, path } = proof
  return Merkle.isIncluded(leaf, { index, size: checkpoint.size }, path, checkpoint.root)
    ? { checkpoint, index, events }
    : rejected("path", "does not lead from the batch to the checkpoint's root")
}

const joined = (a: Uint8Array, b: Uint8Array): Uint8Array => {
  const both = new Uint8Array(a.length + b.length)
  both.set(a)
  both.set(b, a.length)
  return both
}

const rejected = (where: string, detail: string): Rejected.Rejected =>
  Rejected.make("proof", where, detail)
