/** `sigtwin simulate`: a seeded world into a new log or a file of events, the same for the same arguments. */
import { existsSync, mkdtempSync, rmSync, statSync, writeFileSync } from "node:fs"
import { tmpdir } from "node:os"
import { dirname, join } from "node:path"
import * as Console from "effect/Console"
import * as Effect from "effect/Effect"
import * as Option from "effect/Option"
import { Command, Flag } from "effect/cli"
import { sha256 } from "../../core/crypto/sha256.ts"
import * as Bytes from "../../core/kernel/Bytes.ts"
import * as Instant from "../../core/kernel/Instant.ts"
import * as Random from "../../core/kernel/Random.ts"
import { EventLog } from "../../core/log/EventLog.ts"
import { type ScenarioName, scenarios } from "../../core/sim/scenarios.ts"
import * as World from "../../core/sim/World.ts"
import { simulationLayer } from "../layers.ts"
import { exportTo } from "./exportTo.ts"
import * as Flags from "./flags.ts"
import { parseDuration } from "./parseDuration.ts"
import { playWorld } from "./playWorld.ts"
import * as Progress from "./Progress.ts"
import * as VirtualClock from "./VirtualClock.ts"
import * as Words from "./Words.ts"
import { WrongUse } from "./WrongUse.ts"

/** Not now: the same arguments must give the same events. */
const startDefault = "2026-01-01T00:00:00Z"

// The keys of a record typed by those names.
const scenarioNames = Object.keys(scenarios) as ReadonlyArray<ScenarioName>

export const simulate = Command.make(
  "simulate",
  {
    seed: Flags.integer("seed", { minimum: 0, maximum: 2 ** 32 - 1 }).pipe(
      Flag.withDescription("Everything is drawn from it (default 1)"),
      Flag.withDefault(1),
    ),
    duration: Flag.String("duration").pipe(
      Flag.withMetavar("D"),
      Flag.withDescription("How long, from --start on: 90s, 30m, 2h, 1d12h"),
    ),
    devices: Flags.integer("devices", { minimum: 1, maximum: 2 ** 24 - 1 }).pipe(
      Flag.withDescription("How many devices (default 100)"),
      Flag.withDefault(100),
    ),
    stations: Flags.integer("stations", { minimum: 1, maximum: 9_999 }).pipe(
      Flag.withDescription("How many stations (default 20)"),
      Flag.withDefault(20),
    ),
    scenario: Flag.Literals("scenario", scenarioNames).pipe(
      Flag.withDescription("Who disturbs them (default clean: nobody)"),
      Flag.withDefault("clean" as const),
    ),
    start: Flag.String("start").pipe(
      Flag.withMetavar("INSTANT"),
      Flag.withDescription(
        `When the scenario begins; a scenario's history lies before it (default ${startDefault})`,
      ),
      Flag.withDefault(startDefault),
    ),
    out: Flag.String("out").pipe(
      Flag.withMetavar("sqlite:PATH|FILE"),
      Flag.withDescription(
        "A new log (its keys beside it), or a file of events as `export` writes them (payloads then stay sealed for good)",
      ),
    ),
    truth: Flag.String("truth").pipe(
      Flag.withMetavar("FILE"),
      Flag.withDescription(
        "Also write what the adversaries did, a JSON line each, to judge findings by",
      ),
      Flag.optional,
    ),
    json: Flags.json,
  },
  Effect.fn("cli.simulate")(function* (given) {
    const beganMs = performance.now()
    const durationMs = parseDuration(given.duration)
    if (durationMs === undefined)
      return yield* new WrongUse({
        detail: `--duration ${given.duration}: give a duration as 90s, 30m, 2h or 1d12h`,
      })
    const startMs = Instant.parse(given.start)
    if (startMs === undefined)
      return yield* new WrongUse({ detail: `--start ${given.start}: give an ISO 8601 instant` })
    const { devices, scenario, seed, stations } = given
    const world = World.make({ seed, startMs, devices, stations, scenario })
    const originMs = startMs - scenarios[scenario].historyDays * dayMs
    const endMs = startMs + durationMs
    const target = yield* targetOf(given.out)

    const { events, played } = yield* Effect.gen(function* () {
      const path = yield* logPath(target)
      const virtual = yield* VirtualClock.make
      const random = Random.make(seed).fork("data keys")
      const id = idOf({ seed, startMs, durationMs, devices, stations, scenario })
      const layer = simulationLayer(path, {
        id,
        clock: virtual.clock,
        random: random.bytes,
        keysKept: target.isLog,
      })
      return yield* Effect.gen(function* () {
        const progress = yield* Progress.make({
          label: `simulate ${scenario}`,
          total: endMs - originMs,
          items: "receptions",
          quiet: given.json,
        })
        const done = yield* playWorld(world, {
          originMs,
          endMs,
          setClock: virtual.set,
          report: (atMs, receptions) => progress.report(atMs - originMs, receptions),
        })
        const head = yield* (yield* EventLog).head
        if (!target.isLog) yield* exportTo(target.path, { from: 0, to: head }, given.json)
        return { played: done, events: head }
      }).pipe(Effect.provide(layer))
    }).pipe(Effect.scoped)

    if (Option.isSome(given.truth)) yield* writeTruth(given.truth.value, world)
    const tookMs = performance.now() - beganMs
    const summary = {
      out: given.out,
      seed,
      scenario,
      from: Instant.toIso(originMs),
      to: Instant.toIso(endMs),
      devices,
      stations,
      events,
      ...played,
      adversaries: world.truth.length,
      durationMs: Math.round(tookMs),
    }
    const refused = Object.values(played.refused).reduce((sum, n) => sum + n, 0)
    const text = given.json
      ? JSON.stringify(summary)
      : [
          `${given.out}: ${Words.count(events, "event")} of ${Words.count(devices, "device")} and ${Words.count(stations, "station")}, ${Words.instant(originMs)} to ${Words.instant(endMs)}`,
          `${Words.count(played.receptions, "reception")} (${Words.seconds(tookMs)}, ${Words.perSecond(played.receptions, tookMs)})`,
          `messages: ${Words.number(played.accepted)} accepted, ${Words.number(refused)} refused${refused === 0 ? "" : ` (${Words.tally(played.refused)})`}`,
          ...(world.truth.length === 0
            ? []
            : [`adversaries: ${Words.count(world.truth.length, "act")}`]),
        ].join("\n")
    yield* given.out === "-" ? Console.error(text) : Console.log(text)
  }),
).pipe(
  Command.withShortDescription("Play a seeded network into a new log or a file"),
  Command.withDescription(
    "Play a simulated network through the real pipeline on a virtual clock, with modelled deliveries. Same arguments, same events, byte for byte.",
  ),
)

const dayMs = 86_400_000

interface Target {
  readonly isLog: boolean
  readonly path: string
}

/** Nothing that exists is written over: a simulation begins an empty log. */
const targetOf = (out: string): Effect.Effect<Target, WrongUse> => {
  const isLog = out.startsWith("sqlite:") || out.endsWith(".db")
  const path = out.startsWith("sqlite:") ? out.slice("sqlite:".length) : out
  if (isLog && existsSync(path) && statSync(path).size > 0)
    return Effect.fail(
      new WrongUse({ detail: `${path} is there already: simulate into a new file` }),
    )
  return isLog || out === "-" || /\.(nd)?jsonl?$/.test(out)
    ? Effect.succeed({ isLog, path })
    : Effect.fail(
        new WrongUse({
          detail: `--out ${out}: give sqlite:PATH, a path ending in .db, or FILE.ndjson`,
        }),
      )
}

/** A file of events is made from a log that is gone afterwards: memory stays bounded. */
const logPath = ({ isLog, path }: Target) =>
  isLog
    ? Effect.succeed(path)
    : Effect.acquireRelease(
        Effect.try({
          try: () =>
            mkdtempSync(join(path === "-" ? tmpdir() : dirname(path), ".sigtwin-simulate-")),
          catch: (cause) =>
            new WrongUse({
              detail: `cannot write ${path}: ${cause instanceof Error ? cause.message : String(cause)}`,
            }),
        }),
        (folder) => Effect.sync(() => rmSync(folder, { recursive: true, force: true })),
      ).pipe(Effect.map((folder) => join(folder, "log.db")))

/** Worlds that differ have logs of different ids. */
const idOf = (world: Readonly<Record<string, unknown>>): string =>
  `simulated-${Bytes.toHex(sha256(new TextEncoder().encode(JSON.stringify(world)))).slice(0, 16)}`

const writeTruth = (file: string, { truth }: World.World) =>
  Effect.try({
    try: () => writeFileSync(file, truth.map((act) => `${JSON.stringify(act)}\n`).join("")),
    catch: (cause) =>
      new WrongUse({
        detail: `cannot write ${file}: ${cause instanceof Error ? cause.message : String(cause)}`,
      }),
  })
