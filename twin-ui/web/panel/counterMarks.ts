/**
 * A device's counter against time: where its numbers stand, what the window took when each came, which were refused.
 * Numbers run on over the turns of the counter, so that a wrap is a step and no fall; a refused number, whose turn
 * nobody knows, stands where it is nearest to the window.
 */
import { scaleLinear, scaleUtc } from "d3"
import type { CounterAnswer, CounterPoint } from "../../api/Counter.ts"

export interface Size {
  readonly width: number
  readonly height: number
}

export interface Mark {
  readonly x: number
  readonly y: number
  readonly point: CounterPoint
}

/** What the window took in a stretch of time. */
export interface Band {
  readonly x: number
  readonly width: number
  readonly y: number
  readonly height: number
}

export interface CounterMarks {
  readonly accepted: ReadonlyArray<Mark>
  readonly refused: ReadonlyArray<Mark>
  readonly bands: ReadonlyArray<Band>
  readonly across: ReadonlyArray<{ readonly x: number; readonly text: string }>
  readonly up: ReadonlyArray<{ readonly y: number; readonly text: string }>
  /** Where the counter starts again. */
  readonly wraps: ReadonlyArray<number>
}

/** Room for the numbers at the left and the times below, px. */
export const edge = { left: 34, right: 6, top: 6, bottom: 16 }

const ticksAcross = 4
const ticksUp = 4
const wrapsMax = 40

export const counterMarks = (
  { occurredMs, points, rollover, window }: CounterAnswer,
  { height, width }: Size,
): CounterMarks => {
  const values = valuesOf(points, rollover)
  const low = Math.min(...values)
  const high = Math.max(...values)
  const pad = Math.max(1, (high - low) * 0.08)
  const firstMs = points[0]?.ms ?? occurredMs - 1
  const x = scaleUtc(
    [firstMs, endOf(firstMs, points.at(-1)?.ms ?? occurredMs, occurredMs)],
    [edge.left, width - edge.right],
  )
  const y = scaleLinear([low - pad, high + pad], [height - edge.bottom, edge.top]).clamp(true)
  const marks = points.map((point, i) => ({ x: x(point.ms), y: y(values[i]), point }))
  const [bottomMost, topMost] = [low - pad, high + pad]
  const firstWrap = Math.ceil(bottomMost / rollover)
  const wraps = Array.from(
    { length: Math.min(wrapsMax, Math.max(0, Math.floor(topMost / rollover) - firstWrap + 1)) },
    (_, i) => y((firstWrap + i) * rollover),
  )
  const format = x.tickFormat(ticksAcross)
  return {
    accepted: marks.filter(({ point }) => point.accepted),
    refused: marks.filter(({ point }) => !point.accepted),
    bands: bandsOf(points, values, window, x.range()[1], x, y),
    across: x.ticks(ticksAcross).map((time) => ({ x: x(time), text: format(time) })),
    up: numbersUp(bottomMost, topMost, rollover).map((value) => ({
      y: y(value),
      text: String(modulo(value, rollover)),
    })),
    wraps,
  }
}

/** A long silence after the last number is not drawn whole: the numbers would stand in a corner. */
const endOf = (firstMs: number, lastMs: number, nowMs: number): number =>
  Math.max(lastMs, Math.min(nowMs, lastMs + Math.max(60_000, (lastMs - firstMs) / 4)))

/** Round numbers of the counter, at most `ticksUp` of them, whichever its turn. */
const numbersUp = (from: number, to: number, rollover: number): ReadonlyArray<number> => {
  for (const step of [1, 2, 5, 10, 20, 50, 100, 200, 500, 1_000, 2_000, rollover]) {
    const found: Array<number> = []
    for (let turn = Math.floor(from / rollover); turn * rollover <= to; turn++)
      for (let number = 0; number < rollover; number += step) {
        const value = turn * rollover + number
        if (value < from) continue
        if (value > to || found.length > ticksUp) break
        found.push(value)
      }
    if (found.length <= ticksUp) return found
  }
  return []
}

const modulo = (value: number, by: number): number => ((value % by) + by) % by

/** Each number on a line without end. */
export const valuesOf = (
  points: ReadonlyArray<CounterPoint>,
  rollover: number,
): ReadonlyArray<number> => {
  let last: number | undefined
  return points.map(({ epoch, seq }, i) => {
    if (epoch !== null) {
      last = epoch * rollover + seq
      return last
    }
    // Before the first acceptance that is shown, the next one says in which turn it was.
    const near = last ?? nextAccepted(points, i, rollover)
    if (near === undefined) return seq
    const ahead = modulo(seq - (near + 1), rollover)
    return near + 1 + (ahead <= rollover / 2 ? ahead : ahead - rollover)
  })
}

const nextAccepted = (
  points: ReadonlyArray<CounterPoint>,
  from: number,
  rollover: number,
): number | undefined => {
  const next = points.slice(from).find(({ epoch }) => epoch !== null)
  return next === undefined ? undefined : (next.epoch ?? 0) * rollover + next.seq - 1
}

const bandsOf = (
  points: ReadonlyArray<CounterPoint>,
  values: ReadonlyArray<number>,
  window: CounterAnswer["window"],
  end: number,
  x: (ms: number) => number,
  y: (value: number) => number,
): ReadonlyArray<Band> => {
  const bands: Array<Band> = []
  let last: number | undefined
  let from = 0
  const add = (until: number, taken: CounterPoint["window"]): void => {
    if (last === undefined || taken === null || until <= from) return
    const [top, bottom] = [y(last + taken.gapMax), y(last + 1)]
    if (bottom > top) bands.push({ x: from, width: until - from, y: top, height: bottom - top })
  }
  for (const [i, point] of points.entries()) {
    add(x(point.ms), point.window)
    if (point.accepted) last = values[i]
    from = x(point.ms)
  }
  add(end, window)
  return bands
}
