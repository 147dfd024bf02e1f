/**
 * Proof that a log of one checkpoint goes on from that of an earlier one: nothing was changed or taken out between.
 *
 * ```
 * sigtwin/consistency-proof@v1
 * BASE64 …              hashes, RFC 6962 section 2.1.2
 *
 * CHECKPOINT            the earlier, signed
 *
 * CHECKPOINT            the later, signed
 * ```
 */
import * as Rejected from "../../kernel/Rejected.ts"
import * as Base64 from "./Base64.ts"
import * as Checkpoint from "./Checkpoint.ts"
import * as Merkle from "./Merkle.ts"
import type * as Note from "./Note.ts"

export interface ConsistencyProof {
  readonly path: ReadonlyArray<Merkle.Hash>
  /** Signed notes. */
  readonly earlier: string
  readonly later: string
}

export const firstLine = "sigtwin/consistency-proof@v1"

export const toText = ({ earlier, later, path }: ConsistencyProof): string =>
  [firstLine, ...path.map(Base64.encode), "", earlier, later].join("\n")

export const fromText = (text: string): ConsistencyProof | Rejected.Rejected => {
  // Each note is a text, an empty line, and signatures.
  const [head, earlierText, earlierSigned, laterText, ...rest] = text.split("\n\n")
  const [first, ...encoded] = head.split("\n")
  if (first !== firstLine) return rejected("line 1", `not a ${firstLine}`)
  const [laterSigned] = rest
  if (
    earlierSigned === undefined ||
    laterText === undefined ||
    laterSigned === undefined ||
    rest.length !== 1
  )
    return rejected("checkpoints", "not two signed checkpoints")
  const path: Array<Merkle.Hash> = []
  for (const [i, line] of encoded.entries()) {
    const hash = Base64.decode(line)
    if (hash?.length !== 32) return rejected(`line ${2 + i}`, "is no hash")
    path.push(hash)
  }
  return {
    path,
    earlier: `${earlierText}\n\n${earlierSigned}\n`,
    later: `${laterText}\n\n${laterSigned}`,
  }
}

export interface Consistent {
  readonly earlier: Checkpoint.Checkpoint
  readonly later: Checkpoint.Checkpoint
}

export const verified = (
  proof: ConsistencyProof,
  verifier: Note.Verifier,
): Consistent | Rejected.Rejected => {
  const earlier = Checkpoint.opened(proof.earlier, verifier)
  if (Rejected.is(earlier)) return earlier
  const later = Checkpoint.opened(proof.later, verifier)
  if (Rejected.is(later)) return later
  return Merkle.isConsistent(earlier, later, proof.path)
    ? { earlier, later }
    : rejected("path", `does not lead from size ${earlier.size} to size ${later.size}`)
}

const rejected = (where: string, detail: string): Rejected.Rejected =>
  Rejected.make("proof", where, detail)
