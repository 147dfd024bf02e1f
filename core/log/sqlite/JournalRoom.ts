/**
 * Room in SQLite's write-ahead file, written with zeros beforehand: a commit then overwrites blocks that the file has, and
 * its sync need not write the file's size and places too. That is half of what the sync of a small commit takes (measured,
 * see docs/performance.md), and less than appending to a bare file costs.
 *
 * SQLite reads its file up to the last frame that carries the salt of its header, so zeros behind it say nothing. Only
 * the process that holds the writer's lock writes here, and between two commits: nothing of SQLite's is overwritten.
 */
import { closeSync, fdatasyncSync, fstatSync, openSync, statfsSync, writeSync } from "node:fs"
import { dirname } from "node:path"

/** A log that took so many commits since it was opened is worth its room. */
const commitsMin = 32
/** The write-ahead file begins anew at 8 MiB (`database.ts`), or where the last commit before that ended. */
const roomBytes = 10 << 20
/** None is made where the disk has less left. */
const diskBytesMin = 1 << 28

export interface JournalRoom {
  /** A commit was made. After some it makes the room, once; where that fails commits go on without. */
  readonly used: () => void
}

export const make = (path: string): JournalRoom => {
  let commits = 0
  return {
    used: () => {
      if (++commits !== commitsMin) return
      try {
        extend(`${path}-wal`)
      } catch {
        // A commit that finds no room says so itself.
      }
    },
  }
}

const extend = (journal: string): void => {
  const { bavail, bsize } = statfsSync(dirname(journal))
  if (bavail * bsize < diskBytesMin) return
  const file = openSync(journal, "r+")
  try {
    const { size } = fstatSync(file)
    if (size >= roomBytes) return
    writeSync(file, new Uint8Array(roomBytes - size), 0, roomBytes - size, size)
    fdatasyncSync(file)
  } finally {
    closeSync(file)
  }
}
