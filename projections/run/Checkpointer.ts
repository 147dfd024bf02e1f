/**
 * Keeps the syncs of an SQLite file off the thread that commits: writes to it go into its journal without a sync, and another thread
 * copies that into the file, synced, whenever it has grown by `journalBytesMax`. What a power cut takes is then the latest, and
 * the file stays whole, since nothing is copied into it that is not on the disk.
 */
import { extname } from "node:path"
import type { DatabaseSync } from "node:sqlite"
import { Worker } from "node:worker_threads"

/** The journal is copied when it has so many bytes more. */
const journalBytesMax = 4 << 20
/** SQLite copies it itself from here on, waiting for the disk: only where the other thread does not come. */
const pagesMax = 16_384

export interface Checkpointer {
  /** So many bytes were written. */
  readonly wrote: (bytes: number) => void
  /** To be called before the file is closed, which copies the rest. */
  readonly end: () => void
}

/** `database` must be in WAL mode and lie in a file. */
export const make = (database: DatabaseSync, path: string): Checkpointer => {
  database.exec(`PRAGMA synchronous = OFF; PRAGMA wal_autocheckpoint = ${pagesMax}`)
  let thread: Worker | undefined
  let isBusy = false
  let waiting = 0

  const start = (): Worker => {
    const started = new Worker(
      new URL(`./checkpointThread${extname(import.meta.url)}`, import.meta.url),
      {
        workerData: path,
      },
    )
    started.on("message", () => {
      isBusy = false
    })
    // Without it the journal grows to `pagesMax`.
    started.on("error", () => {})
    // A process that has nothing else to do may end.
    started.unref()
    return started
  }

  return {
    wrote: (bytes) => {
      waiting += bytes
      if (isBusy || waiting < journalBytesMax) return
      waiting = 0
      isBusy = true
      thread ??= start()
      thread.postMessage("checkpoint", [])
    },
    end: () => {
      thread?.postMessage("end", [])
      database.exec("PRAGMA synchronous = NORMAL")
    },
  }
}
