/**
 * How much is usual, by the hour of the week, learnt as it goes: counts in bins of ten minutes.
 *
 * - `level`: what a bin usually holds these hours, the hour's share taken out: the mean of the last six hours without their
 *   highest and lowest sixth, so that an hour that is out of order changes nothing.
 * - `shape`: by hour of the week, how an hour compares with the day before it. Learnt once a whole day was seen; an hour of the
 *   week that was not yet seen is taken from the same hour of other days. Moves by a quarter each week.
 * - `spread`: how far bins lie from what was expected, in units of a Poisson count's deviation.
 *
 * Nothing is learnt while something unusual goes on (`learns` false): what is out of order must not become the usual.
 * Fixed size: about 1.1 KB each (measured by `npm run bench -- anomaly`).
 */
export const binMs = 600_000
export const binsPerHour = 6
const hourMs = 3_600_000
/** Bins that the level is taken from, and of each side left out of it. */
const ringMax = 36
const trimmed = 6
/** Bins that a judgement may look back on. */
export const lookMax = 6
/** With so many bins a level is known: three hours. */
export const levelBins = 18
/** A level that moved further than this with the last hour is still on its way. */
const settledTimes = 1.5
const dayHours = 24
const weekHours = 168
/** Before it is learnt; spreads are bounded. */
const spreadFirst = 2
const spreadStep = 0.02
const middle = 0.6745
const spreadMin = 1
const spreadMax = 8

/** Shares are kept in steps of a thirty-second, 0 for none learnt. */
const shapeStep = 32

export interface Series {
  /** Of the bin that goes on, with where its first and its last event stand. */
  count: number
  firstAt: number
  lastAt: number
  /** The last bins as they were, the newest last. */
  readonly last: Array<number>
  /** Where the first event of the oldest of them stands. */
  readonly lastFirst: Array<number>
  /** Bins without the hour's share; a ring of `ringMax`. */
  readonly ring: Float32Array
  /** Bins learnt from in all. */
  bins: number
  /** Whole hours of the last day, a ring; -1 for one that was not whole. */
  readonly hours: Float32Array
  hoursSeen: number
  /** Of the hour that goes on. */
  hourCount: number
  hourBins: number
  readonly shape: Uint8Array
  level: number
  /** What it was an hour before. */
  levelBefore: number
  spread: number
}

export const make = (): Series => ({
  count: 0,
  firstAt: -1,
  lastAt: -1,
  last: [],
  lastFirst: [],
  ring: new Float32Array(ringMax),
  bins: 0,
  hours: new Float32Array(dayHours),
  hoursSeen: 0,
  hourCount: 0,
  hourBins: 0,
  shape: new Uint8Array(weekHours),
  level: 0,
  levelBefore: 0,
  spread: spreadFirst,
})

/** Counts one more at the event there. */
export const add = (series: Series, position: number): void => {
  if (series.count === 0) series.firstAt = position
  series.count++
  series.lastAt = position
}

/** Hour of the week of a bin, 0 for Thursday's first: the first of 1970 was one. */
export const hourOf = (bin: number): number => Math.floor((bin * binMs) / hourMs) % weekHours

/** What the bin should hold. */
export const expectedOf = (series: Series, bin: number): number =>
  series.level * shareOf(series, hourOf(bin))

/** Whether the level is known; before, nothing is to be said. */
export const isArmed = ({ bins }: Series): boolean => bins >= levelBins

/**
 * Whether the level stands. It follows for hours traffic that was too little to judge and grew for good, and what began hours ago would be
 * unlike a usual that is on its way.
 */
export const isSettled = ({ level, levelBefore }: Series): boolean =>
  level <= settledTimes * levelBefore && levelBefore <= settledTimes * level

/** Whether the hour's share was learnt, in this week or on other days. */
export const knowsHour = (series: Series, bin: number): boolean =>
  learntShare(series, hourOf(bin)) > 0

/** The last so many whole bins: what they held, and should have held. */
export const lookBack = (series: Series, bin: number, bins: number) => {
  const { last, lastFirst } = series
  const from = Math.max(0, last.length - bins)
  let seen = 0
  let expected = 0
  for (let i = from; i < last.length; i++) {
    seen += last[i]
    expected += expectedOf(series, bin - (last.length - i))
  }
  let firstAt = -1
  for (let i = from; i < last.length && firstAt < 0; i++) firstAt = lastFirst[i]
  return { seen, expected, firstAt, bins: last.length - from }
}

/** Standard deviation of a count of which so much is expected. */
export const deviationOf = ({ spread }: Series, expected: number): number =>
  spread * Math.sqrt(expected + 1)

/** Ends the bin that went on. */
export const close = (series: Series): void => {
  const { last, lastFirst } = series
  last.push(series.count)
  lastFirst.push(series.firstAt)
  if (last.length > lookMax) {
    last.shift()
    lastFirst.shift()
  }
  series.count = 0
  series.firstAt = -1
}

/** Learns from the bin that was closed last, of that number, once it was judged. */
export const learn = (series: Series, bin: number): void => {
  const count = series.last.at(-1) ?? 0
  const share = shareOf(series, hourOf(bin))
  if (isArmed(series)) {
    const expected = series.level * share
    const away = Math.abs(count - expected) / Math.sqrt(expected + 1)
    // Half of all bins lie within 0.67 deviations: a step towards where that is so, however far one lies.
    const step = away > middle * series.spread ? 1 + spreadStep : 1 - spreadStep
    series.spread = bounded(series.spread * step)
  }
  series.ring[series.bins % ringMax] = count / share
  series.bins++
  countHour(series, bin, count, true)
  const isHourOver = (bin + 1) % binsPerHour === 0
  // A new level every hour, and sooner while there is none.
  if (!isHourOver && series.bins > levelBins) return
  const level = levelOf(series)
  series.levelBefore = series.bins <= levelBins ? level : series.level
  series.level = level
}

/** A bin that something unusual went on in: the day goes on, and nothing is learnt of it but a first day. */
export const pass = (series: Series, bin: number): void =>
  countHour(series, bin, series.last.at(-1) ?? 0, false)

/** Time of which nothing is known lies behind the bins: they are not looked back on together with what comes. */
export const breakOff = (series: Series): void => {
  series.last.length = 0
  series.lastFirst.length = 0
  series.hourBins = 0
  series.hourCount = 0
}

/** After a silence of the whole log: how much is usual now must be seen anew; the hours' shares stay. */
export const forget = (series: Series): void => {
  series.last.length = 0
  series.lastFirst.length = 0
  series.bins = 0
  series.level = 0
  series.levelBefore = 0
  series.hoursSeen = 0
  series.hourBins = 0
  series.hourCount = 0
}

const bounded = (spread: number): number => Math.min(spreadMax, Math.max(spreadMin, spread))

const shareOf = (series: Series, hour: number): number => {
  const learnt = learntShare(series, hour)
  return learnt > 0 ? learnt : 1
}

/** 0 where none was learnt. */
const learntShare = ({ shape }: Series, hour: number): number => {
  if (shape[hour] > 0) return shape[hour] / shapeStep
  let sum = 0
  let days = 0
  for (let other = hour % dayHours; other < weekHours; other += dayHours)
    if (shape[other] > 0) {
      sum += shape[other]
      days++
    }
  return days === 0 ? 0 : sum / days / shapeStep
}

const scratch = new Float32Array(ringMax)

const levelOf = ({ bins, ring }: Series): number => {
  const length = Math.min(bins, ringMax)
  if (length === 0) return 0
  const sorted = scratch.subarray(0, length)
  sorted.set(ring.subarray(0, length))
  sorted.sort()
  const cut = Math.floor((length * trimmed) / ringMax)
  let sum = 0
  for (let i = cut; i < length - cut; i++) sum += sorted[i]
  return sum / (length - 2 * cut)
}

/** Counts in an hour from which half of what it shows is believed. */
const believedFrom = 20

const countHour = (series: Series, bin: number, count: number, learns: boolean): void => {
  series.hourCount += count
  series.hourBins++
  if ((bin + 1) % binsPerHour === 0) closeHour(series, bin, learns)
}

const setLevel = (series: Series, level: number): void => {
  series.ring.fill(level)
  series.level = level
  series.levelBefore = level
}

/** An hour that was not whole, or in which the level was on its way, leaves a hole in the day: no shares are learnt until a whole day was seen again. */
const closeHour = (series: Series, bin: number, learns: boolean): void => {
  const { hours } = series
  const isWhole = series.hourBins === binsPerHour && isSettled(series)
  hours[series.hoursSeen % dayHours] = isWhole ? series.hourCount : -1
  series.hoursSeen++
  series.hourCount = 0
  series.hourBins = 0
  if (series.hoursSeen < dayHours || hours.includes(-1)) return
  let sum = 0
  for (const count of hours) sum += count
  const mean = sum / dayHours
  if (mean === 0) return
  const isFirst = !series.shape.some((step) => step > 0)
  if (!learns && !isFirst) return
  // Shares are those of the day's mean: so is the level from here on, not that of its last hours.
  if (isFirst) setLevel(series, mean / binsPerHour)
  // Of the first whole day all hours are learnt at once.
  for (let back = isFirst ? dayHours - 1 : 0; back >= 0; back--) {
    const hour = (hourOf(bin) - back + weekHours) % weekHours
    const count = hours[(series.hoursSeen - 1 - back) % dayHours]
    const before = learntShare(series, hour)
    const known = before > 0 ? before : 1
    const ratio = count / mean
    const seen = isFirst ? ratio : Math.min(4 * known, Math.max(known / 4, ratio))
    const weight = (series.shape[hour] > 0 ? 0.25 : 1) * (mean / (mean + believedFrom))
    const next = Math.round((known + weight * (seen - known)) * shapeStep)
    series.shape[hour] = Math.min(255, Math.max(1, next))
  }
}

export type Encoded = readonly [
  head: ReadonlyArray<number>,
  last: ReadonlyArray<number>,
  lastFirst: ReadonlyArray<number>,
  ring: ReadonlyArray<number>,
  hours: ReadonlyArray<number>,
  /** Two hexadecimal digits an hour. */
  shape: string,
]

export const encode = (series: Series): Encoded => {
  const { bins, count, firstAt, hourBins, hourCount, hoursSeen, lastAt, spread } = series
  const { level, levelBefore } = series
  return [
    [count, firstAt, lastAt, bins, hoursSeen, hourCount, hourBins, level, levelBefore, spread],
    series.last.slice(),
    series.lastFirst.slice(),
    [...series.ring],
    [...series.hours],
    Array.from(series.shape, (step) => step.toString(16).padStart(2, "0")).join(""),
  ]
}

export const decode = ([head, last, lastFirst, ring, hours, shape]: Encoded): Series => {
  const [count, firstAt, lastAt, bins, hoursSeen, hourCount, hourBins, level, levelBefore, spread] =
    head
  return {
    count,
    firstAt,
    lastAt,
    bins,
    hoursSeen,
    hourCount,
    hourBins,
    level,
    levelBefore,
    spread,
    last: last.slice(),
    lastFirst: lastFirst.slice(),
    ring: Float32Array.from(ring),
    hours: Float32Array.from(hours),
    shape: Uint8Array.from({ length: weekHours }, (_, i) =>
      Number.parseInt(shape.slice(2 * i, 2 * i + 2), 16),
    ),
  }
}

export const copy = (series: Series): Series => ({
  ...series,
  last: series.last.slice(),
  lastFirst: series.lastFirst.slice(),
  ring: series.ring.slice(),
  hours: series.hours.slice(),
  shape: series.shape.slice(),
})

/** Monday 00:00 UTC in hours of the week as they are counted here. */
const monday = 4 * dayHours

/** Shares by hour of the week from Monday on; 0 where none is learnt. */
export const shapeOf = ({ shape }: Series): ReadonlyArray<number> =>
  Array.from({ length: weekHours }, (_, hour) => shape[(hour + monday) % weekHours] / shapeStep)

/** What was learnt, for people. */
export interface Learnt {
  /** How far it has come. */
  readonly stage: "learning" | "roughly" | "by hour of the day" | "by hour of the week"
  /** When the next stage comes, if all goes on as it does; null where there is none. */
  readonly untilMs: number | null
  /** Usual in an hour now. */
  readonly perHour: number
  readonly spread: number
}

export const learntOf = (series: Series, bin: number, nowMs: number): Learnt => {
  const { level, shape, spread } = series
  const perHour = Math.round(level * shareOf(series, hourOf(bin)) * binsPerHour * 10) / 10
  const rest = { perHour, spread: Math.round(spread * 100) / 100 }
  if (!isArmed(series))
    return { stage: "learning", untilMs: nowMs + (levelBins - series.bins) * binMs, ...rest }
  if (!knowsHour(series, bin)) {
    const missing = Math.max(1, dayHours - series.hoursSeen)
    return { stage: "roughly", untilMs: nowMs + missing * hourMs, ...rest }
  }
  const unknown = shape.filter((step) => step === 0).length
  return unknown > 0
    ? { stage: "by hour of the day", untilMs: nowMs + unknown * hourMs, ...rest }
    : { stage: "by hour of the week", untilMs: null, ...rest }
}
