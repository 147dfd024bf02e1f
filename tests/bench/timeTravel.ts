/**
 * `time-travel`: what questions about the past cost, beside what they are measured by in the same run.
 *
 * - `why`: one message's verdict with its facts, folded again; reference: reading one event.
 * - `diff`: two instants, each from the snapshot before it; reference: the states of one instant.
 * - `bisect`: a condition that never holds, so that all is looked at; reference: folding all projections (wanted: at
 *   least a third of it).
 * - `what-if`: all receptions decided on again, findings too; reference: the same (wanted: at least half).
 */
import { mkdtempSync, rmSync } from "node:fs"
import { tmpdir } from "node:os"
import { join } from "node:path"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import * as Stream from "effect/Stream"
import type { Recorded } from "../../core/event/Envelope.ts"
import { policyDefault } from "../../core/event/policy.ts"
import * as Rejected from "../../core/kernel/Rejected.ts"
import { EventLog } from "../../core/log/EventLog.ts"
import * as Sqlite from "../../core/log/sqlite.ts"
import { hourMs } from "../../core/sim/Span.ts"
import * as World from "../../core/sim/World.ts"
import { all } from "../../projections/all.ts"
import { rules } from "../../projections/anomaly/rules/all.ts"
import * as Cell from "../../projections/run/Cell.ts"
import { Snapshots } from "../../projections/run/Snapshots.ts"
import * as snapshotsSqlite from "../../projections/run/snapshotsSqlite.ts"
import { bisect } from "../../projections/time/bisect.ts"
import * as Condition from "../../projections/time/Condition.ts"
import * as Picture from "../../projections/time/picture.ts"
import { seek } from "../../projections/time/seek.ts"
import { whatIf } from "../../projections/time/whatIf.ts"
import * as Lookups from "../../projections/time/why/Lookups.ts"
import { whyMessage } from "../../projections/time/why/why.ts"
import { run as runWorld } from "../scenario/run.ts"
import { type Bench, row, type Size } from "./Bench.ts"

const sizes = {
  tiny: { devices: 20, stations: 5, hours: 1, questions: 5 },
  full: { devices: 10_000, stations: 300, hours: 4, questions: 200 },
}

const startMs = Date.UTC(2026, 0, 1)
const batchEvents = 5_000
/** Snapshots a running twin keeps of such a log. */
const snapshotsKept = 16

export const bench: Bench = {
  name: "time-travel",
  run: async (size) => {
    const directory = mkdtempSync(join(tmpdir(), "sigtwin-bench-"))
    try {
      return await Effect.runPromise(
        measure(size).pipe(
          Effect.provide(
            Layer.merge(
              Sqlite.layer(join(directory, "time.db")),
              snapshotsSqlite.layer(join(directory, "time.snapshots.db")),
            ),
          ),
        ),
      )
    } finally {
      rmSync(directory, { recursive: true })
    }
  },
}

const measure = (size: Size) =>
  Effect.gen(function* () {
    const log = yield* EventLog
    const { devices, hours, questions, stations } = sizes[size]
    const world = World.make({ seed: 1, startMs, devices, stations, scenario: "clean" })
    const made: Array<Recorded> = []
    runWorld(world, 1, startMs + hours * hourMs, (each) => made.push(each))
    for (let from = 0; from < made.length; from += batchEvents)
      yield* log.restore(made.slice(from, from + batchEvents))
    const verdicts = made.flatMap(({ event, position }) =>
      event._tag === "MessageAccepted" ? [{ event, position }] : [],
    )
    made.length = 0
    const events = yield* log.head
    const fold = yield* foldAll(events)

    const picked = Array.from(
      { length: questions },
      (_, i) => verdicts[Math.floor(((i + 0.5) * verdicts.length) / questions)],
    )
    let isSame = 0
    const whyMs = yield* millisOf(
      Effect.forEach(
        picked,
        ({ event }) =>
          Effect.tap(whyMessage(Lookups.of(log), event, events), (answer) =>
            Effect.sync(() => {
              if (answer?.refolded === true) isSame++
            }),
          ),
        { discard: true },
      ),
    )
    const readMs = yield* millisOf(
      Effect.forEach(picked, ({ position }) => Lookups.of(log).event(position), { discard: true }),
    )

    const every = Picture.projectionsFor(Picture.kinds)
    const [early, late] = [Math.floor(events * 0.4), Math.floor(events * 0.9)]
    let differing = 0
    const diffMs = yield* millisOf(
      Effect.gen(function* () {
        const before = yield* seek(every, early)
        const after = yield* seek(every, late, before)
        differing = Picture.diffStates(before.states, after.states).length
      }),
    )
    const seekMs = yield* millisOf(seek(every, late))

    const condition = Condition.compile("messages.refused > 1000000 || policy.version > 7")
    if (Rejected.is(condition)) return yield* Effect.die(new Error(condition.detail))
    const bisectMs = yield* millisOf(
      bisect(condition, { from: 0, to: events, which: "first", monotone: false }),
    )
    let changed = 0
    const supposed = {
      from: 0,
      policy: { ...policyDefault, contractPerDay: 1 },
      without: new Set<string>(),
      blocks: [],
      rules,
    }
    const whatIfMs = yield* millisOf(
      Effect.map(whatIf(supposed, events), ({ found }) => {
        changed = found.messages
      }),
    )
    const digest = [events, isSame, differing, changed].join(" ")
    const rate = (metric: string, ms: number) =>
      row({
        bench: "time-travel",
        metric,
        value: (events * 1000) / ms,
        unit: "events/s",
        reference: (events * 1000) / fold,
        digest,
      })
    const time = (metric: string, ms: number, reference: number) =>
      row({ bench: "time-travel", metric, value: ms, unit: "ms", reference, digest })
    return [
      time("why of a message", whyMs / questions, readMs / questions),
      time("diff of two instants", diffMs, seekMs),
      rate("bisect, all looked at", bisectMs),
      rate("what-if, findings too", whatIfMs),
    ]
  })

/** Folds all projections once, saving snapshots on the way as a running twin does; gives the time of the folding, ms. */
const foldAll = (events: number) =>
  Effect.gen(function* () {
    const log = yield* EventLog
    const snapshots = yield* Snapshots
    const cells = all.map((packed) => Cell.make(packed, undefined))
    const part = Math.max(1, Math.ceil(events / snapshotsKept))
    let ms = 0
    for (let from = 0; from < events; from += part) {
      const to = Math.min(events, from + part)
      ms += yield* millisOf(
        Stream.runForEach(log.read(from, to), (array) =>
          Effect.sync(() => Cell.foldAll(cells, array)),
        ),
      )
      for (const cell of cells) {
        const { name: projection, version } = cell
        const logId = log.info.id
        yield* snapshots.save({ logId, projection, version, position: to, text: cell.text() })
      }
    }
    return ms
  })

const millisOf = <A, E, R>(work: Effect.Effect<A, E, R>): Effect.Effect<number, E, R> =>
  Effect.gen(function* () {
    const start = performance.now()
    yield* work
    return performance.now() - start
  })
