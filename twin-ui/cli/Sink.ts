/** Where an export goes: standard output, or a file that appears whole, or, where writing fails or is interrupted, not at all. */
import { open, rename, rm } from "node:fs/promises"
import * as Effect from "effect/Effect"
import type * as Scope from "effect/Scope"
import { WrongUse } from "./WrongUse.ts"

export interface Sink {
  readonly write: (block: Uint8Array) => Promise<void>
  readonly finish: () => Promise<void>
}

/** `-` is standard output. */
export const sinkTo = (out: string): Effect.Effect<Sink, WrongUse, Scope.Scope> =>
  out === "-" ? standardOutput : wholeFile(out)

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

export const attempt = <A>(out: string, work: () => Promise<A>): Effect.Effect<A, WrongUse> =>
  Effect.tryPromise({
    try: work,
    catch: (cause) =>
      new WrongUse({
        detail: `cannot write ${out}: ${cause instanceof Error ? cause.message : String(cause)}`,
      }),
  })
