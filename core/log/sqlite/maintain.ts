/**
 * The work of a log between its commits: index, hash tree, merging, checkpoints, and a look at the room that is left. One
 * step at a time on the one connection, and whoever waits comes first; so a step is short. What cannot be written (a full
 * disk) is tried again later: the log is sound without.
 */
import * as Clock from "effect/Clock"
import * as Duration from "effect/Duration"
import * as Effect from "effect/Effect"
import * as Metric from "effect/Metric"
import type { SigningKey } from "../../crypto/ed25519.ts"
import { archiveNext } from "./archive.ts"
import { attempt } from "./failure.ts"
import { runEvents } from "./Run.ts"
import * as merge from "./merge.ts"
import type { OpenFile } from "./openFile.ts"
import { signedOver } from "./prove.ts"
import type { SqliteStore } from "./SqliteStore.ts"
import { type Usage, usageOf } from "./usage.ts"

/** The log stood still for so long: time to work. */
const idle = Duration.millis(200)

/** Events that may be unindexed while it does not stand still: bounds what opening after a crash must read. */
const lagMax = 8 * runEvents

/** A growing log signs a checkpoint so often, ms. */
const checkpointMs = 60_000

/** How often it looks at the room that is left, ms. */
const usageMs = 10_000

/** Steps done while closing: what is left is done after the next opening. */
const closingStepsMax = 32

export interface Options {
  /** Signs checkpoints, under the log's origin; none are kept where absent. */
  readonly signer?: SigningKey | undefined
  readonly bytesMax?: number | undefined
  readonly keepEvents?: number | undefined
  readonly partEvents?: number | undefined
}

const bytesGauge = Metric.gauge("sigtwin_log_bytes", {
  description: "Bytes of the log's file and its journal.",
})
const bytesMaxGauge = Metric.gauge("sigtwin_log_bytes_max", {
  description: "Bytes the log may grow to, by its own bound or by the room on the disk.",
})
const nearGauge = Metric.gauge("sigtwin_log_nearly_full", {
  description: "1 when nine tenths of that are taken, else 0.",
})

/** Signs what the tree is now and keeps it, where it is larger than the last one. May throw. */
export const keepCheckpoint = (file: OpenFile, key: SigningKey): void => {
  const { head } = file.batches.end()
  const newest = file.checkpoints.newest()
  if (head === 0 || (newest !== undefined && newest.head >= head)) return
  file.checkpoints.keep(signedOver(file, file.tiles.tree(head), key))
}

/** Goes on for ever. */
export const maintain = (
  file: OpenFile,
  store: SqliteStore,
  path: string,
  options: Options,
): Effect.Effect<never> =>
  Effect.gen(function* () {
    const { bytesMax, signer } = options
    const step = stepsOf(file, store, path, options, runEvents)
    let head = -1
    let checkpointAt = yield* Clock.currentTimeMillis
    let usageAt = 0
    let warned = false
    let failed: string | undefined
    const trying = (what: string, work: () => boolean): Effect.Effect<boolean> =>
      attempt(path, work).pipe(
        Effect.tap(() => Effect.sync(() => (failed = undefined))),
        Effect.catch((error) => {
          const isNew = failed !== what
          failed = what
          return Effect.as(
            isNew ? Effect.logWarning(`${what}: ${error.message}`) : Effect.void,
            false,
          )
        }),
      )
    while (true) {
      const isIdle = store.end().head === head
      head = store.end().head
      const advanced = yield* trying(
        "the log's index, tree and rows were not brought up to date",
        () => step(isIdle),
      )
      const nowMs = yield* Clock.currentTimeMillis
      if (signer !== undefined && nowMs - checkpointAt >= checkpointMs) {
        checkpointAt = nowMs
        yield* trying("no checkpoint was signed", () => {
          keepCheckpoint(file, signer)
          return true
        })
      }
      if (nowMs - usageAt >= usageMs) {
        usageAt = nowMs
        const usage = yield* Effect.option(attempt(path, () => usageOf(path, bytesMax)))
        if (usage._tag === "Some") warned = yield* tellUsage(path, usage.value, warned)
      }
      // Between two steps whoever waits comes first.
      yield* advanced ? Effect.yieldNow : Effect.sleep(idle)
    }
  })

/** As much as a closing may take. */
export const finish = (
  file: OpenFile,
  store: SqliteStore,
  path: string,
  options: Options,
): void => {
  try {
    const step = stepsOf(file, store, path, options, 1)
    for (let steps = 0; steps < closingStepsMax && step(true); steps++);
    if (options.signer !== undefined) keepCheckpoint(file, options.signer)
  } catch {
    // Only what is derived is behind; a log that is being closed must close.
  }
}

/** One step of what is due; false when nothing is. A log that stands still is indexed from `idleLag` events on. */
const stepsOf = (
  file: OpenFile,
  store: SqliteStore,
  path: string,
  { keepEvents, partEvents }: Options,
  idleLag: number,
): ((isIdle: boolean) => boolean) => {
  const merging = merge.make(file.db, file.batches)
  return (isIdle) => {
    if (store.lag() >= (isIdle ? idleLag : lagMax) && store.advanceIndex()) return true
    const { head } = store.end()
    const to = file.tiles.to()
    if (head - to >= (isIdle ? 1 : lagMax) && file.tiles.advance(head) > to) return true
    if (isIdle && merging.advance(Math.min(head - store.lag(), to))) return true
    return (
      keepEvents !== undefined &&
      archiveNext(file, path, head - keepEvents, false, partEvents) !== undefined
    )
  }
}

const tellUsage = (path: string, usage: Usage, warned: boolean): Effect.Effect<boolean> =>
  Effect.gen(function* () {
    yield* Metric.update(bytesGauge, usage.bytes)
    yield* Metric.update(bytesMaxGauge, usage.bytesMax)
    yield* Metric.update(nearGauge, usage.isNear ? 1 : 0)
    if (usage.isNear && !warned)
      yield* Effect.logWarning(
        `${path} takes ${usage.bytes} of ${usage.bytesMax} bytes that ${
          usage.boundBy === "disk" ? "the disk leaves it" : "it may take"
        }: make room, raise the bound, or put old parts away with \`sigtwin log archive\``,
      )
    return usage.isNear
  })
