/**
 * `log-scan`: events a second read from the file and decoded, through the port. Reference: reading the same rows from
 * SQLite and decoding nothing.
 */
import * as Effect from "effect/Effect"
import * as Stream from "effect/Stream"
import { mkdtempSync, rmSync } from "node:fs"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { DatabaseSync } from "node:sqlite"
import { EventLog } from "../../core/log/EventLog.ts"
import * as Sqlite from "../../core/log/sqlite.ts"
import { type Bench, processorSeconds, row, secondsOf, type Size } from "./Bench.ts"
import { appendsOf } from "./logEvents.ts"

const perCommit = 1000
const commits: Record<Size, number> = { tiny: 2, full: 400 }
/** Scans of the whole log; the best counts. */
const rounds: Record<Size, number> = { tiny: 1, full: 5 }

export const bench: Bench = {
  name: "log-scan",
  run: async (size) => {
    const directory = mkdtempSync(join(tmpdir(), "sigtwin-bench-"))
    try {
      const path = join(directory, "log.db")
      const count = commits[size] * perCommit
      await Effect.runPromise(fill(count).pipe(Effect.provide(Sqlite.layer(path))))
      const scans = await Effect.runPromise(
        Effect.all(Array.from({ length: rounds[size] }, () => scan)).pipe(
          Effect.provide(Sqlite.layer(path)),
        ),
      )
      const blobs = Math.min(
        ...Array.from({ length: rounds[size] }, () => secondsOf(() => readBlobs(path))),
      )
      return [
        row({
          bench: "log-scan",
          metric: "decoded, to reading the rows alone",
          value: count / Math.min(...scans.map(({ seconds }) => seconds)),
          unit: "events/s",
          reference: count / blobs,
          digest: String(scans[0].sum),
        }),
        row({
          bench: "log-scan",
          metric: "decoded a second of the processor",
          value: count / Math.min(...scans.map(({ processor }) => processor)),
          unit: "events/s",
          reference: null,
        }),
      ]
    } finally {
      rmSync(directory, { recursive: true })
    }
  },
}

const fill = (count: number) =>
  Effect.gen(function* () {
    const log = yield* EventLog
    for (const events of appendsOf(count, perCommit)) yield* log.append(events)
  })

/** Looks at a field of each event, so that nothing can be left out. */
const scan = Effect.gen(function* () {
  const log = yield* EventLog
  const processorBefore = processorSeconds()
  const start = performance.now()
  const sum = yield* log.read(0).pipe(
    Stream.runFold(
      () => 0,
      (total, batch) =>
        batch.reduce(
          (so, { revision, event }) =>
            so + revision + (event._tag === "FrameHeard" ? event.seq : 1),
          total,
        ),
    ),
  )
  const seconds = (performance.now() - start) / 1000
  return { sum, seconds, processor: processorSeconds() - processorBefore }
})

const readBlobs = (path: string): void => {
  const db = new DatabaseSync(path, { readOnly: true })
  const next = db.prepare(
    "SELECT first, events, bytes FROM batch WHERE first >= ? ORDER BY first LIMIT 1",
  )
  let position = 0
  for (let found = next.get(0); found !== undefined; found = next.get(position))
    position = Number(found["first"]) + Number(found["events"])
  db.close()
}
