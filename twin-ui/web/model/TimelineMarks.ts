/**
 * The time line as marks: bars up for what was accepted (or reported), down for what was refused,
 * incidents in lanes below, ticks, and where a place on it stands in the log.
 */
import { scaleLinear, scaleUtc } from "d3"
import type { Incident } from "../../../projections/chain/ChainView.ts"
import type { Bucket, TimelineAnswer } from "../../api/Timeline.ts"
import type { Clock, Span } from "../data/Address.ts"
import type { Size } from "./Layout.ts"

export interface BarMark {
  readonly key: number
  readonly x: number
  readonly width: number
  readonly up: number
  readonly reported: number
  readonly down: number
  readonly isAfter: boolean
}

export interface IncidentMark {
  readonly key: string
  readonly incident: Incident
  readonly x: number
  readonly width: number
  readonly lane: number
  /** "" where there is no room for it. */
  readonly label: string
  readonly labelX: number
  readonly isAfter: boolean
}

export interface Tick {
  readonly key: number
  readonly x: number
  readonly text: string
}

export interface TimelineMarks {
  readonly size: Size
  readonly baseline: number
  readonly bars: ReadonlyArray<BarMark>
  readonly incidents: ReadonlyArray<IncidentMark>
  readonly ticks: ReadonlyArray<Tick>
  /** Undefined when the playhead lies outside the span. */
  readonly playhead: number | undefined
  /** Of the accepted scale, for its label. */
  readonly most: number
}

export const inset = 20
/** Lanes of incidents: as many as leave the bars half of the height. */
const lanesOf = ({ height }: Size): number => (height < 130 ? 2 : 3)
const laneHeight = 17
const axisHeight = 16
/** Width of a character of an incident's label; slightly much, so that labels never touch. */
const charWidth = 6.4

export const xOf = (span: Span, width: number) =>
  scaleUtc([span.fromMs, Math.max(span.toMs, span.fromMs + 1)], [inset, width - inset])

export const marksOf = (
  answer: TimelineAnswer,
  span: Span,
  nowMs: number | undefined,
  size: Size,
): TimelineMarks => {
  const x = xOf(span, size.width)
  const chart = size.height - lanesOf(size) * laneHeight - axisHeight - 4
  const baseline = Math.round(chart * 0.76)
  // Bars of another span, until its own are here: so wide that they would say nothing.
  const isCoarse = answer.bucketMs > (span.toMs - span.fromMs) / 6
  const inSpan = isCoarse
    ? []
    : answer.buckets.filter(
        ({ startMs }) => startMs + answer.bucketMs > span.fromMs && startMs < span.toMs,
      )
  const most = Math.max(1, ...inSpan.map((bucket) => bucket.accepted + bucket.reported))
  const mostDown = Math.max(1, ...inSpan.map((bucket) => bucket.refused))
  const up = scaleLinear([0, most], [0, baseline - 4])
  // Refusals have a scale of their own: a handful must be seen beside thousands.
  const down = scaleLinear([0, Math.max(8, mostDown)], [0, chart - baseline])
  const isAfter = (ms: number): boolean => nowMs !== undefined && ms > nowMs
  const bars = inSpan.map((bucket): BarMark => {
    const [from, to] = [Math.max(inset, x(bucket.startMs)), x(bucket.startMs + answer.bucketMs)]
    return {
      key: bucket.startMs,
      x: from,
      width: Math.max(1, Math.min(to, size.width - inset) - from - 1),
      // One message beside a thousand is still seen.
      up: bucket.accepted === 0 ? 0 : Math.max(1.5, up(bucket.accepted)),
      reported: bucket.reported === 0 ? 0 : Math.max(1.5, up(bucket.reported)),
      down: bucket.refused === 0 ? 0 : Math.max(2, down(bucket.refused)),
      isAfter: isAfter(bucket.startMs),
    }
  })
  return {
    size,
    baseline,
    bars,
    incidents: incidentsOf(answer.incidents, span, size, isAfter, answer.lastMs ?? answer.toMs),
    ticks: ticksOf(span, size.width),
    playhead:
      nowMs === undefined || nowMs < span.fromMs || nowMs > span.toMs ? undefined : x(nowMs),
    most,
  }
}

export const laneTop = (size: Size): number =>
  size.height - lanesOf(size) * laneHeight - axisHeight + 10
export const laneY = (size: Size, lane: number): number =>
  laneTop(size) + axisHeight + lane * laneHeight - 8

const incidentsOf = (
  incidents: ReadonlyArray<Incident>,
  span: Span,
  size: Size,
  isAfter: (ms: number) => boolean,
  headMs: number,
): ReadonlyArray<IncidentMark> => {
  const { width } = size
  const lanes = lanesOf(size)
  const x = xOf(span, width)
  const taken: ReadonlyArray<Array<readonly [from: number, to: number]>> = Array.from(
    { length: lanes },
    () => [],
  )
  // The gravest choose their lane and label first; the others take what is left.
  const inSpan = incidents
    .filter(({ start, end }) => (end?.ms ?? headMs) >= span.fromMs && start.ms <= span.toMs)
    .toSorted((a, b) => gravity(b) - gravity(a) || a.start.ms - b.start.ms)
  const marks = inSpan.map((incident): IncidentMark => {
    const from = Math.max(inset, x(incident.start.ms))
    const to = Math.min(width - inset, x(incident.end?.ms ?? headMs))
    const bar = Math.max(5, to - from)
    const full = incident.label.length * charWidth
    // A label that would run out at the right is put to end with the mark.
    const labelX = Math.min(from, width - inset - full)
    const free = (left: number, right: number): number =>
      taken.findIndex((spans) => spans.every(([a, b]) => right + 10 < a || left > b + 10))
    const [left, right] = [Math.min(labelX, from), Math.max(from + bar, labelX + full)]
    const lane = free(left, right)
    // Where the label finds no room, the mark alone may.
    const bare = lane >= 0 ? lane : free(from, from + bar)
    if (lane >= 0) taken[lane].push([left, right])
    else if (bare >= 0) taken[bare].push([from, from + bar])
    return {
      key: incident.id,
      incident,
      x: from,
      width: bar,
      lane: bare >= 0 ? bare : lanes - 1,
      label: lane >= 0 ? incident.label : "",
      labelX,
      isAfter: isAfter(incident.start.ms),
    }
  })
  return marks.toSorted((a, b) => a.x - b.x)
}

/** What concerns many comes before what concerns one device. */
export const gravity = ({ kind, count }: Incident): number =>
  gravities[kind] + (kind === "refusals" && count > 1 ? 1 : 0)

const gravities = { "trust-lost": 4, finding: 3, outage: 3, "link-down": 2, refusals: 0 }

const tickWidth = 92
/** With milliseconds. */
const tickWidthFine = 130

const ticksOf = (span: Span, width: number): ReadonlyArray<Tick> => {
  const x = xOf(span, width)
  return x
    .ticks(
      Math.max(
        2,
        Math.floor(
          (width - 2 * inset) / (span.toMs - span.fromMs < 60_000 ? tickWidthFine : tickWidth),
        ),
      ),
    )
    .map((date) => ({
      key: date.getTime(),
      x: x(date),
      text: tickText(date),
    }))
}

/** The time of day, and the day where a day begins. */
const tickText = (date: Date): string => {
  const iso = date.toISOString()
  if (!iso.endsWith(".000Z")) return iso.slice(11, 23)
  if (iso.slice(11, 19) === "00:00:00") return iso.slice(0, 10)
  return iso.slice(17, 19) === "00" ? iso.slice(11, 16) : iso.slice(11, 19)
}

/** When a position was reached, by the time line's buckets; outside the span for one that lies outside. */
export const msAt = (
  { before, buckets, bucketMs, fromMs, toMs }: TimelineAnswer,
  position: number,
): number => {
  let reached = before ?? -1
  if (position <= reached) return fromMs - 1
  for (const bucket of buckets) {
    if (bucket.position >= position) {
      const part = (position - reached) / Math.max(1, bucket.position - reached)
      return Math.min(toMs, bucket.startMs + part * bucketMs)
    }
    reached = bucket.position
  }
  return toMs + 1
}

/** Incidents are told in event time; on the log's own clock they stand where their events were recorded. */
export const onClock = (answer: TimelineAnswer, clock: Clock): TimelineAnswer =>
  clock === "occurred"
    ? answer
    : {
        ...answer,
        incidents: answer.incidents.map((incident) => ({
          ...incident,
          start: { ...incident.start, ms: msAt(answer, incident.start.position) },
          ...(incident.end === undefined
            ? {}
            : { end: { ...incident.end, ms: msAt(answer, incident.end.position) } }),
        })),
      }

/** The position that the log had reached at an instant of event time, by the time line's buckets. */
export const positionAt = (answer: TimelineAnswer, ms: number): number => {
  const { buckets, bucketMs, head } = answer
  if (ms >= (answer.lastMs ?? answer.toMs)) return head
  let before: Bucket | undefined
  for (const bucket of buckets) {
    if (bucket.startMs > ms) break
    before = bucket
  }
  if (before === undefined) return Math.max(0, answer.before ?? 0)
  const index = buckets.indexOf(before)
  const first = index === 0 ? (answer.before ?? before.position) : buckets[index - 1].position
  const part = Math.min(1, (ms - before.startMs) / bucketMs)
  return Math.round(first + (before.position - first) * part)
}
