/** What is unlike the usual, for whoever tells people: provided by what folds the log (`projections/run`). */
import * as Context from "effect/Context"
import type * as Effect from "effect/Effect"
import type { AlertRaised } from "../event/alert.ts"
import type { Position } from "../event/Envelope.ts"

/** An anomaly, as an alert tells it. */
export interface Anomaly extends Pick<
  AlertRaised,
  "kind" | "device" | "station" | "customer" | "area" | "text" | "sinceMs"
> {
  readonly id: string
  readonly expected: string
  readonly seen: string
  /** By the log's clock. */
  readonly openedMs: number
  readonly openedAt: Position
  /** Absent while it goes on. */
  readonly cleared: { readonly at: Position; readonly ms: number; readonly why: string } | undefined
  /** Positions of events that show it. */
  readonly causes: ReadonlyArray<Position>
}

export class Anomalies extends Context.Service<
  Anomalies,
  {
    /** Those that go on and the last that are over, the one that opened last first; none while they are not known. */
    readonly now: Effect.Effect<ReadonlyArray<Anomaly>>
  }
>()("sigtwin/core/network/Anomalies") {}
