/**
 * How much was accepted and refused when: a histogram over all of event time that fits into a named number of
 * buckets whatever the span. When they are full, neighbours are put together and a bucket is twice as wide.
 *
 * Each bucket remembers the last position in it, so that a place on the page's time line is a position to ask about.
 */
import { invariant } from "../../core/kernel/invariant.ts"
import { sortedPairs, type Json, type Projection } from "../Projection.ts"

const bucketsMax = 16_384
const bucketMsMin = 60_000

type Bucket = {
  readonly accepted: number
  readonly refused: number
  readonly reported: number
  /** Greatest position in it. */
  readonly position: number
}

export interface State {
  bucketMs: number
  events: number
  head: number
  firstMs: number
  lastMs: number
  /** By number of the bucket since 1970. */
  buckets: Map<number, Bucket>
}

export const Timeline: Projection<State> = {
  name: "timeline",
  version: 1,
  initial: () => ({
    bucketMs: bucketMsMin,
    events: 0,
    head: -1,
    firstMs: 0,
    lastMs: 0,
    buckets: new Map(),
  }),
  apply: (draft, { position, occurredMs, event }) => {
    draft.firstMs = draft.events === 0 ? occurredMs : Math.min(draft.firstMs, occurredMs)
    draft.lastMs = Math.max(draft.lastMs, occurredMs)
    draft.events++
    draft.head = position
    const key = Math.floor(occurredMs / draft.bucketMs)
    const before = draft.buckets.get(key) ?? none
    draft.buckets.set(key, {
      accepted: before.accepted + (event._tag === "MessageAccepted" ? 1 : 0),
      refused: before.refused + (event._tag === "MessageRefused" ? 1 : 0),
      reported: before.reported + (isReport(event._tag) ? 1 : 0),
      position,
    })
    while (draft.buckets.size > bucketsMax) widen(draft)
  },
  copy: (state) => ({ ...state, buckets: new Map(state.buckets) }),
  encode: (state) => ({
    ...state,
    buckets: sortedPairs(new Map([...state.buckets].map(([key, bucket]) => [`${key}`, bucket]))),
  }),
  decode: (json: Json) => {
    // `encode` wrote it, and a snapshot's digest was checked before it came here.
    const from = json as unknown as Omit<State, "buckets"> & {
      readonly buckets: ReadonlyArray<readonly [string, Bucket]>
    }
    return { ...from, buckets: new Map(from.buckets.map(([key, bucket]) => [Number(key), bucket])) }
  },
}

const none: Bucket = { accepted: 0, refused: 0, reported: 0, position: -1 }

const isReport = (tag: string): boolean => tag === "MessageReported" || tag === "ReceptionReported"

const widen = (draft: State): void => {
  const wide = new Map<number, Bucket>()
  for (const [key, bucket] of draft.buckets) {
    const half = Math.floor(key / 2)
    wide.set(half, joined(wide.get(half), bucket))
  }
  draft.buckets = wide
  draft.bucketMs *= 2
}

const joined = (a: Bucket | undefined, b: Bucket): Bucket =>
  a === undefined
    ? b
    : {
        accepted: a.accepted + b.accepted,
        refused: a.refused + b.refused,
        reported: a.reported + b.reported,
        position: Math.max(a.position, b.position),
      }

export interface Span {
  readonly fromMs?: number
  readonly toMs?: number
  /** At most this many bars. */
  readonly bars: number
}

export interface Histogram {
  readonly fromMs: number
  readonly toMs: number
  readonly bucketMs: number
  /** Of the whole log. */
  readonly firstMs: number
  readonly lastMs: number
  /** Greatest position before `fromMs`, -1 for none. */
  readonly before: number
  /** In order of time; bars with nothing in them are left out. */
  readonly bars: ReadonlyArray<Bucket & { readonly startMs: number }>
}

/** The state's buckets put together into bars over the span (default: all of time). */
export const histogramOf = (state: State, { fromMs, toMs, bars }: Span): Histogram => {
  invariant(bars > 0, "a histogram has bars")
  const [first, last] = [fromMs ?? state.firstMs, toMs ?? state.lastMs]
  const base = state.bucketMs
  const wanted = Math.max(base, (last - first + 1) / bars)
  // Whole buckets to a bar, or bars would be uneven where nothing is.
  const bucketMs = Math.ceil(wanted / base) * base
  const into = new Map<number, Bucket>()
  let earlier = -1
  for (const [key, bucket] of state.buckets) {
    const startMs = key * base
    if (startMs > last) continue
    if (startMs + base <= first) earlier = Math.max(earlier, bucket.position)
    else {
      const bar = Math.floor(startMs / bucketMs)
      into.set(bar, joined(into.get(bar), bucket))
    }
  }
  const sorted = [...into].toSorted(([a], [b]) => a - b)
  let position = earlier
  const made = sorted.map(([bar, bucket]) => {
    // A late event can stand far back in time: positions are made to rise along the axis.
    position = Math.max(position, bucket.position)
    const { accepted, refused, reported } = bucket
    return { startMs: bar * bucketMs, accepted, refused, reported, position }
  })
  const { firstMs, lastMs } = state
  return { fromMs: first, toMs: last, bucketMs, firstMs, lastMs, before: earlier, bars: made }
}
