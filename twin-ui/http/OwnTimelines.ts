/**
 * The time lines of those who see a part of the twin: each is folded from the events that its viewer may see, once, and
 * then goes on from where it was. A change of who sees what begins it anew.
 */
import * as Effect from "effect/Effect"
import * as Semaphore from "effect/Semaphore"
import * as Stream from "effect/Stream"
import type { Event } from "../../core/event/Event.ts"
import { EventLog, type LogUnavailable } from "../../core/log/EventLog.ts"
import * as FifoMap from "../../core/kernel/FifoMap.ts"
import { type State, Timeline } from "../../projections/chain/Timeline.ts"
import { seesEvent, type Viewer } from "./Viewer.ts"

/** Viewers whose time lines are kept; who asked first makes room. */
export const keptMax = 16

export interface OwnTimelines {
  readonly of: (viewer: Viewer, to: number) => Effect.Effect<State, LogUnavailable>
}

interface Kept {
  readonly state: State
  /** Events below it were looked at. */
  position: number
}

/** After these somebody may see other devices than before, in the past too. */
const changing: ReadonlySet<Event["_tag"]> = new Set<Event["_tag"]>([
  "RoleGranted",
  "RoleRevoked",
  "GroupPlaced",
  "DeviceRegistered",
  "DeviceRetired",
])

export const make: Effect.Effect<OwnTimelines, never, EventLog> = Effect.gen(function* () {
  const log = yield* EventLog
  // A fold of the whole log is much work: one at a time.
  const one = yield* Semaphore.make(1)
  const kept = FifoMap.make<Kept>(keptMax)

  /** Says whether something came by which all of it must be looked at again. */
  const goOn = (viewer: Viewer, known: Kept, to: number) =>
    log.read(known.position, to).pipe(
      Stream.runFold(
        () => false,
        (isChanged, events) => {
          let changed = isChanged
          for (const recorded of events) {
            changed = changed || changing.has(recorded.event._tag)
            if (seesEvent(viewer, recorded)) Timeline.apply(known.state, recorded)
          }
          // With each batch: whoever asks may go away in the middle.
          known.position = events[events.length - 1].position + 1
          return changed
        },
      ),
    )

  const of = Effect.fnUntraced(function* (viewer: Viewer, to: number) {
    const known = FifoMap.get(kept, viewer.name)
    if (known !== undefined && known.position <= to) {
      const isChanged = yield* goOn(viewer, known, to)
      if (!isChanged) return Timeline.copy(known.state)
    }
    const made: Kept = { state: Timeline.initial(), position: 0 }
    yield* goOn(viewer, made, to)
    FifoMap.set(kept, viewer.name, made)
    return Timeline.copy(made.state)
  })

  return { of: (viewer, to) => one.withPermits(1)(of(viewer, to)) }
})
