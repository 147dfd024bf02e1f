/**
 * An event with its place: where it stands in the log, when it happened, when we knew, and why.
 */
import type { Event } from "./Event.ts"

/** Place in the log: 0, 1, 2 … without gaps. */
export type Position = number

/** `device-4D33DB`, `station-BS-0017`, `customer-hydro`, `network`, `policy`: see `streamOf`. */
export type StreamId = string

export interface Recorded {
  readonly position: Position
  readonly stream: StreamId
  /** Place in its stream: 0, 1, 2 … without gaps. */
  readonly revision: number
  /** By the source's clock, which may lie or be late. */
  readonly occurredMs: number
  /** By our clock, when it was committed; never falls along the log. */
  readonly recordedMs: number
  /** Positions of the events that caused this one; each smaller than `position`. */
  readonly causes: ReadonlyArray<Position>
  readonly event: Event
}

/**
 * A place an event may name as its cause before it has one itself: a position, or, as
 * `-1 - index`, an earlier event of the same append.
 */
export type Cause = number

export const causeInBatch = (index: number): Cause => -1 - index

export interface NewEvent {
  readonly stream: StreamId
  readonly occurredMs: number
  readonly causes: ReadonlyArray<Cause>
  readonly event: Event
}

export const noCauses: ReadonlyArray<never> = []
