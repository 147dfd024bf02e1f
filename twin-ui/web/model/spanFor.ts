/** Which part of time the time line shows: it follows now, and in the past stands still until the playhead leaves it. */
import type { Span } from "../data/Address.ts"

export interface Wanted {
  readonly firstMs: number
  readonly lastMs: number
  /** Infinity for all of time. */
  readonly lengthMs: number
  readonly zoom: Span | undefined
  readonly playheadMs: number | undefined
  readonly isNow: boolean
}

/** The least there is to see; a log of one event has a span too. */
const lengthLeast = 60_000

export const spanFor = (before: Span | undefined, wanted: Wanted): Span => {
  const { firstMs, lastMs, zoom, playheadMs } = wanted
  if (zoom !== undefined) return zoom
  const whole = Math.max(lengthLeast, lastMs - firstMs)
  const length = Math.min(wanted.lengthMs, whole)
  const atEnd = { fromMs: lastMs - length, toMs: lastMs }
  if (wanted.isNow || playheadMs === undefined || length === whole) return atEnd
  const isIn = (span: Span): boolean => playheadMs >= span.fromMs && playheadMs <= span.toMs
  if (before !== undefined && Math.abs(before.toMs - before.fromMs - length) < 1 && isIn(before))
    return before
  if (isIn(atEnd)) return atEnd
  const fromMs = Math.max(firstMs, playheadMs - length / 2)
  return { fromMs, toMs: fromMs + length }
}
