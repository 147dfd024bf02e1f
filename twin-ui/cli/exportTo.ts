/** Writes a run of the log to a file or to standard output, a block at a time, no faster than it is taken. */
import * as Effect from "effect/Effect"
import * as Stream from "effect/Stream"
import type { Recorded } from "../../core/event/Envelope.ts"
import * as CloudEvent from "../../core/log/cloudEvent.ts"
import { EventLog } from "../../core/log/EventLog.ts"
import * as Progress from "./Progress.ts"
import { attempt, sinkTo } from "./Sink.ts"

export interface Exported {
  readonly from: number
  readonly events: number
  readonly bytes: number
  readonly durationMs: number
}

/** The file appears whole, or, where this fails or is interrupted, not at all. */
export const exportTo = (
  out: string,
  { from, to }: { readonly from: number; readonly to: number },
  quiet: boolean,
) =>
  Effect.gen(function* () {
    const log = yield* EventLog
    const beganMs = performance.now()
    const progress = yield* Progress.make({
      label: "export",
      total: to - from,
      items: "events",
      quiet: quiet || out === "-",
    })
    const sink = yield* sinkTo(out)
    let events = 0
    let bytes = 0
    yield* log.read(from, to).pipe(
      Stream.runForEach((batch) =>
        Effect.gen(function* () {
          for (let i = 0; i < batch.length; i += eventsPerBlock) {
            const block = Buffer.from(linesOf(log.info, batch.slice(i, i + eventsPerBlock)))
            yield* attempt(out, () => sink.write(block))
            bytes += block.length
          }
          events += batch.length
          progress.report(events, events)
        }),
      ),
    )
    yield* attempt(out, sink.finish)
    const exported: Exported = { from, events, bytes, durationMs: performance.now() - beganMs }
    return exported
  }).pipe(Effect.scoped)

/** Some 500 KB of text. */
const eventsPerBlock = 1_000

const linesOf = (log: { readonly id: string }, events: ReadonlyArray<Recorded>): string =>
  events.map((recorded) => `${CloudEvent.toLine(log, recorded)}\n`).join("")
