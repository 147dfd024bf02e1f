/**
 * The live twin: the states of all projections, held up to date with the log.
 *
 * Positions here are counts of events: a state *at* p has taken in the events 0 … p-1. A projection
 * that throws is stopped at that event, alone, and says so; the others go on.
 */
import * as Context from "effect/Context"
import type * as Effect from "effect/Effect"
import * as Schema from "effect/Schema"
import type * as Stream from "effect/Stream"
import type { Position, Recorded } from "../../core/event/Envelope.ts"
import type { EventLog, LogUnavailable } from "../../core/log/EventLog.ts"
import type { Projection } from "../Projection.ts"
import type { Snapshots } from "./Snapshots.ts"

/** A projection threw at an event: a bug of ours. Its state is not given out, since the event may be half in it. */
export class ProjectionStopped extends Schema.TaggedError<ProjectionStopped>()(
  "ProjectionStopped",
  {
    projection: Schema.String,
    /** Of the event at which it threw. */
    position: Schema.Int,
    kind: Schema.String,
    detail: Schema.String,
  },
) {
  override get message() {
    return `projection ${this.projection} stopped at event ${this.position} (${this.kind}): ${this.detail}`
  }
}

export interface StateDigest {
  readonly projection: string
  readonly version: number
  readonly position: Position
  /** SHA-256 of the canonical JSON of the state, hex. */
  readonly digest: string
}

export class Twin extends Context.Service<
  Twin,
  {
    /** How many events are folded: one past the last one's position. */
    readonly position: Effect.Effect<Position>
    /**
     * The live state. It changes in place as events come in, and so do the devices, stations and tallies in
     * it: read what is needed at once, without another effect between, or ask `asOf`. All live
     * states are of one position.
     */
    readonly state: <State>(
      projection: Projection<State>,
    ) => Effect.Effect<State, ProjectionStopped | LogUnavailable>
    /** The state with the events below `to`, for good. Not to be changed: others may be given the same. */
    readonly asOf: <State>(
      projection: Projection<State>,
      to: Position,
    ) => Effect.Effect<State, LogUnavailable>
    /** Answers a question about the past from the log and the snapshots that are kept of it. */
    readonly past: <A, E>(
      question: Effect.Effect<A, E, EventLog | Snapshots>,
    ) => Effect.Effect<A, E>
    /** Returns when the events below the position are folded: `append` gives what to wait for. */
    readonly reached: (position: Position) => Effect.Effect<void, LogUnavailable>
    /**
     * Events from the position on, in arrays, each after it was folded; never ends. A reader takes what it can
     * when it can: the latest come from memory, what is further back from the log.
     */
    readonly changes: (from: Position) => Stream.Stream<ReadonlyArray<Recorded>, LogUnavailable>
    /** Digests of all live states that are not stopped, at one position. */
    readonly digests: Effect.Effect<ReadonlyArray<StateDigest>>
    /** The digest of one live state; undefined where it is stopped. */
    readonly digest: (projection: string) => Effect.Effect<StateDigest | undefined>
    /** Projections that threw. */
    readonly stopped: Effect.Effect<ReadonlyArray<ProjectionStopped>>
  }
>()("sigtwin/projections/run/Twin") {}
