/**
 * `time-travel`: what questions about the past cost, beside what they are measured by in the same run.
 *
 * - `why`: one message's verdict with its facts, folded again, named by its turn and without; a device's; reference:
 *   reading one event. Wanted: 50 ms.
 * - `diff`: two instants, each from the snapshot before it, and two hundred things of the list; reference: the states of one
 *   instant. Wanted: 300 ms.
 * - `bisect`: a condition that never holds, so that all is looked at; reference: folding all projections (wanted: at
 *   least a third of it).
 * - `what-if`: all receptions decided on again, findings too; reference: the same (wanted: at least half).
 *
 * `SIGTWIN_BENCH_EVENTS` says how many events there are at least (0.9 M: four hours of 10,000 devices).
 */
import { closeSync, mkdtempSync, openSync, readSync, rmSync, writeSync } from "node:fs"
import { tmpdir } from "node:os"
import { join } from "node:path"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import * as Stream from "effect/Stream"
import type { Recorded } from "../../core/event/Envelope.ts"
import type { MessageAccepted } from "../../core/event/decision.ts"
import { policyDefault } from "../../core/event/policy.ts"
import * as Rejected from "../../core/kernel/Rejected.ts"
import { EventLog } from "../../core/log/EventLog.ts"
import * as Slab from "../../core/log/Slab.ts"
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
import { whyDevice, whyMessage } from "../../projections/time/why/why.ts"
import { run as runWorld } from "../scenario/run.ts"
import { type Bench, row, type Size } from "./Bench.ts"

const wanted = Number(process.env["SIGTWIN_BENCH_EVENTS"] ?? 900_000)

const sizes = {
  tiny: { devices: 20, stations: 5, events: 0, hours: 1, questions: 5 },
  full: { devices: 10_000, stations: 300, events: wanted, hours: 4, questions: 200 },
}

const startMs = Date.UTC(2026, 0, 1)
const batchEvents = 5_000
/** Parts of the log that snapshots lie between. */
const snapshotsKept = 16
/** From the last snapshot to an instant that is asked for: a running twin keeps them twice as far apart, with so many devices. */
const fromSnapshot = 10_000
/** Things of a diff that one answer holds. */
const shownThings = 200

export const bench: Bench = {
  name: "time-travel",
  run: async (size) => {
    const directory = mkdtempSync(join(tmpdir(), "sigtwin-bench-"))
    try {
      return await Effect.runPromise(
        measure(size, directory).pipe(
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

const measure = (size: Size, directory: string) =>
  Effect.gen(function* () {
    const log = yield* EventLog
    const { questions } = sizes[size]
    const picked = yield* restored(size, directory)
    const events = yield* log.head
    const [early, late] = [Math.floor(events * 0.4), Math.floor(events * 0.9)]
    const fold = yield* foldAll(events, [early - fromSnapshot, late - fromSnapshot])

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
    const bareMs = yield* millisOf(
      Effect.forEach(
        picked,
        ({ event: { device, seq } }) => whyMessage(Lookups.of(log), { device, seq }, events),
        { discard: true },
      ),
    )
    const deviceMs = yield* millisOf(
      Effect.forEach(picked, ({ event }) => whyDevice(Lookups.of(log), event.device, events), {
        discard: true,
      }),
    )
    const readMs = yield* millisOf(
      Effect.forEach(picked, ({ position }) => Lookups.of(log).event(position), { discard: true }),
    )

    const every = Picture.projectionsFor(Picture.kinds)
    let differing = 0
    const diffMs = yield* millisOf(
      Effect.gen(function* () {
        const before = yield* seek(every, early)
        const after = yield* seek(every, late, before)
        const found = Picture.differing(before.states, after.states)
        differing = found.slice(0, shownThings).map(Picture.changeOf).length + found.length
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
    const head = events.toLocaleString("en-US")
    const digest = [events, isSame, differing, changed].join(" ")
    const rate = (metric: string, ms: number) =>
      row({
        bench: "time-travel",
        metric: `${metric}, ${head} events`,
        value: (events * 1000) / ms,
        unit: "events/s",
        reference: (events * 1000) / fold,
        digest,
      })
    const time = (metric: string, ms: number, reference: number) =>
      row({
        bench: "time-travel",
        metric: `${metric}, ${head} events`,
        value: ms,
        unit: "ms",
        reference,
        digest,
      })
    return [
      time("why of a message", whyMs / questions, readMs / questions),
      time("why of a message, its turn not given", bareMs / questions, readMs / questions),
      time("why of a device", deviceMs / questions, readMs / questions),
      time("diff of two instants", diffMs, seekMs),
      rate("bisect, all looked at", bisectMs),
      rate("what-if, findings too", whatIfMs),
    ]
  })

/**
 * Puts the world's events into the log, by way of a file: it does not fit into memory. Gives some of its verdicts, from
 * all of its length.
 */
const restored = Effect.fnUntraced(function* (size: Size, directory: string) {
  const log = yield* EventLog
  const { devices, events, hours, questions, stations } = sizes[size]
  const world = World.make({ seed: 1, startMs, devices, stations, scenario: "clean" })
  const spool = openSync(join(directory, "events.slabs"), "w+")
  const lengths: Array<number> = []
  const verdicts: Array<Decided> = []
  let kept = 1
  let seen = 0
  let made: Array<Recorded> = []
  const put = (): void => {
    const slab = made.length === 0 ? undefined : Slab.encode(made, Slab.genesis)
    made = []
    if (slab === undefined || Rejected.is(slab)) return
    writeSync(spool, slab)
    lengths.push(slab.length)
  }
  const span = Math.max(hours, Math.ceil((hours * events) / eventsInHours))
  runWorld(world, 1, startMs + span * hourMs, (each) => {
    made.push(each)
    if (made.length === batchEvents) put()
    const { event, position } = each
    if (event._tag !== "MessageAccepted" || seen++ % kept > 0) return
    verdicts.push({ event, position })
    // Every second one is let go, and from then on every second one is taken.
    if (verdicts.length < 8 * questions) return
    kept *= 2
    verdicts.splice(0, verdicts.length, ...verdicts.filter((_, i) => i % 2 === 0))
  })
  put()
  let at = 0
  for (const length of lengths) {
    const slab = new Uint8Array(length)
    readSync(spool, slab, 0, length, at)
    at += length
    const batch = Slab.decode(slab)
    if (Rejected.is(batch)) return yield* Effect.die(new Error(batch.detail))
    yield* log.restore(batch)
  }
  closeSync(spool)
  return Array.from(
    { length: questions },
    (_, i) => verdicts[Math.floor(((i + 0.5) * verdicts.length) / questions)],
  )
})

interface Decided {
  readonly event: MessageAccepted
  readonly position: number
}

/** What 10,000 devices make in `sizes.full.hours`, about. */
const eventsInHours = 920_000

/** Folds all projections once, saving snapshots on the way as a running twin does; gives the time of the folding, ms. */
const foldAll = (events: number, also: ReadonlyArray<number>) =>
  Effect.gen(function* () {
    const log = yield* EventLog
    const snapshots = yield* Snapshots
    const cells = all.map((packed) => Cell.make(packed, undefined))
    const part = Math.max(1, Math.ceil(events / snapshotsKept))
    let ms = 0
    const cuts = [...also, ...Array.from({ length: snapshotsKept }, (_, i) => (i + 1) * part)]
    let from = 0
    for (const to of cuts.map((cut) => Math.min(events, cut)).toSorted((a, b) => a - b)) {
      if (to <= from) continue
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
      from = to
    }
    return ms
  })

const millisOf = <A, E, R>(work: Effect.Effect<A, E, R>): Effect.Effect<number, E, R> =>
  Effect.gen(function* () {
    const start = performance.now()
    yield* work
    return performance.now() - start
  })
