/**
 * Puts exported events back where they were: the same positions, times and causes.
 *
 * - What the log holds already and is the same counts as known, so a restore that broke off can be
 *   asked for again from the beginning.
 * - Another event at one of the positions, or a gap, fails; of the batch it stands in nothing is
 *   written then, and batches before it are durable as they were.
 */
import * as Effect from "effect/Effect"
import * as Schema from "effect/Schema"
import * as Stream from "effect/Stream"
import type { Recorded } from "../event/Envelope.ts"
import * as CloudEvent from "../log/cloudEvent.ts"
import { appendMax, EventLog, type LogUnavailable, RestoreRefused } from "../log/EventLog.ts"

/** The log holds another event at this position. */
export class RestoreDiffers extends Schema.TaggedError<RestoreDiffers>()("RestoreDiffers", {
  position: Schema.Int,
}) {
  override get message() {
    return `the log holds another event at position ${this.position}`
  }
}

export interface Restored {
  readonly added: number
  readonly known: number
}

/** Takes a batch in the order of its file, of at most `appendMax` events. */
export const restore = (
  events: ReadonlyArray<Recorded>,
): Effect.Effect<Restored, RestoreDiffers | RestoreRefused | LogUnavailable, EventLog> =>
  Effect.gen(function* () {
    const log = yield* EventLog
    const head = yield* log.head
    for (let i = 1; i < events.length; i++)
      if (events[i].position !== events[i - 1].position + 1)
        return yield* new RestoreRefused({
          position: events[i].position,
          head: Math.max(head, events[i - 1].position + 1),
        })
    const known = events.filter(({ position }) => position < head)
    if (known.length > 0) {
      const byPosition = new Map(known.map((recorded) => [recorded.position, recorded]))
      yield* Stream.runForEach(
        log.read(known[0].position, known[known.length - 1].position + 1),
        (batch) => Effect.forEach(batch, (held) => same(held, byPosition.get(held.position))),
      )
    }
    const fresh = events.slice(known.length)
    for (let from = 0; from < fresh.length; from += appendMax)
      yield* log.restore(fresh.slice(from, from + appendMax))
    return { added: fresh.length, known: known.length }
  })

const nowhere = { id: "same" }

/** Their exported forms are the same: all that a file could say of an event. */
const same = (held: Recorded, given: Recorded | undefined): Effect.Effect<void, RestoreDiffers> =>
  given !== undefined && CloudEvent.toLine(nowhere, held) === CloudEvent.toLine(nowhere, given)
    ? Effect.void
    : Effect.fail(new RestoreDiffers({ position: held.position }))
