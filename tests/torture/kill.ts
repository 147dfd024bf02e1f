/**
 * Kills a process that writes a log under load (SIGKILL), at a random moment: while it opens, commits, indexes, merges or
 * signs. What it acknowledged must be found again, at its place and to the letter; a second writer must be refused while
 * it lives, and let in once it is dead.
 */
import * as Effect from "effect/Effect"
import { spawn } from "node:child_process"
import { mkdtempSync, rmSync } from "node:fs"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { fileURLToPath } from "node:url"
import * as Random from "../../core/kernel/Random.ts"
import { LogUnavailable } from "../../core/log/EventLog.ts"
import { openForReading, openForWriting } from "../../core/log/sqlite/openFile.ts"
import { verify } from "../../core/log/sqlite/verify.ts"
import { said } from "./said.ts"
import { counter, type Strokes, type Torture } from "./Torture.ts"

/** Kills of one log before the next is begun. */
const killsPerLog = 25
/** Logs tortured at once: each waits most of the time. */
const atOnce = 2
/** Latest moment of a kill after the process began, ms. */
const latestMs = 700

/** Compiled once for all: a process then begins sooner. */
const compileCache = join(tmpdir(), "sigtwin-torture-compiled")

const program = fileURLToPath(new URL("loadedLog.ts", import.meta.url))

interface Acknowledged {
  readonly producer: string
  readonly number: number
  readonly first: number
  readonly count: number
}

export const torture: Torture = {
  name: "kill",
  about: "kill -9 of a process that writes under load",
  countDefault: 5000,
  run: async (strokes) => {
    const count = counter()
    let left = strokes.count
    let done = 0
    const rounds = async (lane: number): Promise<void> => {
      const random = Random.make(strokes.seed * 1000 + lane)
      while (left > 0) {
        const kills = Math.min(killsPerLog, left)
        left -= kills
        // One kill after another: each goes on with the log that the one before left.
        // oxlint-disable-next-line no-await-in-loop
        await tortureOne(kills, random, strokes, count, () => strokes.progress(++done))
      }
    }
    await Promise.all(Array.from({ length: atOnce }, (_, lane) => rounds(lane)))
    return { strokes: done, outcomes: count.outcomes, violations: count.violations }
  },
}

const tortureOne = async (
  kills: number,
  random: Random.Random,
  { seed }: Strokes,
  { add, violate }: ReturnType<typeof counter>,
  stroke: () => void,
): Promise<void> => {
  const directory = mkdtempSync(join(tmpdir(), "sigtwin-torture-"))
  const path = join(directory, "log.db")
  try {
    for (let kill = 0; kill < kills; kill++) {
      const afterMs = random.below(latestMs)
      const name = `seed ${seed}, kill ${kill} of ${directory} after ${afterMs} ms`
      // oxlint-disable-next-line no-await-in-loop
      const acknowledged = await writeUntilKilled(path, random.below(2 ** 31), afterMs, () =>
        isRefused(path)
          ? add("second writers refused")
          : violate(`${name}: a second writer was let in`),
      )
      add(acknowledged.length === 0 ? "killed before the first append" : "killed under load")
      add("appends acknowledged", acknowledged.length)
      for (const what of missing(path, acknowledged)) violate(`${name}: ${what}`)
      stroke()
    }
    const { damage, events } = await Effect.runPromise(verify(path))
    add("events checked", events)
    for (const { position, what } of damage)
      violate(`seed ${seed}, ${path}: position ${position}: ${what}`)
  } finally {
    rmSync(directory, { recursive: true })
  }
}

/** What the process acknowledged until it was killed. */
const writeUntilKilled = (
  path: string,
  seed: number,
  afterMs: number,
  halfway: () => void,
): Promise<ReadonlyArray<Acknowledged>> =>
  new Promise((resolve, reject) => {
    const child = spawn(process.execPath, [program, path, String(seed)], {
      env: { ...process.env, NODE_COMPILE_CACHE: compileCache },
    })
    let text = ""
    let begun = false
    const begin = (isWriting: boolean): void => {
      if (begun) return
      begun = true
      if (isWriting) setTimeout(halfway, afterMs / 2)
      setTimeout(() => child.kill("SIGKILL"), afterMs)
    }
    // Half of the kills count from the first acknowledgement on, half from the start: they hit the opening.
    if (seed % 2 === 0) setTimeout(begin, 250, false)
    child.stderr.on("data", (data: Buffer) => {
      // A log's warnings are lines of their own; a crash of the program is a bug.
      if (data.toString().includes("Error")) reject(new Error(data.toString()))
    })
    child.stdout.on("data", (data: Buffer) => {
      text += data.toString()
      begin(true)
    })
    child.on("close", () => {
      // The last line may be cut.
      const lines = text.slice(0, text.lastIndexOf("\n") + 1).split("\n")
      resolve(
        lines.slice(0, -1).map((line) => {
          const [producer, number, first, count] = line.split(" ")
          return { producer, number: Number(number), first: Number(first), count: Number(count) }
        }),
      )
    })
  })

const isRefused = (path: string): boolean => {
  try {
    openForWriting(path, { isNeeded: true }).close()
    return false
  } catch (error) {
    return error instanceof LogUnavailable && error.reason === "locked"
  }
}

/** What was acknowledged and is not there as it was. */
const missing = (
  path: string,
  acknowledged: ReadonlyArray<Acknowledged>,
): ReadonlyArray<string> => {
  if (acknowledged.length === 0) return []
  const file = openForReading(path)
  try {
    const wrong: Array<string> = []
    for (const { count, first, number, producer } of acknowledged) {
      const batch = file.batches.at(first)
      const offset = first - batch[0].position
      for (let i = 0; i < count; i++) {
        const found = batch[offset + i]?.event
        if (found?._tag !== "Ticked" || found.due !== said(producer, number, i))
          wrong.push(`position ${first + i} is not what was acknowledged`)
      }
    }
    return wrong
  } finally {
    file.close()
  }
}
