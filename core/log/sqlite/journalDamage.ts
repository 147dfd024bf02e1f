/**
 * Finds damage in the write-ahead journal that a crash left, before SQLite reads it: SQLite takes the frames up to the first that is
 * not as written for all there are, which is right for a commit that the crash cut off, and would lose every commit that was
 * acknowledged behind a flipped bit.
 *
 * A commit is synced before the next begins, so at most one is unfinished: where two or more end at or behind the first frame
 * that is wrong, one of them was acknowledged. The last commit itself cannot be told from one that was cut off.
 *
 * Layout and checksum: https://sqlite.org/fileformat2.html section 4, "The Write-Ahead Log"; numbers are big-endian.
 */
import { readFileSync } from "node:fs"

const headerBytes = 32
const frameHeaderBytes = 24
const magicLittle = 0x37_7f_06_82
const magicBig = 0x37_7f_06_83
const atPageSize = 8
const atSalts = 16
const atChecksum = 24
const atFrameCommit = 4
const atFrameSalts = 8
const atFrameChecksum = 16

/** What is wrong with the journal beside a log that nobody writes; undefined where nothing is. Throws what the file system throws. */
export const journalDamage = (path: string): string | undefined => {
  const bytes = readJournal(`${path}-wal`)
  if (bytes === undefined || bytes.length < headerBytes) return undefined
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength)
  const header = bytes.subarray(0, headerBytes)
  if (header.every((byte) => byte === 0)) return undefined
  const magic = view.getUint32(0)
  const sum: Sum = { isLittle: magic === magicLittle, first: 0, second: 0 }
  add(sum, view, 0, atChecksum)
  const pageSize = view.getUint32(atPageSize)
  const isHeader =
    (magic === magicLittle || magic === magicBig) &&
    sum.first === view.getUint32(atChecksum) &&
    sum.second === view.getUint32(atChecksum + 4)
  if (!isHeader) return "its journal begins with a header that was never written"
  const frameBytes = frameHeaderBytes + pageSize
  const frames = Math.floor((bytes.length - headerBytes) / frameBytes)
  const isOfNow = (at: number): boolean =>
    view.getUint32(at + atFrameSalts) === view.getUint32(atSalts) &&
    view.getUint32(at + atFrameSalts + 4) === view.getUint32(atSalts + 4)
  let frame = 0
  for (; frame < frames; frame++) {
    const at = headerBytes + frame * frameBytes
    if (!isOfNow(at)) break
    add(sum, view, at, at + atFrameSalts)
    add(sum, view, at + frameHeaderBytes, at + frameBytes)
    if (
      sum.first !== view.getUint32(at + atFrameChecksum) ||
      sum.second !== view.getUint32(at + atFrameChecksum + 4)
    )
      break
  }
  let commits = 0
  for (let behind = frame; behind < frames && commits < 2; behind++) {
    const at = headerBytes + behind * frameBytes
    if (isOfNow(at) && view.getUint32(at + atFrameCommit) !== 0) commits++
  }
  return commits < 2
    ? undefined
    : `its journal is damaged at byte ${headerBytes + frame * frameBytes}, and commits stand behind`
}

interface Sum {
  readonly isLittle: boolean
  first: number
  second: number
}

/** Takes in bytes, eight at a time. */
const add = (sum: Sum, view: DataView, from: number, to: number): void => {
  const { isLittle } = sum
  let { first, second } = sum
  for (let at = from; at < to; at += 8) {
    first = (first + view.getUint32(at, isLittle) + second) >>> 0
    second = (second + view.getUint32(at + 4, isLittle) + first) >>> 0
  }
  sum.first = first
  sum.second = second
}

const readJournal = (path: string): Uint8Array | undefined => {
  try {
    return readFileSync(path)
  } catch (error) {
    if (error instanceof Error && "code" in error && error.code === "ENOENT") return undefined
    throw error
  }
}
