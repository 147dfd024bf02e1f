/**
 * Looks at a file before SQLite does, reading only: opening a file makes SQLite write beside it or into it, and a file
 * that is not a sound log of ours must stay as it is.
 *
 * Offsets are those of the database header, https://sqlite.org/fileformat2.html section 1.3, big-endian.
 */
import { closeSync, fstatSync, openSync, readSync, statSync } from "node:fs"
import { LogUnavailable } from "../EventLog.ts"

/** "SGTW": marks an SQLite file as a log of ours. */
export const applicationId = 0x53_47_54_57
/** Of the tables in the file; a batch has a format of its own in its bytes. Older ones: `upgrade.ts`. */
export const fileFormat = 2

const headerBytes = 100
const magic = "SQLite format 3\u0000"
const atPageSize = 16
const atWriteVersion = 18
const atReadVersion = 19
const atFractions = 21
const atPages = 28
const atSchemaFormat = 44
const atEncoding = 56
const atUserVersion = 60
const atApplicationId = 68

/** What the path holds: nothing yet, or a log. Throws LogUnavailable for anything else, and errors of the file system. */
export const inspect = (path: string): "absent" | "log" | "older" => {
  const info = statSync(path, { throwIfNoEntry: false })
  if (info === undefined || (info.isFile() && info.size === 0)) return "absent"
  const refuse = (reason: LogUnavailable["reason"], detail: string) =>
    new LogUnavailable({ log: path, reason, detail })
  if (!info.isFile()) throw refuse("unreadable", "is not a file")
  const { header, size } = read(path)
  const view = new DataView(header.buffer)
  const begins = Buffer.from(header.subarray(0, magic.length)).toString("latin1")
  if (begins !== magic) throw refuse("not-a-log", "is not an SQLite file")
  if (size < headerBytes) throw refuse("damaged", `is only ${size} bytes long`)
  if (view.getUint32(atApplicationId) !== applicationId)
    throw refuse("not-a-log", "is an SQLite file of another application")
  const format = view.getUint32(atUserVersion)
  if (format > fileFormat)
    throw refuse("newer-format", `has format ${format}, this build knows up to ${fileFormat}`)
  if (format < 1) throw refuse("damaged", `has format ${format}, which never was`)
  if (!isAsWritten(header, view)) throw refuse("damaged", "has a header that was never written")
  const pageSize = pageSizeOf(view)
  const length = view.getUint32(atPages) * pageSize
  // With a write-ahead log beside it the file may lag behind its header: SQLite completes it from there.
  const hasWal = (statSync(`${path}-wal`, { throwIfNoEntry: false })?.size ?? 0) > 0
  if (!hasWal && (size < length || size % pageSize !== 0))
    throw refuse("damaged", `is cut off: ${size} of ${length} bytes`)
  return format < fileFormat ? "older" : "log"
}

/** Fields that have one value in every file we write (the journal's mode is 1 until it is 2, write-ahead). */
const isAsWritten = (header: Uint8Array, view: DataView): boolean => {
  const pageSize = pageSizeOf(view)
  return (
    pageSize >= 512 &&
    (pageSize & (pageSize - 1)) === 0 &&
    (header[atWriteVersion] === 1 || header[atWriteVersion] === 2) &&
    header[atReadVersion] === header[atWriteVersion] &&
    header[20] === 0 &&
    header[atFractions] === 64 &&
    header[atFractions + 1] === 32 &&
    header[atFractions + 2] === 32 &&
    view.getUint32(atSchemaFormat) === 4 &&
    view.getUint32(atEncoding) === 1 &&
    header.subarray(72, 92).every((byte) => byte === 0)
  )
}

/** 1 stands for 65,536. */
const pageSizeOf = (view: DataView): number => {
  const written = view.getUint16(atPageSize)
  return written === 1 ? 65_536 : written
}

const read = (path: string): { readonly header: Uint8Array; readonly size: number } => {
  const file = openSync(path, "r")
  try {
    const header = new Uint8Array(headerBytes)
    readSync(file, header, 0, headerBytes, 0)
    return { header, size: fstatSync(file).size }
  } finally {
    closeSync(file)
  }
}
