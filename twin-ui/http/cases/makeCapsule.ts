/** Puts a slice of a log into a capsule: proofs, snapshots, policies, and the case it belongs to. */
import * as Clock from "effect/Clock"
import * as Effect from "effect/Effect"
import * as Schema from "effect/Schema"
import type { SigningKey } from "../../../core/crypto/ed25519.ts"
import type { Position } from "../../../core/event/Envelope.ts"
import type { Event } from "../../../core/event/Event.ts"
import * as Rejected from "../../../core/kernel/Rejected.ts"
import { EventLog } from "../../../core/log/EventLog.ts"
import * as Checkpoint from "../../../core/log/proof/Checkpoint.ts"
import type * as InclusionProof from "../../../core/log/proof/InclusionProof.ts"
import * as Note from "../../../core/log/proof/Note.ts"
import * as Slab from "../../../core/log/Slab.ts"
import { attempt } from "../../../core/log/sqlite/failure.ts"
import type { OpenFile } from "../../../core/log/sqlite/openFile.ts"
import * as Prove from "../../../core/log/sqlite/prove.ts"
import { reading } from "../../../core/log/sqlite/reading.ts"
import { all } from "../../../projections/all.ts"
import * as Adopted from "../../../projections/policy/Adopted.ts"
import { asOf } from "../../../projections/time/asOf.ts"
import * as Capsule from "../../../projections/time/capsule/Capsule.ts"
import type { CaseEvent } from "../../api/Cases.ts"

/** Most batches in one capsule. */
const batchesMax = 100_000
/** Batches proved before somebody else has a turn. */
const batchesInTurn = 16
/** Positions around what is pinned that go into a capsule where nobody says how many. */
export const aroundDefault = 1_000

/** No capsule can be made of this. */
export class CapsuleUnmade extends Schema.TaggedError<CapsuleUnmade>()("CapsuleUnmade", {
  detail: Schema.String,
}) {}

/** Positions `from` to `to`, the latter not included. */
export interface Slice {
  readonly from: Position
  readonly to: Position
}

/** What is asked for, else what lies around all that is pinned or bookmarked; undefined where nothing is. `last` is in it. */
export const sliceOf = (
  entries: ReadonlyArray<CaseEvent>,
  asked: { readonly from: Position | undefined; readonly last: Position | undefined },
): Slice | undefined => {
  const places = entries.flatMap((entry) => ("position" in entry ? [entry.position] : []))
  const from = asked.from ?? Math.max(0, Math.min(...places) - aroundDefault)
  const last = asked.last ?? Math.max(...places) + aroundDefault
  return Number.isFinite(from) && Number.isFinite(last) ? { from, to: last + 1 } : undefined
}

export interface Made {
  readonly header: Capsule.Header
  readonly text: string
  readonly batches: number
}

/** What a log is made a capsule of with. */
export interface Source {
  /** Of its file. */
  readonly path: string
  readonly key: SigningKey
  /** Of this program. */
  readonly version: string
  /** The payload of an event in plain, hex, where it is to be in the capsule. */
  readonly payloadOf: (event: Event) => string | undefined
}

/** Of the log in a file, signed with its key. The slice is widened to whole committed batches: a proof is of a batch. */
export const makeCapsule = Effect.fnUntraced(function* (
  { key, path, payloadOf, version }: Source,
  slice: Slice,
  entries: ReadonlyArray<CaseEvent>,
) {
  const { info } = yield* EventLog
  const proofs = yield* reading(path, (file) => proofsOf(file, path, slice, key))
  const from = positionsIn(proofs[0])[0]
  const to = positionsIn(proofs[proofs.length - 1])[1]
  const snapshots: Array<Capsule.Capsule["snapshots"][number]> = []
  for (const packed of all)
    snapshots.push(
      yield* packed.open((projection) =>
        Effect.map(asOf(projection, from), (state) => ({
          projection: projection.name,
          version: projection.version,
          position: from,
          text: JSON.stringify(projection.encode(state)),
        })),
      ),
    )
  const { adopted: policies } = yield* asOf(Adopted.projection, to)
  const signer = { name: Checkpoint.originOf(info.id), key }
  const header: Capsule.Header = {
    format: Capsule.format,
    logId: info.id,
    key: Note.verifierKey({ name: signer.name, publicKey: key.publicKey }),
    from,
    to,
    version,
    madeMs: yield* Clock.currentTimeMillis,
  }
  const payloads = payloadsOf(proofs, payloadOf)
  const text = Capsule.toText({ header, snapshots, policies, entries, payloads, proofs }, signer)
  const made: Made = { header, text, batches: proofs.length }
  return made
})

/** One proof for each batch that holds some of the slice; at least one. */
const proofsOf = Effect.fnUntraced(function* (
  file: OpenFile,
  path: string,
  { from, to }: Slice,
  key: SigningKey,
) {
  const proofs: Array<InclusionProof.InclusionProof> = []
  // A slice that ends beyond the log ends with it.
  const end = yield* attempt(path, () => Math.min(to, file.batches.end().head))
  for (let position = from; position < end || proofs.length === 0;) {
    if (proofs.length >= batchesMax)
      return yield* new CapsuleUnmade({
        detail: `positions ${from} to ${to - 1} lie in more than ${batchesMax} batches`,
      })
    if (proofs.length % batchesInTurn === 0) yield* Effect.yieldNow
    const at = position
    const proof = yield* attempt(path, () => Prove.prove(file, at, key))
    if (Rejected.is(proof))
      return yield* new CapsuleUnmade({ detail: `${proof.where}: ${proof.detail}` })
    proofs.push(proof)
    position = positionsIn(proof)[1]
  }
  return proofs
})

const payloadsOf = (
  proofs: ReadonlyArray<InclusionProof.InclusionProof>,
  payloadOf: Source["payloadOf"],
): ReadonlyArray<Capsule.Plain> => {
  const found = new Map<string, Capsule.Plain>()
  for (const { slab } of proofs) {
    const events = Slab.decode(slab)
    if (Rejected.is(events)) continue
    for (const { event } of events) {
      const digest = digestIn(event)
      const hex = digest === undefined ? undefined : payloadOf(event)
      if (digest !== undefined && hex !== undefined) found.set(digest, { digest, hex })
    }
  }
  return [...found.values()]
}

const digestIn = (event: Event): string | undefined => {
  if (event._tag === "FrameHeard" || event._tag === "MessageReported") return event.payload?.digest
  return event._tag === "BytesHeard" ? event.bytes.digest : undefined
}

/** First position of a proof's batch, and one past its last. */
const positionsIn = ({ slab }: InclusionProof.InclusionProof): readonly [Position, Position] => {
  const { events, first } = Slab.headerAsWritten(slab)
  return [first, first + events]
}
