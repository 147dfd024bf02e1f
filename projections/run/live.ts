/**
 * Makes the twin live: starts from the newest usable snapshots, folds the rest of the log, then
 * follows it, and saves snapshots as it goes.
 *
 * Folding an array of events is one synchronous step for all projections, so whoever looks sees
 * all states at one position. Readers of `changes` have no buffers here: they take from the shared tail or,
 * further back, from the log.
 */
import * as Cause from "effect/Cause"
import * as Clock from "effect/Clock"
import * as Deferred from "effect/Deferred"
import * as Effect from "effect/Effect"
import * as Exit from "effect/Exit"
import * as Layer from "effect/Layer"
import * as Option from "effect/Option"
import * as Stream from "effect/Stream"
import type { Position, Recorded } from "../../core/event/Envelope.ts"
import { EventLog, type LogUnavailable } from "../../core/log/EventLog.ts"
import { invariant } from "../../core/kernel/invariant.ts"
import { all, type Packed } from "../all.ts"
import type { Projection } from "../Projection.ts"
import { asOf, type Known } from "../time/asOf.ts"
import * as Cell from "./Cell.ts"
import { Snapshots } from "./Snapshots.ts"
import * as Tail from "./Tail.ts"
import { ProjectionStopped, type StateDigest, Twin } from "./Twin.ts"

/** Events folded before a snapshot is worth its bytes: a seek folds so many at least as fast as it reads a snapshot. */
export const snapshotEventsMin = 2_000
/** While much comes in: saving all takes at most a tenth of the time that folding takes. */
export const snapshotCostRatio = 10
/** While little comes in: saving a projection takes at most this part of the time that passes. */
export const snapshotTimeRatio = 200
/** Earlier states kept of one projection, so that a slider that moves on folds only what it passes. */
export const asOfKeptMax = 2

/** The twin of all projections. */
export const layer: Layer.Layer<Twin, LogUnavailable, EventLog | Snapshots> = Layer.suspend(() =>
  layerOf(all),
)

/** A twin of these projections only. */
export const layerOf = (
  projections: ReadonlyArray<Packed>,
): Layer.Layer<Twin, LogUnavailable, EventLog | Snapshots> => Layer.effect(Twin, make(projections))

const make = (projections: ReadonlyArray<Packed>) =>
  Effect.gen(function* () {
    const log = yield* EventLog
    const snapshots = yield* Snapshots
    const logId = log.info.id
    const head = yield* log.head

    const cells: Array<Cell.Cell> = []
    for (const packed of projections) {
      const { name, version } = packed
      const found = yield* snapshots.nearest({ logId, projection: name, version, at: head })
      const cell = yield* Effect.result(
        Effect.try({ try: () => Cell.make(packed, found), catch: (cause) => String(cause) }),
      )
      if (cell._tag === "Failure")
        yield* Effect.logWarning(`a snapshot of ${name} is not used: ${cell.failure}`)
      cells.push(cell._tag === "Success" ? cell.success : Cell.make(packed, undefined))
    }
    const byName = new Map(cells.map((cell) => [cell.name, cell]))

    const tail = Tail.make()
    let position = Math.min(head, ...cells.map((cell) => cell.position()))
    /** Replaced after each fold; whoever waits for more waits for it. */
    let next = Deferred.makeUnsafe<void, LogUnavailable>()
    /** Why the log is no longer followed. */
    let ended: Cause.Cause<LogUnavailable> | undefined
    let reportedStops = 0

    const fold = (events: ReadonlyArray<Recorded>): void => {
      Cell.foldAll(cells, events)
      Tail.push(tail, events)
      position = events[events.length - 1].position + 1
      const done = next
      next = Deferred.makeUnsafe()
      Deferred.doneUnsafe(done, Exit.void)
    }

    const stops = (): ReadonlyArray<ProjectionStopped> =>
      cells.flatMap((cell) => {
        const stop = cell.stop()
        return stop === undefined ? [] : [new ProjectionStopped({ projection: cell.name, ...stop })]
      })

    const reportStops = Effect.suspend(() => {
      const now = stops()
      if (now.length === reportedStops) return Effect.void
      reportedStops = now.length
      return Effect.forEach(now, (stop) => Effect.logError(stop.message), { discard: true })
    })

    const startedNs = yield* Clock.currentTimeNanos
    const savings = cells.map((cell) => ({
      cell,
      /** Of all projections together, since this one was saved. */
      foldNs: 0n,
      /** What saving it took the last time. */
      saveNs: 0n,
      savedAt: Math.max(position, cell.position()),
      savedNs: startedNs,
    }))
    type Saving = (typeof savings)[number]

    const save = (saving: Saving): Effect.Effect<void> =>
      Effect.gen(function* () {
        const { cell } = saving
        if (cell.stop() !== undefined || cell.position() !== position) return
        const began = yield* Clock.currentTimeNanos
        const text = yield* Effect.result(
          Effect.try({ try: () => cell.text(), catch: (cause) => cause }),
        )
        // What nothing else can be done in: deflating is another thread's. A save that was kept from its processor is believed half.
        const tookNs = (yield* Clock.currentTimeNanos) - began
        const believedNs = 2n * saving.saveNs
        saving.saveNs = saving.saveNs > 0n && tookNs > believedNs ? believedNs : tookNs
        const { name: projection, version } = cell
        if (text._tag === "Failure")
          yield* Effect.logWarning(`no snapshot of ${projection}: ${String(text.failure)}`)
        else yield* snapshots.save({ logId, projection, version, position, text: text.success })
        saving.savedNs = yield* Clock.currentTimeNanos
        saving.foldNs = 0n
        saving.savedAt = position
      })

    const isWorthSaving = ({ foldNs, saveNs, savedAt, savedNs }: Saving, nowNs: bigint): boolean =>
      position - savedAt >= snapshotEventsMin &&
      (foldNs >= saveNs * BigInt(snapshotCostRatio * cells.length) ||
        nowNs - savedNs >= saveNs * BigInt(snapshotTimeRatio))

    const takeIn = (events: ReadonlyArray<Recorded>): Effect.Effect<void> =>
      Effect.gen(function* () {
        if (events.length === 0) return
        const began = yield* Clock.currentTimeNanos
        fold(events)
        const nowNs = yield* Clock.currentTimeNanos
        for (const saving of savings) saving.foldNs += nowNs - began
        yield* reportStops
        for (const saving of savings) if (isWorthSaving(saving, nowNs)) yield* save(saving)
      })

    // Added before the fiber below, so it runs after that was interrupted: the states stand still.
    yield* Effect.addFinalizer(() =>
      Effect.forEach(
        savings.filter(({ savedAt }) => position - savedAt >= snapshotEventsMin),
        save,
        { discard: true },
      ),
    )
    yield* Stream.runForEach(log.follow(position), takeIn).pipe(
      Effect.catchCause((cause) =>
        Effect.suspend(() => {
          ended = cause
          Deferred.doneUnsafe(next, Exit.failCause(cause))
          return Cause.hasInterruptsOnly(cause)
            ? Effect.void
            : Effect.logError("the twin no longer follows the log", cause)
        }),
      ),
      Effect.forkScoped,
    )

    const waitBeyond = (at: Position): Effect.Effect<void, LogUnavailable> =>
      Effect.suspend(() => {
        if (position > at) return Effect.void
        if (ended !== undefined) return Effect.failCause(ended)
        return Effect.flatMap(Deferred.await(next), () => waitBeyond(at))
      })

    /** Events from there on, as many as come at once, when there are any. */
    const take = (
      at: Position,
    ): Effect.Effect<readonly [ReadonlyArray<Recorded>, Position], LogUnavailable> =>
      Effect.gen(function* () {
        yield* waitBeyond(at)
        const kept = Tail.from(tail, at)
        if (kept !== undefined) return [kept, at + kept.length] as const
        const read = yield* Stream.runHead(log.read(at, position))
        invariant(Option.isSome(read), "the log gives what was folded")
        return [read.value, at + read.value.length] as const
      })

    const kept = new Map<string, ReadonlyArray<Known<unknown>>>()

    return Twin.of({
      position: Effect.sync(() => position),
      state: <State>(projection: Projection<State>) =>
        Effect.suspend(() => {
          const cell = byName.get(projection.name)
          invariant(cell !== undefined, `the twin holds the projection ${projection.name}`)
          const stop = cell.stop()
          if (stop !== undefined)
            return Effect.fail(new ProjectionStopped({ projection: projection.name, ...stop }))
          // The cell of that name was made for this projection.
          return Effect.succeed(cell.state() as State)
        }),
      asOf: <State>(projection: Projection<State>, to: Position) =>
        Effect.gen(function* () {
          // What is kept under the name was made by this projection.
          const known = (kept.get(projection.name) ?? []) as ReadonlyArray<Known<State>>
          const same = known.find((each) => each.position === to)
          if (same !== undefined) return same.state
          const cell = byName.get(projection.name)
          const isLive = cell !== undefined && cell.position() === to && cell.stop() === undefined
          const state = isLive
            ? projection.copy(cell.state() as State) // as in `state`
            : yield* asOf(projection, to, known)
          if (to <= position)
            kept.set(projection.name, [...known, { position: to, state }].slice(-asOfKeptMax))
          return state
        }).pipe(Effect.provideService(EventLog, log), Effect.provideService(Snapshots, snapshots)),
      past: (question) =>
        question.pipe(
          Effect.provideService(EventLog, log),
          Effect.provideService(Snapshots, snapshots),
        ),
      reached: (wanted) => waitBeyond(wanted - 1),
      changes: (from) => Stream.unfold(from, take),
      digests: Effect.sync(() => cells.flatMap((cell) => digestOf(cell) ?? [])),
      digest: (name) =>
        Effect.sync(() => {
          const cell = byName.get(name)
          return cell === undefined ? undefined : digestOf(cell)
        }),
      stopped: Effect.sync(stops),
    })
  })

const digestOf = (cell: Cell.Cell): StateDigest | undefined =>
  cell.stop() === undefined
    ? {
        projection: cell.name,
        version: cell.version,
        position: cell.position(),
        digest: cell.digest(),
      }
    : undefined
