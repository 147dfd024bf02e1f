/**
 * Checks for ever, in the background, that live and replayed are one: folds each projection again, from the beginning or from one
 * of its snapshots in turn, up to where the live state stands, and compares the digests.
 *
 * - It takes a twentieth of the time at most: after each slice of work it rests nineteen times as long.
 * - It holds one projection's second state at a time.
 * - What was found stays found until the process ends: a state that was once wrong is not to be trusted.
 */
import * as Clock from "effect/Clock"
import * as Context from "effect/Context"
import * as Duration from "effect/Duration"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import * as Stream from "effect/Stream"
import type { Position } from "../../core/event/Envelope.ts"
import { EventLog, type LogUnavailable } from "../../core/log/EventLog.ts"
import { all, type Packed } from "../all.ts"
import * as Cell from "./Cell.ts"
import { Snapshots } from "./Snapshots.ts"
import { Twin } from "./Twin.ts"

/** A live state that is not what the log gives. */
export interface Divergence {
  readonly projection: string
  /** Events in both states. */
  readonly position: Position
  /** Where the second fold began: 0 for the beginning of the log, else at that snapshot. */
  readonly from: Position
  readonly live: string
  readonly folded: string
}

export class Recheck extends Context.Service<
  Recheck,
  {
    /** The first of each projection. */
    readonly divergences: Effect.Effect<ReadonlyArray<Divergence>>
    /** Comparisons made of each projection. */
    readonly checks: Effect.Effect<ReadonlyMap<string, number>>
  }
>()("sigtwin/projections/run/Recheck") {}

export interface Pace {
  readonly first: Duration.Duration
  /** Between the checks of two projections. */
  readonly between: Duration.Duration
  /** Rest, in times the work before it. */
  readonly restRatio: number
}

const paceDefault: Pace = {
  first: Duration.seconds(30),
  between: Duration.seconds(10),
  restRatio: 19,
}

/** Events folded without a rest. */
const sliceEvents = 2_000

/** Comparisons tried while the live state moves on; then it is another projection's turn. */
const triesMax = 100

/** Of these projections. */
export const layerOf = (
  projections: ReadonlyArray<Packed>,
  pace: Pace = paceDefault,
): Layer.Layer<Recheck, never, EventLog | Snapshots | Twin> =>
  Layer.effect(
    Recheck,
    Effect.gen(function* () {
      const log = yield* EventLog
      const snapshots = yield* Snapshots
      const twin = yield* Twin
      const found = new Map<string, Divergence>()
      const checks = new Map<string, number>()

      /** Where to begin this time: each snapshot has its turn, and the beginning. */
      const beginning = (packed: Packed, round: number) =>
        Effect.gen(function* () {
          const sought = {
            logId: log.info.id,
            projection: packed.name,
            version: packed.version,
          }
          const kept = yield* snapshots.positions(sought)
          const turn = round % (kept.length + 1)
          return turn === 0
            ? undefined
            : yield* snapshots.nearest({ ...sought, at: kept[kept.length - turn] })
        })

      /** Folds on to a position, with rests. */
      const foldTo = (cell: Cell.Cell, to: Position): Effect.Effect<void, LogUnavailable> =>
        Stream.runForEach(log.read(cell.position(), to), (events) =>
          Effect.gen(function* () {
            for (let from = 0; from < events.length; from += sliceEvents) {
              const began = yield* Clock.currentTimeNanos
              cell.fold(events.slice(from, from + sliceEvents))
              if (events.length >= sliceEvents) yield* restAfter(began, pace)
            }
          }),
        )

      const check = (packed: Packed, round: number) =>
        Effect.gen(function* () {
          const snapshot = yield* beginning(packed, round)
          const cell = Cell.make(packed, snapshot)
          for (let tries = 0; tries < triesMax; tries++) {
            const to = yield* twin.position
            if (to > cell.position()) yield* foldTo(cell, to)
            const began = yield* Clock.currentTimeNanos
            const live = yield* twin.digest(packed.name)
            // One that threw is told of elsewhere.
            if (live === undefined || cell.stop() !== undefined) return
            if (live.position !== cell.position()) continue
            const folded = cell.digest()
            checks.set(packed.name, (checks.get(packed.name) ?? 0) + 1)
            if (folded !== live.digest)
              yield* tell({
                projection: packed.name,
                position: live.position,
                from: snapshot?.position ?? 0,
                live: live.digest,
                folded,
              })
            return yield* restAfter(began, pace)
          }
        })

      const tell = (divergence: Divergence) => {
        const { folded, from, live, position, projection } = divergence
        if (!found.has(projection)) found.set(projection, divergence)
        return Effect.logError(
          `projection ${projection} has diverged: with ${position} events its live state has the digest ${live.slice(0, 16)}, folded again from ${from === 0 ? "the beginning" : `the snapshot at ${from}`} ${folded.slice(0, 16)}. Do not trust what it answers; start again, and report it with \`sigtwin verify\``,
        )
      }

      const rounds = Effect.gen(function* () {
        yield* Effect.sleep(pace.first)
        for (let round = 0; ; round++)
          for (const packed of projections) {
            if (!found.has(packed.name)) yield* check(packed, round)
            yield* Effect.sleep(pace.between)
          }
      })
      yield* rounds.pipe(
        Effect.catch((error: LogUnavailable) =>
          Effect.logDebug(`states were not checked again: ${error.message}`),
        ),
        Effect.forever,
        Effect.forkScoped,
      )
      return Recheck.of({
        divergences: Effect.sync(() => [...found.values()]),
        checks: Effect.sync(() => new Map(checks)),
      })
    }),
  )

/** Of all projections. */
export const layer: Layer.Layer<Recheck, never, EventLog | Snapshots | Twin> = Layer.suspend(() =>
  layerOf(all),
)

const restAfter = (beganNs: bigint, { restRatio }: Pace): Effect.Effect<void> =>
  Effect.flatMap(Clock.currentTimeNanos, (now) =>
    Effect.sleep(Duration.nanos((now - beganNs) * BigInt(restRatio))),
  )
