/**
 * Which process writes a log: who holds the lock on the file beside it (`PATH.lock`).
 *
 * Linux tells in /proc/locks (proc(5)): `1: POSIX ADVISORY WRITE 4711 08:01:131 0 EOF`, the process, then
 * device and inode. Elsewhere nobody tells, and it stays unknown.
 */
import { readFileSync, statSync } from "node:fs"

export const lockHolder = (path: string): number | undefined => {
  try {
    const inode = statSync(`${path}.lock`).ino
    return holderIn(readFileSync("/proc/locks", "utf8"), inode)
  } catch {
    return undefined // no such lock, or a system that does not tell
  }
}

export const holderIn = (locks: string, inode: number): number | undefined => {
  for (const line of locks.split("\n")) {
    const [, pid, held] = /\bWRITE\s+(-?\d+)\s+[0-9a-f]+:[0-9a-f]+:(\d+)\s/.exec(line) ?? []
    // A process in another container has no number here.
    if (Number(held) === inode && Number(pid) > 0) return Number(pid)
  }
  return undefined
}
