/**
 * What is measurably unlike the usual: anomalies, one a kind and thing at a time. Each says what was expected, what was
 * seen, since when and on whom, and clears itself.
 *
 * - It is opened by a detector, seen again while it goes on, and cleared when its detector found nothing unusual
 *   `calmBins` times in a row, or says why it is over.
 * - Traffic that is unusual for `adaptMs` is the usual by then: it is cleared and learnt anew.
 * - Bounded: `openMax` at a time and `clearedMax` that are over; the oldest make room. What is not opened for want of room is
 *   counted.
 */
import type { Position } from "../../../core/event/Envelope.ts"
import * as FifoMap from "../../../core/kernel/FifoMap.ts"

export const openMax = 4_096
export const clearedMax = 2_048
const causesMax = 6
const calmBins = 2
const adaptMs = 86_400_000

export const kinds = [
  "traffic-surge",
  "traffic-drop",
  "mac-storm",
  "station-outage",
  "jamming-region",
  "delivery-outage",
  "callback-latency",
  "attestation-silence",
  "sequence-disorder",
] as const
export type Kind = (typeof kinds)[number]

const words: Readonly<Record<Kind, string>> = {
  "traffic-surge": "traffic surge",
  "traffic-drop": "traffic drop",
  "mac-storm": "storm of wrong MACs",
  "station-outage": "station hears nothing",
  "jamming-region": "city is jammed",
  "delivery-outage": "deliveries fail",
  "callback-latency": "answers are slow",
  "attestation-silence": "station proves nothing",
  "sequence-disorder": "numbers out of order",
}

/** A kind of anomaly as people say it. */
export const wordsOf = (kind: Kind): string => words[kind]

/** A number with its unit, for people too: 412, "messages in 30 minutes". */
export type Measure = {
  readonly value: number
  readonly unit: string
}

/** Whom it is about; all null: the whole network. */
export type Who = {
  readonly station: string | null
  readonly customer: string | null
  readonly destination: string | null
  readonly area: string | null
}

export const network: Who = { station: null, customer: null, destination: null, area: null }
export const onStation = (station: string): Who => ({ ...network, station })
export const onCustomer = (customer: string): Who => ({ ...network, customer })
export const onDestination = (customer: string, destination: string): Who => ({
  ...network,
  customer,
  destination,
})
export const onArea = (area: string): Who => ({ ...network, area })

export type Unusual = Who & {
  readonly id: string
  readonly kind: Kind
  readonly expected: Measure
  /** At its worst. */
  readonly seen: Measure
  /** When what is unusual began, by the log's clock. */
  readonly sinceMs: number
  /** When the twin said so. */
  readonly openedAt: Position
  readonly openedMs: number
  readonly lastMs: number
  /** Positions of events that show it. */
  readonly causes: ReadonlyArray<Position>
  readonly clearedAt: Position | null
  readonly clearedMs: number | null
  readonly clearedWhy: string | null
}

/** What a detector says. */
export interface Said {
  readonly expected: Measure
  readonly seen: Measure
  readonly sinceMs: number
  readonly causes: ReadonlyArray<Position>
  /** The larger, the worse; what was worst is kept. */
  readonly severity: number
}

type Open = {
  readonly value: Unusual
  readonly severity: number
  readonly calm: number
}

export interface List {
  readonly open: Map<string, Open>
  readonly cleared: FifoMap.FifoMap<Unusual>
  opened: number
  /** Not opened for want of room. */
  over: number
  /** Raised with each change, so that a follower knows when to look; no part of the state. */
  changes: number
}

export const make = (): List => ({
  open: new Map(),
  cleared: FifoMap.make(clearedMax),
  opened: 0,
  over: 0,
  changes: 0,
})

export interface Moment {
  readonly position: Position
  /** The log's clock. */
  readonly ms: number
}

/** Opens it, or notes that it goes on. */
export const say = (list: List, kind: Kind, who: Who, said: Said, at: Moment): void => {
  const key = keyOf(kind, who)
  const known = list.open.get(key)
  if (known === undefined) {
    if (list.open.size >= openMax) {
      list.over++
      return
    }
    list.opened++
    list.changes++
    const { causes, expected, seen, severity, sinceMs } = said
    const value: Unusual = {
      id: `${key}|${at.position}`,
      kind,
      ...who,
      expected,
      seen,
      sinceMs: Math.min(sinceMs, at.ms),
      openedAt: at.position,
      openedMs: at.ms,
      lastMs: at.ms,
      causes: distinct(causes),
      clearedAt: null,
      clearedMs: null,
      clearedWhy: null,
    }
    list.open.set(key, { value, severity, calm: 0 })
    return
  }
  const isWorse = said.severity > known.severity
  list.open.set(key, {
    value: {
      ...known.value,
      lastMs: at.ms,
      ...(isWorse ? { expected: said.expected, seen: said.seen } : {}),
      causes: distinct([...known.value.causes, ...said.causes]),
    },
    severity: Math.max(known.severity, said.severity),
    calm: 0,
  })
}

/** Nothing unusual this time; after some of these it is cleared. */
export const calm = (list: List, kind: Kind, who: Who, why: () => string, at: Moment): void => {
  if (list.open.size === 0) return
  const key = keyOf(kind, who)
  const known = list.open.get(key)
  if (known === undefined) return
  if (known.calm + 1 >= calmBins) clear(list, kind, who, why(), at)
  else list.open.set(key, { ...known, calm: known.calm + 1 })
}

export const clear = (list: List, kind: Kind, who: Who, why: string, at: Moment): void => {
  const key = keyOf(kind, who)
  const known = list.open.get(key)
  if (known === undefined) return
  list.open.delete(key)
  list.changes++
  FifoMap.set(list.cleared, known.value.id, {
    ...known.value,
    clearedAt: at.position,
    clearedMs: at.ms,
    clearedWhy: why,
  })
}

/** Clears what went on for so long that it is the usual by now; true where it was so. */
export const adapted = (list: List, kind: Kind, who: Who, at: Moment): boolean => {
  const known = list.open.size === 0 ? undefined : list.open.get(keyOf(kind, who))
  if (known === undefined || at.ms - known.value.openedMs <= adaptMs) return false
  clear(list, kind, who, "it went on for a day: it is the usual by now", at)
  return true
}

/** All that are open about it. */
export const clearAll = (list: List, isGone: (who: Who) => boolean, why: string, at: Moment) => {
  for (const { value } of list.open.values())
    if (isGone(value)) clear(list, value.kind, value, why, at)
}

export const isOpen = (list: List, kind: Kind, who: Who): boolean =>
  list.open.size > 0 && list.open.has(keyOf(kind, who))

/** All that are kept, the one that opened last first. */
export const newestFirst = ({ cleared, open }: List): ReadonlyArray<Unusual> =>
  [
    ...[...open.values()].map(({ value }) => value),
    ...FifoMap.pairsOldestFirst(cleared).map(([, value]) => value),
  ].toSorted((a, b) => b.openedAt - a.openedAt || extent(b) - extent(a) || (a.id < b.id ? -1 : 1))

/** Whom it is about, as people say it. */
export const nameOf = ({ area, customer, destination, station }: Who): string => {
  if (station !== null) return `station ${station}`
  if (destination !== null) return `destination ${customer ?? ""}/${destination}`
  if (customer !== null) return `customer ${customer}`
  return area ?? "the network"
}

/** The network before customers before stations. */
const extent = ({ area, customer, station }: Who): number => {
  if (station !== null) return 0
  return customer === null && area === null ? 2 : 1
}

export const openOnes = ({ open }: List): ReadonlyArray<Unusual> =>
  [...open.values()].map(({ value }) => value)

export type Encoded = {
  readonly open: ReadonlyArray<readonly [string, Open]>
  readonly cleared: ReadonlyArray<readonly [string, Unusual]>
  readonly opened: number
  readonly over: number
}

export const encode = ({ cleared, open, opened, over }: List): Encoded => ({
  open: [...open].toSorted(([a], [b]) => (a < b ? -1 : 1)),
  cleared: FifoMap.pairsOldestFirst(cleared),
  opened,
  over,
})

export const decode = (from: Encoded): List => {
  const list = make()
  for (const [key, one] of from.open) list.open.set(key, one)
  for (const [id, one] of from.cleared) FifoMap.set(list.cleared, id, one)
  list.opened = from.opened
  list.over = from.over
  return list
}

export const copy = (list: List): List => ({
  ...list,
  open: new Map(list.open),
  cleared: FifoMap.copy(list.cleared),
})

/** A station, a customer and a city may have one name. */
const keyOf = (kind: Kind, { area, customer, destination, station }: Who): string => {
  if (station !== null) return `${kind}|station:${station}`
  if (destination !== null) return `${kind}|${customer ?? ""}/${destination}`
  if (customer !== null) return `${kind}|customer:${customer}`
  return area === null ? `${kind}|network` : `${kind}|area:${area}`
}

const distinct = (causes: ReadonlyArray<Position>): ReadonlyArray<Position> =>
  [...new Set(causes.filter((position) => position >= 0))].slice(0, causesMax)
