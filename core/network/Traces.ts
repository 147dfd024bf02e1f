/**
 * From a reception to the deliveries that follow from it: which span of a request took in which part of the log. Off unless
 * somebody provides it.
 *
 * Kept in memory alone, the latest `rangesMax`: a delivery that finds none here begins a trace of its own.
 */
import * as Context from "effect/Context"
import type * as Tracer from "effect/Tracer"
import type { Position } from "../event/Envelope.ts"

/** Requests remembered: a minute of 160 a second. */
export const rangesMax = 10_000

export interface Traces {
  /** Events `from` (inclusive) to `to` (exclusive) came of this span. */
  readonly note: (from: Position, to: Position, span: Tracer.AnySpan) => void
  readonly find: (position: Position) => Tracer.AnySpan | undefined
}

export const Traces = Context.Reference<Traces | undefined>("sigtwin/core/network/Traces", {
  defaultValue: () => undefined,
})

interface Range {
  readonly from: Position
  readonly to: Position
  readonly span: Tracer.AnySpan
}

export const make = (): Traces => {
  /** By `from`: requests are taken one after the other. */
  let ranges: Array<Range> = []
  return {
    note: (from, to, span) => {
      if (to <= from) return
      // Half at a time, so that each costs little.
      if (ranges.length >= rangesMax) ranges = ranges.slice(rangesMax / 2)
      ranges.push({ from, to, span })
    },
    find: (position) => {
      let [low, high] = [0, ranges.length]
      while (low < high) {
        const middle = (low + high) >> 1
        if (ranges[middle].to <= position) low = middle + 1
        else high = middle
      }
      const found = ranges[low]
      return found !== undefined && found.from <= position ? found.span : undefined
    },
  }
}
