/**
 * A capsule: an investigation in one file, which needs nothing else to be looked into. The format is
 * docs/formats/capsule.md.
 *
 * - The slice of the log stands in it as proofs of inclusion: whole committed batches, each with its path to a checkpoint
 *   that the log signed. So whoever has the log's public key knows that these events are in the log, at these
 *   positions, unchanged.
 * - What lies before the slice stands in it as snapshots. They are not proven by the log's tree; the seal says who
 *   made them.
 * - Keys are never in it, and payloads only as the log holds them: sealed.
 */
import { sha256 } from "../../../core/crypto/sha256.ts"
import type { Position, Recorded } from "../../../core/event/Envelope.ts"
import * as Rejected from "../../../core/kernel/Rejected.ts"
import * as Base64 from "../../../core/log/proof/Base64.ts"
import * as InclusionProof from "../../../core/log/proof/InclusionProof.ts"
import * as Note from "../../../core/log/proof/Note.ts"
import type { Json } from "../../Projection.ts"
import type { Snapshot } from "../../run/Snapshots.ts"

export const format = "sigtwin-capsule@v1"

/** Longest text read, in characters: what a string may hold with room to spare. */
export const charsMax = 400_000_000

export interface Header {
  readonly format: typeof format
  readonly logId: string
  /** The log's public key, `NAME+ID+KEY`. To be compared with one had from the log's owner. */
  readonly key: string
  /** First position in the slice, and one past its last. */
  readonly from: Position
  readonly to: Position
  /** Of the program that made it. */
  readonly version: string
  readonly madeMs: number
}

/** A line of a case: what was pinned, noted, found. */
export type Entry = { readonly [key: string]: Json }

/** What a sealed payload of the slice says, known by the digest that stands beside it in the log. */
export interface Plain {
  readonly digest: string
  readonly hex: string
}

export interface Capsule {
  readonly header: Header
  readonly snapshots: ReadonlyArray<Pick<Snapshot, "projection" | "version" | "position" | "text">>
  readonly proofs: ReadonlyArray<InclusionProof.InclusionProof>
  /** Adopted before the slice's end, newest last. */
  readonly policies: ReadonlyArray<Json>
  readonly entries: ReadonlyArray<Entry>
  /** None unless they were asked for. */
  readonly payloads: ReadonlyArray<Plain>
}

export interface Opened extends Capsule {
  readonly events: ReadonlyArray<Recorded>
  /** Batches whose proofs hold, and what does not hold. */
  readonly proven: number
  readonly problems: ReadonlyArray<string>
}

export const toText = (capsule: Capsule, signer: Note.Signer): string => {
  const lines = [
    { header: capsule.header },
    ...capsule.snapshots.map((snapshot) => ({ snapshot })),
    ...capsule.policies.map((policy) => ({ policy })),
    ...capsule.entries.map((entry) => ({ entry })),
    ...capsule.payloads.map((payload) => ({ payload })),
    ...capsule.proofs.map((proof) => ({ proof: InclusionProof.toText(proof) })),
  ].map((line) => JSON.stringify(line))
  const body = `${lines.join("\n")}\n`
  return `${body}${JSON.stringify({ seal: Note.signed(sealText(body), signer) })}\n`
}

/**
 * Reads a capsule and checks it. `verifier`: whom to believe; the key that the capsule itself names where none is given, which
 * shows only that it is whole. Rejected where it is no capsule; what does not hold is among the problems.
 */
export const open = (text: string, verifier?: Note.Verifier): Opened | Rejected.Rejected => {
  if (text.length > charsMax) return rejected("file", `more than ${charsMax} characters`)
  const end = text.lastIndexOf("\n", text.length - 2) + 1
  const body = text.slice(0, end)
  const parts: Array<Readonly<Record<string, unknown>>> = []
  for (const [i, line] of text.trimEnd().split("\n").entries()) {
    const part = parsed(line)
    if (part === undefined) return rejected(`line ${i + 1}`, "is no JSON object")
    parts.push(part)
  }
  const header = headerOf(parts[0]?.["header"])
  if (header === undefined) return rejected("line 1", `no header of a ${format}`)
  const own = Note.parseVerifierKey(header.key)
  if (Rejected.is(own)) return rejected("line 1", `its key: ${own.detail}`)
  const believed = verifier ?? own
  const problems: Array<string> = []
  const seal = parts.at(-1)?.["seal"]
  const sealed = typeof seal === "string" ? Note.opened(seal, believed) : undefined
  if (sealed === undefined) problems.push("it has no seal")
  else if (Rejected.is(sealed)) problems.push(`the seal: ${sealed.detail}`)
  else if (sealed !== sealText(body)) problems.push("the seal is over another content")
  const proofs: Array<InclusionProof.InclusionProof> = []
  const events: Array<Recorded> = []
  let next = header.from
  for (const [i, part] of parts.entries()) {
    if (typeof part["proof"] !== "string") continue
    const proof = InclusionProof.fromText(part["proof"])
    if (Rejected.is(proof)) return rejected(`line ${i + 1}`, `no proof: ${proof.detail}`)
    const proven = InclusionProof.verified(proof, believed)
    if (Rejected.is(proven)) {
      problems.push(`the batch of line ${i + 1}: ${proven.detail}`)
      continue
    }
    const first = proven.events[0]?.position
    if (first !== next) problems.push(`events ${next} to ${(first ?? next) - 1} are missing`)
    proofs.push(proof)
    for (const recorded of proven.events) events.push(recorded)
    next = (events.at(-1)?.position ?? next) + 1
  }
  if (next !== header.to) problems.push(`it ends at ${next - 1}, not at ${header.to - 1}`)
  return {
    header,
    // A capsule's lines of that kind, whose seal was checked.
    snapshots: parts.flatMap(({ snapshot }) => (isSnapshot(snapshot) ? [snapshot] : [])),
    policies: parts.flatMap(({ policy }) => (policy === undefined ? [] : [policy as Json])), // as above
    entries: parts.flatMap(({ entry }) => (entry === undefined ? [] : [entry as Entry])), // as above
    payloads: parts.flatMap(({ payload }) => (isPlain(payload) ? [payload] : [])),
    proofs,
    events,
    proven: proofs.length,
    problems,
  }
}

const sealText = (body: string): string =>
  `${format}\n${Base64.encode(sha256(new TextEncoder().encode(body)))}\n`

const parsed = (line: string): Readonly<Record<string, unknown>> | undefined => {
  try {
    const value: unknown = JSON.parse(line)
    return typeof value === "object" && value !== null && !Array.isArray(value)
      ? { ...value }
      : undefined
  } catch {
    return undefined
  }
}

const headerOf = (value: unknown): Header | undefined => {
  if (typeof value !== "object" || value === null) return undefined
  const given: Readonly<Record<string, unknown>> = { ...value }
  const { format: name, from, key, logId, madeMs, to, version } = given
  return name === format &&
    typeof logId === "string" &&
    typeof key === "string" &&
    isPosition(from) &&
    isPosition(to) &&
    typeof version === "string" &&
    typeof madeMs === "number"
    ? { format, logId, key, from, to, version, madeMs }
    : undefined
}

const isPosition = (value: unknown): value is Position =>
  typeof value === "number" && Number.isSafeInteger(value) && value >= 0

const isSnapshot = (value: unknown): value is Capsule["snapshots"][number] =>
  typeof value === "object" &&
  value !== null &&
  "projection" in value &&
  typeof value.projection === "string" &&
  "version" in value &&
  typeof value.version === "number" &&
  "position" in value &&
  typeof value.position === "number" &&
  "text" in value &&
  typeof value.text === "string"

const isPlain = (value: unknown): value is Plain =>
  typeof value === "object" &&
  value !== null &&
  "digest" in value &&
  typeof value.digest === "string" &&
  "hex" in value &&
  typeof value.hex === "string" &&
  /^([0-9a-f]{2})*$/.test(value.hex)

const rejected = (where: string, detail: string): Rejected.Rejected =>
  Rejected.make("capsule", where, detail)
