/**
 * A copy of a log, made while others read and one writes, and a log made of such a copy.
 *
 * The copy is one moment of the file, whole and without gaps in it (`VACUUM INTO` inside one reading transaction). It
 * appears under its name only when it is complete and on the disk. The parts of the log are copied beside it.
 */
import {
  closeSync,
  copyFileSync,
  existsSync,
  fsyncSync,
  openSync,
  renameSync,
  rmSync,
} from "node:fs"
import { dirname, join } from "node:path"
import { LogUnavailable } from "../EventLog.ts"
import { inspect } from "./fileHeader.ts"
import { openForReading } from "./openFile.ts"
import { pathOf } from "./Parts.ts"
import { lockForWriting } from "./writerLock.ts"

/** Throws LogUnavailable, and what SQLite and the file system throw. A file that is there is not overwritten. */
export const backup = (path: string, to: string): void => {
  refuseExisting(to)
  const unfinished = `${to}.unfinished`
  rmSync(unfinished, { force: true })
  const file = openForReading(path)
  try {
    file.db.prepare("VACUUM INTO ?").run(unfinished)
    for (const part of file.parts.list()) copyPart(pathOf(path, part.file), pathOf(to, part.file))
    finish(unfinished, to)
  } finally {
    file.close()
    rmSync(unfinished, { force: true })
  }
}

/** Makes a log of a backup. Where there is a log already, it stays. */
export const restore = (from: string, path: string): void => {
  if (inspect(from) === "absent")
    throw new LogUnavailable({ log: from, reason: "unreadable", detail: "there is no backup" })
  const unlock = lockForWriting(path)
  try {
    refuseExisting(path)
    const file = openForReading(from)
    try {
      for (const part of file.parts.list())
        copyPart(pathOf(from, part.file), pathOf(path, part.file))
      // Not a copy of the file: what a journal beside it holds belongs to it.
      const unfinished = `${path}.unfinished`
      rmSync(unfinished, { force: true })
      file.db.prepare("VACUUM INTO ?").run(unfinished)
      finish(unfinished, path)
    } finally {
      file.close()
    }
  } finally {
    unlock()
  }
}

const refuseExisting = (path: string): void => {
  if (existsSync(path))
    throw new LogUnavailable({ log: path, reason: "unreadable", detail: "is there already" })
}

/** Parts never change: one that is there is the same. */
const copyPart = (from: string, to: string): void => {
  if (existsSync(to)) return
  const unfinished = `${to}.unfinished`
  copyFileSync(from, unfinished)
  finish(unfinished, to)
}

const finish = (unfinished: string, to: string): void => {
  sync(unfinished)
  renameSync(unfinished, to)
  sync(dirname(join(to)))
}

/** Also of a directory, so that the name of what was put there lasts. */
const sync = (path: string): void => {
  const handle = openSync(path, "r")
  try {
    fsyncSync(handle)
  } finally {
    closeSync(handle)
  }
}
