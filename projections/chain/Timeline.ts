/**
 * How much was accepted and refused when, by each of the two clocks: a histogram over all of time that fits into a
 * named number of buckets whatever the span. When they are full, neighbours are put together and a bucket is twice as wide.
 *
 * Each bucket remembers the last position in it, so that a place on the page's time line is a position to ask about.
 */
import type { Recorded } from "../../core/event/Envelope.ts"
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

/** One clock's axis. */
interface Axis {
  bucketMs: number
  firstMs: number
  lastMs: number
  /** By number of the bucket since 1970. */
  buckets: Map<number, Bucket>
}

export interface State {
  events: number
  head: number
  readonly occurred: Axis
  readonly recorded: Axis
}

const axis = (): Axis => ({ bucketMs: bucketMsMin, firstMs: 0, lastMs: 0, buckets: new Map() })

export const Timeline: Projection<State> = {
  name: "timeline",
  version: 2,
  initial: () => ({ events: 0, head: -1, occurred: axis(), recorded: axis() }),
  apply: (draft, { position, occurredMs, recordedMs, event }) => {
    const isFirst = draft.events === 0
    draft.events++
    draft.head = position
    count(draft.occurred, occurredMs, position, event._tag, isFirst)
    count(draft.recorded, recordedMs, position, event._tag, isFirst)
  },
  copy: (state) => ({
    ...state,
    occurred: { ...state.occurred, buckets: new Map(state.occurred.buckets) },
    recorded: { ...state.recorded, buckets: new Map(state.recorded.buckets) },
  }),
  encode: (state) => ({
    events: state.events,
    head: state.head,
    occurred: encodeAxis(state.occurred),
    recorded: encodeAxis(state.recorded),
  }),
  decode: (json: Json) => {
    // `encode` wrote it, and a snapshot's digest was checked before it came here.
    const from = json as unknown as Omit<State, "occurred" | "recorded"> & {
      readonly occurred: EncodedAxis
      readonly recorded: EncodedAxis
    }
    return { ...from, occurred: decodeAxis(from.occurred), recorded: decodeAxis(from.recorded) }
  },
}

type EncodedAxis = Omit<Axis, "buckets"> & {
  readonly buckets: ReadonlyArray<readonly [string, Bucket]>
}

const encodeAxis = ({ buckets, ...rest }: Axis): EncodedAxis => ({
  ...rest,
  buckets: sortedPairs(new Map([...buckets].map(([key, bucket]) => [`${key}`, bucket]))),
})

const decodeAxis = ({ buckets, ...rest }: EncodedAxis): Axis => ({
  ...rest,
  buckets: new Map(buckets.map(([key, bucket]) => [Number(key), bucket])),
})

const count = (on: Axis, ms: number, position: number, tag: string, isFirst: boolean): void => {
  on.firstMs = isFirst ? ms : Math.min(on.firstMs, ms)
  on.lastMs = isFirst ? ms : Math.max(on.lastMs, ms)
  const key = Math.floor(ms / on.bucketMs)
  on.buckets.set(key, withOne(on.buckets.get(key) ?? none, tag, position))
  while (on.buckets.size > bucketsMax) widen(on)
}

const withOne = (before: Bucket, tag: string, position: number): Bucket => ({
  accepted: before.accepted + (tag === "MessageAccepted" ? 1 : 0),
  refused: before.refused + (tag === "MessageRefused" ? 1 : 0),
  reported: before.reported + (isReport(tag) ? 1 : 0),
  position,
})

const none: Bucket = { accepted: 0, refused: 0, reported: 0, position: -1 }

const isReport = (tag: string): boolean => tag === "MessageReported" || tag === "ReceptionReported"

const widen = (draft: Axis): void => {
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

/** The state's buckets put together into bars over the span (default: all of time) on one of the clocks. */
export const histogramOf = (
  state: State,
  { fromMs, toMs, bars }: Span,
  clock: "occurred" | "recorded" = "occurred",
): Histogram => {
  invariant(bars > 0, "a histogram has bars")
  const on = state[clock]
  const [first, last] = [fromMs ?? on.firstMs, toMs ?? on.lastMs]
  const base = on.bucketMs
  const wanted = Math.max(base, (last - first + 1) / bars)
  // Whole buckets to a bar, or bars would be uneven where nothing is.
  const bucketMs = Math.ceil(wanted / base) * base
  const into = new Map<number, Bucket>()
  let earlier = -1
  for (const [key, bucket] of on.buckets) {
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
  const { firstMs, lastMs } = on
  return { fromMs: first, toMs: last, bucketMs, firstMs, lastMs, before: earlier, bars: made }
}

/**
 * Bars finer than the state's buckets, from the events of the span themselves (all of them, in order of position);
 * `before` is the greatest position before it.
 */
export const fineBarsOf = (
  events: ReadonlyArray<Recorded>,
  { bars, before, fromMs, toMs }: Required<Span> & { readonly before: number },
  clock: "occurred" | "recorded",
): Pick<Histogram, "bars" | "bucketMs" | "before"> => {
  invariant(bars > 0 && toMs > fromMs, "a histogram has bars over a span")
  const bucketMs = Math.max(1, Math.ceil((toMs - fromMs) / bars))
  const into = new Map<number, Bucket>()
  for (const { event, occurredMs, position, recordedMs } of events) {
    const bar = Math.floor(((clock === "occurred" ? occurredMs : recordedMs) - fromMs) / bucketMs)
    into.set(bar, withOne(into.get(bar) ?? none, event._tag, position))
  }
  let position = before
  const made = [...into]
    .toSorted(([a], [b]) => a - b)
    .map(([bar, bucket]) => {
      position = Math.max(position, bucket.position)
      const { accepted, refused, reported } = bucket
      return { startMs: fromMs + bar * bucketMs, accepted, refused, reported, position }
    })
  return { bars: made, bucketMs, before }
}
