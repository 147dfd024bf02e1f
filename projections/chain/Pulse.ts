/**
 * Rates of event time in whole numbers, so that they are the same on every machine: counts in minutes
 * (`Pulse`, which also remembers the last ones), and counts in two windows of five minutes (`Flow`, which is smaller).
 */

export const minuteMs = 60_000
/** Completed minutes a pulse remembers; what a sparkline shows. */
const pulseMinutes = 12
/** Minutes a rate is the mean of. */
export const rateMinutes = 5
const flowMs = rateMinutes * minuteMs

export type Pulse = {
  readonly minute: number
  readonly count: number
  /** Completed minutes before `minute`, newest last. */
  readonly past: ReadonlyArray<number>
}

const noPast: ReadonlyArray<number> = []
export const still: Pulse = { minute: 0, count: 0, past: noPast }

/** One more event at this instant, which never falls. */
export const beat = (pulse: Pulse, nowMs: number, times = 1): Pulse => {
  const minute = Math.floor(nowMs / minuteMs)
  return minute === pulse.minute
    ? { minute, count: pulse.count + times, past: pulse.past }
    : { minute, count: times, past: pastAt(pulse, minute) }
}

/** Completed minutes before `minute`, newest last. */
export const pastAt = (pulse: Pulse, minute: number): ReadonlyArray<number> => {
  const passed = minute - pulse.minute
  if (passed <= 0) return pulse.past
  if (passed > pulseMinutes) return noPast
  const past = [...pulse.past, pulse.count]
  for (let i = 1; i < passed; i++) past.push(0)
  return past.slice(-pulseMinutes)
}

/** Events a minute, mean of the last five minutes. */
export const rateOf = (pulse: Pulse, nowMs: number): number => {
  const minute = Math.floor(nowMs / minuteMs)
  const past = pastAt(pulse, minute)
  let sum = minute === pulse.minute ? pulse.count : 0
  const first = Math.max(0, past.length - (rateMinutes - 1))
  for (let i = first; i < past.length; i++) sum += past[i]
  const partial = (nowMs - minute * minuteMs) / minuteMs
  // A pulse that only began is not thinned by minutes in which it did not exist.
  const span = Math.max(1, past.length - first + partial)
  return Math.round(sum / span)
}

/** A pulse of this rate at the instant, without a past. */
export const steady = (rate: number, nowMs: number): Pulse => ({
  minute: Math.floor(nowMs / minuteMs),
  count: rate,
  past: noPast,
})

export type Flow = { readonly window: number; readonly count: number; readonly before: number }

export const dry: Flow = { window: 0, count: 0, before: 0 }

export const flow = (before: Flow, nowMs: number): Flow => {
  const window = Math.floor(nowMs / flowMs)
  if (window === before.window) return { window, count: before.count + 1, before: before.before }
  return { window, count: 1, before: window === before.window + 1 ? before.count : 0 }
}

/** Events in about the last five minutes. */
export const amountOf = (value: Flow, nowMs: number): number => {
  const window = Math.floor(nowMs / flowMs)
  const partial = (nowMs - window * flowMs) / flowMs
  if (window === value.window) return Math.round(value.count + value.before * (1 - partial))
  return window === value.window + 1 ? Math.round(value.count * (1 - partial)) : 0
}

/** Two flows as one. */
export const joined = (a: Flow, b: Flow): Flow => {
  const window = Math.max(a.window, b.window)
  const [x, y] = [shifted(a, window), shifted(b, window)]
  return { window, count: x.count + y.count, before: x.before + y.before }
}

const shifted = ({ before, count, window }: Flow, to: number): Omit<Flow, "window"> => {
  if (window === to) return { count, before }
  return { count: 0, before: window === to - 1 ? count : 0 }
}
