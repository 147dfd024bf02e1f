/** Puts a slice of a log into a capsule: proofs, snapshots, policies, and the case it belongs to. */
import * as Clock from "effect/Clock"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import type { Position } from "../../../core/event/Envelope.ts"
import * as Rejected from "../../../core/kernel/Rejected.ts"
import * as Checkpoint from "../../../core/log/proof/Checkpoint.ts"
import type * as InclusionProof from "../../../core/log/proof/InclusionProof.ts"
import * as Note from "../../../core/log/proof/Note.ts"
import * as Slab from "../../../core/log/Slab.ts"
import * as Prove from "../../../core/log/sqlite/prove.ts"
import { all } from "../../../projections/all.ts"
import * as Adopted from "../../../projections/policy/Adopted.ts"
import { asOf } from "../../../projections/time/asOf.ts"
import * as Capsule from "../../../projections/time/capsule/Capsule.ts"
import { keptSnapshotsLayer, logKey, logLayer, parseLogAddress } from "../../layers.ts"
import { logFile, reading } from "../log/logFile.ts"
import { ProblemsFound } from "../ProblemsFound.ts"
import { version } from "../version.ts"

/** Most batches in one capsule. */
const batchesMax = 100_000

/** The capsule's text. The slice is widened to whole committed batches: a proof is of a batch. */
export const makeCapsule = Effect.fnUntraced(function* (
  log: string,
  slice: { readonly from: Position; readonly to: Position },
  entries: ReadonlyArray<Capsule.Entry>,
) {
  const path = yield* logFile(log)
  const address = yield* parseLogAddress(log)
  const key = yield* logKey(address, true)
  if (key === undefined)
    return yield* new ProblemsFound({ summary: "the log has no key to sign with" })
  const { id, proofs } = yield* reading(path, (file) => ({
    id: file.id,
    // A slice that ends beyond the log ends with it.
    proofs: proofsOf(
      { from: slice.from, to: Math.min(slice.to, file.batches.end().head) },
      (position) => Prove.prove(file, position, key),
    ),
  }))
  if (Rejected.is(proofs))
    return yield* new ProblemsFound({ summary: `${proofs.where}: ${proofs.detail}` })
  const from = positionsIn(proofs[0])[0]
  const to = positionsIn(proofs[proofs.length - 1])[1]
  const { policies, snapshots } = yield* Effect.gen(function* () {
    const made: Array<Capsule.Capsule["snapshots"][number]> = []
    for (const packed of all)
      made.push(
        yield* packed.open((projection) =>
          Effect.map(asOf(projection, from), (state) => ({
            projection: projection.name,
            version: projection.version,
            position: from,
            text: JSON.stringify(projection.encode(state)),
          })),
        ),
      )
    const { adopted } = yield* asOf(Adopted.projection, to)
    return { snapshots: made, policies: adopted }
  }).pipe(
    Effect.provide(
      Layer.merge(
        Layer.fresh(logLayer(address, { readonly: true })),
        Layer.fresh(keptSnapshotsLayer(address)),
      ),
    ),
  )
  const signer = { name: Checkpoint.originOf(id), key }
  const header: Capsule.Header = {
    format: Capsule.format,
    logId: id,
    key: Note.verifierKey({ name: signer.name, publicKey: key.publicKey }),
    from,
    to,
    version,
    madeMs: yield* Clock.currentTimeMillis,
  }
  const text = Capsule.toText({ header, snapshots, policies, entries, proofs }, signer)
  return { header, text, batches: proofs.length }
})

/** One proof for each batch that holds some of the slice. */
const proofsOf = (
  { from, to }: { readonly from: Position; readonly to: Position },
  prove: (position: Position) => InclusionProof.InclusionProof | Rejected.Rejected,
): ReadonlyArray<InclusionProof.InclusionProof> | Rejected.Rejected => {
  const proofs: Array<InclusionProof.InclusionProof> = []
  for (let position = from; position < to || proofs.length === 0;) {
    if (proofs.length >= batchesMax)
      return Rejected.make("too-large", "slice", `more than ${batchesMax} batches`)
    const proof = prove(position)
    if (Rejected.is(proof)) return proof
    proofs.push(proof)
    position = positionsIn(proof)[1]
  }
  return proofs
}

/** First position of a proof's batch, and one past its last. */
const positionsIn = ({ slab }: InclusionProof.InclusionProof): readonly [Position, Position] => {
  const { events, first } = Slab.headerAsWritten(slab)
  return [first, first + events]
}
