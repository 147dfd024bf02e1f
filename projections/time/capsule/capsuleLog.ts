/**
 * A capsule's slice as a log that is only read, with its snapshots. What lies before the slice is not there, and says
 * so; states begin at the snapshots.
 */
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import type { Position } from "../../../core/event/Envelope.ts"
import { EventLog, LogUnavailable } from "../../../core/log/EventLog.ts"
import { logOn } from "../../../core/log/logOn.ts"
import type { Batch, Store } from "../../../core/log/Store.ts"
import { Snapshots } from "../../run/Snapshots.ts"
import * as snapshotsMemory from "../../run/snapshotsMemory.ts"
import type { Opened } from "./Capsule.ts"

/** Events given at once. */
const batchEvents = 4_096

export const layer = (opened: Opened, name: string): Layer.Layer<EventLog | Snapshots> =>
  Layer.merge(
    Layer.effect(
      EventLog,
      Effect.suspend(() => logOn(storeOf(opened, name))),
    ),
    Layer.effect(
      Snapshots,
      Effect.gen(function* () {
        const snapshots = yield* Snapshots
        const { logId } = opened.header
        for (const snapshot of opened.snapshots) yield* snapshots.save({ ...snapshot, logId })
        return snapshots
      }),
    ).pipe(Layer.provide(Layer.fresh(snapshotsMemory.layer))),
  )

const storeOf = ({ events, header: { from, logId, to } }: Opened, name: string): Store => {
  const url = `capsule:${name}`
  const unavailable = (reason: LogUnavailable["reason"], detail: string) =>
    new LogUnavailable({ log: url, reason, detail })
  const recordedMs = events.at(-1)?.recordedMs ?? 0
  const slice = (start: Position): Batch =>
    events.slice(Math.max(0, start - from), Math.max(0, start - from) + batchEvents)
  return {
    info: { id: logId, url },
    end: () => ({ head: to, recordedMs }),
    revision: () => -1,
    refresh: Effect.void,
    commit: () => Effect.fail(unavailable("locked", "a capsule is only read")),
    batchAt: (position) =>
      position < from || position >= to
        ? Effect.fail(unavailable("unreadable", `the capsule holds positions ${from} to ${to - 1}`))
        : Effect.succeed(slice(position)),
    batchBelow: (position) =>
      Effect.sync(() =>
        position <= from || events.length === 0
          ? undefined
          : slice(Math.max(from, Math.min(position, to) - batchEvents)).slice(
              0,
              Math.min(position, to) - Math.max(from, Math.min(position, to) - batchEvents),
            ),
      ),
    positionAt: (atMs) =>
      Effect.sync(() => {
        const later = events.find((recorded) => recorded.recordedMs > atMs)
        return later?.position ?? to
      }),
    verify: Effect.sync(() => ({ events: events.length, batches: 1, damage: [] })),
  }
}
