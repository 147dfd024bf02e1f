/** What a log's file is and holds, without reading it through. */
import type { Position } from "../../event/Envelope.ts"
import { fileFormat } from "./fileHeader.ts"
import { openForReading } from "./openFile.ts"
import type { Part } from "./Parts.ts"
import { type Usage, usageOf } from "./usage.ts"

export interface LogFileInfo {
  readonly id: string
  readonly format: number
  /** Of this build; a file of an older one is brought up to it by the next process that writes it. */
  readonly formatNow: number
  readonly events: Position
  /** Committed. */
  readonly batches: number
  readonly rows: number
  readonly recordedFirstMs: number | null
  readonly recordedLastMs: number | null
  /** Base64 is for `proof/`; this is the root as hex. */
  readonly root: Uint8Array
  readonly indexedTo: Position
  readonly treedTo: Position
  readonly checkpoint: { readonly size: number; readonly head: Position } | null
  readonly parts: ReadonlyArray<Part>
  readonly usage: Usage
}

/** Throws LogUnavailable, and what SQLite and the file system throw. */
export const infoOf = (path: string, bytesMax: number | undefined): LogFileInfo => {
  const file = openForReading(path)
  try {
    const { batches, checkpoints, db, id, index, parts, tiles } = file
    // One moment of the file, whoever writes.
    db.exec("BEGIN")
    const end = batches.end()
    const newest = checkpoints.newest()
    const tree = tiles.tree(end.head)
    const first = batches.spanBelow(1)
    return {
      id,
      format: Number(db.prepare("PRAGMA user_version").get()?.["user_version"]),
      formatNow: fileFormat,
      events: end.head,
      batches: tree.size,
      rows: Number(db.prepare("SELECT count(*) AS n FROM batch").get()?.["n"]),
      recordedFirstMs: first?.recordedFirstMs ?? null,
      recordedLastMs: end.head === 0 ? null : end.recordedMs,
      root: tree.root(),
      indexedTo: index.to(),
      treedTo: tiles.to(),
      checkpoint: newest === undefined ? null : { size: newest.size, head: newest.head },
      parts: parts.list(),
      usage: usageOf(path, bytesMax),
    }
  } finally {
    file.close()
  }
}
