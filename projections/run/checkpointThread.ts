/**
 * A thread that copies an SQLite file's write-ahead journal into the file, with the syncs that takes, each time it is told
 * to: who writes the journal waits for no disk. It ends when it is told `end`. See `Checkpointer.ts`.
 */
import { DatabaseSync } from "node:sqlite"
import { parentPort, workerData } from "node:worker_threads"

/** How long to wait for another process that writes. */
const busyMs = 2_000

const database = new DatabaseSync(String(workerData), { timeout: busyMs })
database.exec("PRAGMA synchronous = NORMAL")

parentPort?.on("message", (told: "checkpoint" | "end") => {
  if (told === "end") {
    database.close()
    parentPort?.close()
    return
  }
  try {
    database.exec("PRAGMA wal_checkpoint(PASSIVE)")
  } catch {
    // The journal grows on, and is copied the next time.
  }
  parentPort?.postMessage("done", [])
})
