/** How much room a log takes, and how much there is: what it says before it is full. */
import { statfsSync, statSync } from "node:fs"
import { dirname } from "node:path"

/** Said as soon as so much of the bound is taken. */
export const warnRatio = 0.9

export interface Usage {
  /** Of the file and its journal. */
  readonly bytes: number
  /** The log grows to so many at most: its own bound, or what the disk leaves it. */
  readonly bytesMax: number
  readonly boundBy: "setting" | "disk"
  readonly isNear: boolean
}

export const usageOf = (path: string, setting: number | undefined): Usage => {
  const bytes = sizeOf(path) + sizeOf(`${path}-wal`)
  const { bavail, bsize } = statfsSync(dirname(path))
  const onDisk = bytes + bavail * bsize
  const bytesMax = Math.min(setting ?? Infinity, onDisk)
  return {
    bytes,
    bytesMax,
    boundBy: setting !== undefined && setting <= onDisk ? "setting" : "disk",
    isNear: bytes >= warnRatio * bytesMax,
  }
}

const sizeOf = (path: string): number => statSync(path, { throwIfNoEntry: false })?.size ?? 0
