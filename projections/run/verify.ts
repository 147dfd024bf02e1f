/**
 * Checks that the log is whole and that every way to a state leads to the same one: folded from the beginning,
 * read from a snapshot, folded on from a snapshot.
 *
 * At each snapshot's position three digests are compared: of the fold from the beginning, of
 * the snapshot, and of the snapshot before it folded on to here. So every kept snapshot is used once, for the
 * price of two folds of the log.
 */
import * as Effect from "effect/Effect"
import * as Stream from "effect/Stream"
import type { Position, Recorded } from "../../core/event/Envelope.ts"
import { EventLog, type Integrity, type LogUnavailable } from "../../core/log/EventLog.ts"
import { all, type Packed } from "../all.ts"
import * as Cell from "./Cell.ts"
import { type Snapshot, Snapshots } from "./Snapshots.ts"

export interface Disagreement {
  readonly position: Position
  /** What does not agree with the fold from the beginning. */
  readonly what: "snapshot" | "fold from a snapshot"
  readonly expected: string
  readonly actual: string
}

export interface ProjectionVerified {
  readonly projection: string
  readonly version: number
  readonly position: Position
  /** At the head, folded from the beginning. */
  readonly digest: string
  /** Snapshots used. */
  readonly snapshots: number
  readonly disagreements: ReadonlyArray<Disagreement>
  /** Where and why it threw, if it did. */
  readonly stop: Cell.Stop | undefined
}

export interface Verified {
  readonly log: Integrity
  readonly projections: ReadonlyArray<ProjectionVerified>
  readonly isGood: boolean
}

/** Verifies the log and these projections, one after the other, to keep one state in memory at a time. */
export const verify = (
  projections: ReadonlyArray<Packed> = all,
): Effect.Effect<Verified, LogUnavailable, EventLog | Snapshots> =>
  Effect.gen(function* () {
    const log = yield* EventLog
    const integrity = yield* log.verify
    const verified = yield* Effect.forEach(projections, verifyProjection)
    return {
      log: integrity,
      projections: verified,
      isGood:
        integrity.damage.length === 0 &&
        verified.every(
          ({ disagreements, stop }) => disagreements.length === 0 && stop === undefined,
        ),
    }
  })

/** One projection alone, of a log whose own checksums hold. */
export const verifyProjection = (
  packed: Packed,
): Effect.Effect<ProjectionVerified, LogUnavailable, EventLog | Snapshots> =>
  Effect.gen(function* () {
    const log = yield* EventLog
    const snapshots = yield* Snapshots
    const head = yield* log.head
    const sought = { logId: log.info.id, projection: packed.name, version: packed.version }
    const kept = (yield* snapshots.positions(sought)).filter((position) => position <= head)
    // A short log has none: then one is made on the way, so that a fold from a snapshot is tried all the same.
    const positions = kept.length > 0 || head < 2 ? kept : [Math.floor(head / 2)]

    const fromZero = Cell.make(packed, undefined)
    let fromSnapshot: Cell.Cell | undefined
    let used = 0
    const disagreements: Array<Disagreement> = []

    const compareAt = (position: Position, snapshot: Snapshot | undefined): void => {
      if (fromZero.stop() !== undefined) return
      const expected = fromZero.digest()
      const compare = (what: Disagreement["what"], actual: string): void => {
        if (actual !== expected) disagreements.push({ position, what, expected, actual })
      }
      if (fromSnapshot !== undefined) compare("fold from a snapshot", fromSnapshot.digest())
      if (snapshot === undefined) return
      used++
      fromSnapshot = Cell.make(packed, snapshot)
      compare("snapshot", fromSnapshot.digest())
    }
    const takeIn = (events: ReadonlyArray<Recorded>) =>
      Effect.sync(() => {
        fromZero.fold(events)
        fromSnapshot?.fold(events)
      })

    let at = 0
    for (const position of positions) {
      if (position > at) yield* Stream.runForEach(log.read(at, position), takeIn)
      at = position
      const snapshot =
        kept.length > 0
          ? yield* snapshots.nearest({ ...sought, at: position })
          : { ...sought, position, text: fromZero.text() }
      // A damaged one was passed over for the one before it.
      if (snapshot?.position === position) compareAt(position, snapshot)
    }
    if (at < head) yield* Stream.runForEach(log.read(at, head), takeIn)
    compareAt(head, undefined)
    return {
      projection: packed.name,
      version: packed.version,
      position: head,
      digest: fromZero.digest(),
      snapshots: used,
      disagreements,
      stop: fromZero.stop(),
    }
  })
