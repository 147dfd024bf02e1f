/** The command line in process, as a shell would see it; and as a process of its own. */
import { type SpawnOptions, spawn } from "node:child_process"
import { mkdtempSync, rmSync } from "node:fs"
import { tmpdir } from "node:os"
import { join } from "node:path"
import * as Effect from "effect/Effect"
import { TestConsole } from "effect/testing"
import { explain } from "../../../twin-ui/cli/explain.ts"
import { runCli } from "../../../twin-ui/cli/runCli.ts"

export const main = join(import.meta.dirname, "../../../twin-ui/cli/main.ts")

export interface Ended {
  readonly code: number | null
  readonly out: string
  readonly err: string
}

/** Runs the command line on the real clock: how it ended, and what it printed in this run. */
export const run = (...argv: ReadonlyArray<string>) =>
  Effect.gen(function* () {
    const before = {
      out: (yield* TestConsole.logLines).length,
      err: (yield* TestConsole.errorLines).length,
    }
    const exit = yield* Effect.exit(runCli(argv))
    const { code, lines } = explain(exit)
    const out = (yield* TestConsole.logLines).slice(before.out).map(String).join("\n")
    const err = [...(yield* TestConsole.errorLines).slice(before.err).map(String), ...lines].join(
      "\n",
    )
    const ended: Ended = { code, out, err }
    return ended
  }).pipe(Effect.provide(TestConsole.layer))

/** JSON that a run printed. */
export const json = (ended: Ended): Readonly<Record<string, unknown>> => {
  const parsed: unknown = JSON.parse(ended.out)
  if (typeof parsed !== "object" || parsed === null) throw new Error(`no JSON object: ${ended.out}`)
  return { ...parsed }
}

/** What a run printed as JSON lists under a name. */
export const list = (
  ended: Ended,
  name: string,
): ReadonlyArray<Readonly<Record<string, unknown>>> => {
  const found = json(ended)[name]
  if (!Array.isArray(found)) throw new Error(`no list ${name}: ${ended.out}`)
  return found
}

/** A folder that is gone afterwards. */
export const folder = Effect.acquireRelease(
  Effect.sync(() => mkdtempSync(join(tmpdir(), "sigtwin-cli-"))),
  (path) => Effect.sync(() => rmSync(path, { recursive: true, force: true })),
)

export interface Running {
  readonly pid: number
  /** What it wrote to standard output so far, once it holds this text. */
  readonly until: (text: string) => Promise<string>
  readonly stop: (signal: NodeJS.Signals) => void
  readonly ended: Promise<Ended>
}

/** Killed when the scope closes, if it is still there. */
export const start = (argv: ReadonlyArray<string>, options: SpawnOptions = {}) =>
  Effect.acquireRelease(
    Effect.sync((): Running => {
      const child = spawn(process.execPath, [main, ...argv], {
        ...options,
        stdio: ["ignore", "pipe", "pipe"],
      })
      let out = ""
      let err = ""
      const looks = new Set<() => void>()
      child.stdout?.on("data", (data: Buffer) => {
        out += data.toString()
        for (const look of looks) look()
      })
      child.stderr?.on("data", (data: Buffer) => {
        err += data.toString()
      })
      const ended = new Promise<Ended>((resolve) => {
        child.on("close", (code) => resolve({ code, out, err }))
      })
      return {
        pid: child.pid ?? -1,
        until: (text) =>
          Promise.race([
            new Promise<string>((resolve) => {
              const look = () => {
                if (out.includes(text)) resolve(out)
              }
              looks.add(look)
              look()
            }),
            ended.then(({ code }) => {
              throw new Error(`ended with ${code} before it said ${text}: ${out}${err}`)
            }),
          ]),
        stop: (signal) => child.kill(signal),
        ended,
      }
    }),
    ({ ended, stop }) =>
      Effect.promise(async () => {
        stop("SIGKILL")
        await ended
      }),
  )
