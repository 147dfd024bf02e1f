/**
 * How long answers usually take: a median learnt by small steps towards each new time, and the last times as they were.
 * Fixed size.
 */
/** Times that say how it is now. */
export const lastMax = 15
/** With so many answers the usual is known. */
export const knownFrom = 50
/** A step, as part of the median: 2 %; ten times that until the usual is known. */
const step = 0.02

export interface Latency {
  /** Usual, ms. */
  usualMs: number
  seen: number
  readonly last: Array<number>
}

export const make = (): Latency => ({ usualMs: 0, seen: 0, last: [] })

export const add = (latency: Latency, ms: number): void => {
  latency.last.push(ms)
  if (latency.last.length > lastMax) latency.last.shift()
}

/** Learns from the time that came last. */
export const learn = (latency: Latency): void => {
  const ms = latency.last.at(-1) ?? 0
  if (latency.seen === 0) latency.usualMs = ms
  else {
    const by = Math.max(1, latency.usualMs * step * (latency.seen < knownFrom ? 5 : 1))
    if (ms > latency.usualMs) latency.usualMs += by
    else if (ms < latency.usualMs) latency.usualMs = Math.max(1, latency.usualMs - by)
  }
  latency.seen++
}

export const isKnown = ({ last, seen }: Latency): boolean =>
  seen >= knownFrom && last.length === lastMax

/** The middle one of the last times, ms. */
export const nowMs = ({ last }: Latency): number =>
  last.toSorted((a, b) => a - b)[last.length >> 1] ?? 0

export type Encoded = readonly [usualMs: number, seen: number, last: ReadonlyArray<number>]

export const encode = ({ last, seen, usualMs }: Latency): Encoded => [usualMs, seen, last.slice()]

export const decode = ([usualMs, seen, last]: Encoded): Latency => ({
  usualMs,
  seen,
  last: last.slice(),
})

export const copy = (latency: Latency): Latency => ({ ...latency, last: latency.last.slice() })
