/**
 * Which facts the log holds already: exact for every time ever, in bounded memory.
 *
 * Identities are kept by the minute their facts occurred in. A batch that touches minutes not kept
 * has them read from the log first; when too many are kept, the minutes used longest ago go.
 */
import * as Effect from "effect/Effect"
import * as Stream from "effect/Stream"
import type { Recorded } from "../event/Envelope.ts"
import * as NumberSet from "../kernel/NumberSet.ts"
import type { EventLog, LogUnavailable } from "../log/EventLog.ts"
import * as Identity from "./Identity.ts"

/** 16 to 32 bytes each: 64 MB. */
export const identitiesMax = 2_000_000

const minuteMs = 60_000

const factKinds = [
  "FrameHeard",
  "BytesHeard",
  "MessageReported",
  "ReceptionReported",
  "ServiceReported",
]

export interface KnownFacts {
  /** Reads from the log what it needs to answer for facts of these times. */
  readonly prepare: (occurredMs: ReadonlyArray<number>) => Effect.Effect<void, LogUnavailable>
  /** Whether the fact is known; it is from now on. Its time must have been prepared. */
  readonly meet: (identity: Identity.Identity, occurredMs: number) => boolean
  /** Forgets everything: what was met may not have become durable. `newestMs` as in `make`. */
  readonly clear: (newestMs: number) => void
}

/** `newestMs`: no fact in the log occurred later, so nothing need be read for later minutes: the usual case. */
export const make = (log: EventLog["Service"], newestMs: number): KnownFacts => {
  let newestMinute = Math.floor(newestMs / minuteMs)
  const minutes = new Map<number, NumberSet.NumberSet>()
  let count = 0

  const touch = (minute: number): NumberSet.NumberSet | undefined => {
    const kept = minutes.get(minute)
    if (kept === undefined) return undefined
    minutes.delete(minute)
    minutes.set(minute, kept)
    return kept
  }
  const makeRoom = (needed: ReadonlySet<number>): void => {
    for (const [minute, identities] of minutes) {
      if (count <= identitiesMax) return
      if (needed.has(minute)) continue
      minutes.delete(minute)
      count -= identities.size
    }
  }
  const take = (events: ReadonlyArray<Recorded>, wanted: ReadonlySet<number>): void => {
    for (const { event, occurredMs } of events) {
      const minute = Math.floor(occurredMs / minuteMs)
      if (!wanted.has(minute)) continue
      const identity = Identity.ofEvent(event, occurredMs)
      const kept = minutes.get(minute)
      if (identity === undefined || kept === undefined) continue
      if (NumberSet.add(kept, identity)) count++
    }
  }
  return {
    prepare: Effect.fnUntraced(function* (occurredMs) {
      const needed = new Set<number>()
      const missing = new Set<number>()
      for (const at of occurredMs) {
        const minute = Math.floor(at / minuteMs)
        if (needed.has(minute)) continue
        needed.add(minute)
        if (touch(minute) === undefined) missing.add(minute)
      }
      if (missing.size === 0) return
      makeRoom(needed)
      let first = Infinity
      let last = -Infinity
      for (const minute of missing) {
        if (minute > newestMinute) continue
        first = Math.min(first, minute)
        last = Math.max(last, minute)
      }
      if (first <= last) {
        const found: Array<ReadonlyArray<Recorded>> = []
        yield* log
          .query({ kinds: factKinds, fromMs: first * minuteMs, toMs: (last + 1) * minuteMs })
          .pipe(
            Stream.runForEach((events) =>
              Effect.sync(() => {
                const wanted = events.filter((recorded) =>
                  missing.has(Math.floor(recorded.occurredMs / minuteMs)),
                )
                if (wanted.length > 0) found.push(wanted)
              }),
            ),
          )
        for (const minute of missing) minutes.set(minute, NumberSet.make())
        for (const events of found) take(events, missing)
        return
      }
      for (const minute of missing) minutes.set(minute, NumberSet.make())
    }),
    meet: (identity, occurredMs) => {
      const kept = minutes.get(Math.floor(occurredMs / minuteMs))
      // Not prepared: then nothing is known of that minute.
      if (kept === undefined || !NumberSet.add(kept, identity)) return kept !== undefined
      count++
      newestMinute = Math.max(newestMinute, Math.floor(occurredMs / minuteMs))
      return false
    },
    clear: (newest) => {
      minutes.clear()
      count = 0
      newestMinute = Math.floor(newest / minuteMs)
    },
  }
}
