/**
 * A committed batch as records of the log's own stream: its slab (`Slab.ts`), whole or in parts.
 *
 * A server takes so many bytes in one append and no more, and a batch may be larger. It is then written as parts 0 … n-1 in
 * a row, each in an append at its expected revision, and is committed by the last one. Parts that do not follow each
 * other to the last are what a writer left that did not come to an end: nobody was told of them, and readers pass them over.
 *
 * Every part says in its metadata which positions and times the batch holds, so that a position is found by a search.
 */
import { randomId } from "../../crypto/randomId.ts"
import type { Position } from "../../event/Envelope.ts"
import * as Slab from "../Slab.ts"
import type { NewRecord, Record } from "./Server.ts"

export const kind = "sigtwin.commit"

/** Bytes of a slab in one record: with its metadata well below the least that servers take in an append by default, 1 MiB. */
export const partBytesMax = 768 * 1024

/** Parts of a commit: bounds what is read at once to find where one begins. */
export const partsMax = Math.ceil((1 << 26) / partBytesMax)

/** What a part says of its batch. */
export interface Note {
  readonly first: Position
  readonly events: number
  readonly recordedFirstMs: number
  readonly recordedLastMs: number
  readonly part: number
  readonly parts: number
  /** One for all parts. */
  readonly commit: string
}

export interface Commit {
  readonly note: Note
  /** Of its first part, in the log's stream. */
  readonly revision: number
  /** One past its last part. */
  readonly next: number
  readonly slab: Uint8Array
}

export const recordsOf = (slab: Uint8Array): ReadonlyArray<NewRecord> => {
  const { events, first, recordedFirstMs, recordedLastMs } = Slab.headerAsWritten(slab)
  const parts = Math.ceil(slab.length / partBytesMax)
  const commit = randomId()
  return Array.from({ length: parts }, (_, part) => ({
    id: parts === 1 ? commit : randomId(),
    type: kind,
    data: slab.subarray(part * partBytesMax, (part + 1) * partBytesMax),
    metadata: { first, events, recordedFirstMs, recordedLastMs, part, parts, commit },
  }))
}

/** What a record says; undefined where it is no part of a commit. */
export const noteOf = ({ metadata, type }: Record): Note | undefined => {
  if (type !== kind || typeof metadata !== "object" || metadata === null) return undefined
  const field = (name: string): number => Number(Reflect.get(metadata, name))
  const note = {
    first: field("first"),
    events: field("events"),
    recordedFirstMs: field("recordedFirstMs"),
    recordedLastMs: field("recordedLastMs"),
    part: field("part"),
    parts: field("parts"),
    commit: String(Reflect.get(metadata, "commit")),
  }
  const { commit: _, ...numbers } = note
  return Object.values(numbers).every(Number.isFinite) ? note : undefined
}

/** Puts commits together from records in their order, as they come. */
export interface Gathering {
  /** The commit that the record completes, if it does. */
  readonly take: (record: Record) => Commit | undefined
  /** Parts that wait for the rest. */
  readonly waiting: () => number
}

export const gathering = (): Gathering => {
  let parts: Array<Record> = []
  let commit = ""
  return {
    take: (record) => {
      const note = noteOf(record)
      if (note === undefined) return undefined
      if (note.part === 0) {
        parts = []
        ;({ commit } = note)
      }
      const isNext = note.commit === commit && note.part === parts.length
      if (!isNext) {
        parts = []
        commit = ""
        return undefined
      }
      parts.push(record)
      if (parts.length < note.parts) return undefined
      const whole = {
        note,
        revision: parts[0].revision,
        next: record.revision + 1,
        slab: parts.length === 1 ? record.data : joined(parts),
      }
      parts = []
      commit = ""
      return whole
    },
    waiting: () => parts.length,
  }
}

const joined = (parts: ReadonlyArray<Record>): Uint8Array => {
  const bytes = new Uint8Array(parts.reduce((sum, { data }) => sum + data.length, 0))
  let at = 0
  for (const { data } of parts) {
    bytes.set(data, at)
    at += data.length
  }
  return bytes
}
