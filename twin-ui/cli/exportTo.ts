/** Writes a run of the log to a file or to standard output, a block at a time, no faster than it is taken. */
import { open, rename, rm } from "node:fs/promises"
import * as Effect from "effect/Effect"
import * as Stream from "effect/Stream"
import type { Recorded } from "../../core/event/Envelope.ts"
import * as CloudEvent from "../../core/log/cloudEvent.ts"
import { EventLog } from "../../core/log/EventLog.ts"
import * as Progress from "./Progress.ts"
import { WrongUse } from "./WrongUse.ts"

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
    const sink = yield* out === "-" ? standardOutput : wholeFile(out)
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

interface Sink {
  readonly write: (block: Uint8Array) => Promise<void>
  readonly finish: () => Promise<void>
}

const standardOutput = Effect.succeed<Sink>({
  write: (block) =>
    new Promise((resolve, reject) => {
      process.stdout.write(block, (error) => (error == null ? resolve() : reject(error)))
    }),
  finish: () => Promise.resolve(),
})

/** Written beside its place and moved there when it is whole and on the disk. */
const wholeFile = (out: string) => {
  const draft = `${out}.part-${process.pid}`
  return Effect.map(
    Effect.acquireRelease(
      attempt(out, () => open(draft, "wx")),
      (file) =>
        Effect.promise(async () => {
          await file.close().catch(() => {})
          await rm(draft, { force: true })
        }),
    ),
    (file): Sink => ({
      write: async (block) => {
        await file.write(block)
      },
      finish: async () => {
        await file.sync()
        await file.close()
        await rename(draft, out)
      },
    }),
  )
}

const attempt = <A>(out: string, work: () => Promise<A>): Effect.Effect<A, WrongUse> =>
  Effect.tryPromise({
    try: work,
    catch: (cause) =>
      new WrongUse({
        detail: `cannot write ${out}: ${cause instanceof Error ? cause.message : String(cause)}`,
      }),
  })
