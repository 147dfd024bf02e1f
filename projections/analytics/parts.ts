/**
 * Sealed parts: what was recorded on a day, as a Parquet file for each table, once the day is over. Nothing is
 * recorded on it any more, so the file never changes, and any other tool may read it:
 * `parts/receptions/day=2026-03-01/part.parquet`.
 *
 * A file appears under its name whole or not at all; that it is there is noted after that. A day that was sealed when the
 * process stopped in between is sealed again, with the same rows.
 */
import * as Effect from "effect/Effect"
import { mkdirSync, renameSync, statSync } from "node:fs"
import { join } from "node:path"
import * as Instant from "../../core/kernel/Instant.ts"
import { partsFolder, type Store, text } from "./Store.ts"
import { tables } from "./tables/all.ts"

/** Seals what is to be sealed, when a later day has begun. Made once for a store; run after writes, one at a time. */
export const sealing = (store: Store): ((recordedMs: number) => Effect.Effect<void>) => {
  const { folder } = store
  if (folder === undefined) return () => Effect.void
  let sealedBefore = ""
  return (recordedMs) =>
    Effect.gen(function* () {
      const today = Instant.toIso(recordedMs).slice(0, 10)
      if (today === sealedBefore || recordedMs === 0) return
      for (const [day, name] of yield* run(store, unsealed(today)))
        // Begun once more beside itself, it would write the same file.
        yield* Effect.uninterruptible(
          Effect.tryPromise(() => seal(store, folder, String(day), String(name))),
        )
      sealedBefore = today
    }).pipe(
      // The rows are kept all the same; it is tried again after the next write.
      Effect.catch((error) => Effect.logWarning("a day's tables were not sealed", error)),
    )
}

const run = (store: Store, sql: string) => Effect.tryPromise(() => store.run(sql))

/** Days and tables that have rows and no part. */
const unsealed = (today: string): string =>
  `${tables
    .map(
      ({ name }) =>
        `SELECT DISTINCT recorded_at::DATE::VARCHAR AS day, '${name}' AS name FROM kept.${name} WHERE recorded_at < DATE ${text(today)}`,
    )
    .join(" UNION ALL ")} EXCEPT SELECT day::VARCHAR, name FROM kept.parts ORDER BY ALL`

const seal = async (store: Store, folder: string, day: string, name: string): Promise<void> => {
  const place = join(partsFolder(folder), name, `day=${day}`)
  const file = join(place, "part.parquet")
  const draft = join(place, "part.parquet.draft")
  mkdirSync(place, { recursive: true })
  const from = `DATE ${text(day)}`
  const [[rows]] = await store.run(
    `COPY (SELECT * FROM kept.${name} WHERE recorded_at >= ${from} AND recorded_at < ${from} + INTERVAL 1 DAY ORDER BY position)
     TO ${text(draft)} (FORMAT parquet, COMPRESSION zstd)`,
  )
  renameSync(draft, file)
  const { size } = statSync(file)
  await store.run(
    `INSERT INTO kept.parts VALUES (${from}, ${text(name)}, ${text(file)}, ${Number(rows)}, ${size})`,
  )
}
