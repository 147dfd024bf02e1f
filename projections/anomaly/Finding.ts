/**
 * What the twin thinks is going on, and why: findings, merged while they go on, in a bounded list.
 *
 * Confidence: each fact has a weight, the chance that it alone is right about the kind; independent facts add
 * up to `1 - (1 - w1)(1 - w2)…`. Each further report of the same thing takes a tenth of the doubt left, and
 * no finding is surer than `confidenceMax`: the twin infers, it does not see.
 */
import type { Position } from "../../core/event/Envelope.ts"
import * as FifoMap from "../../core/kernel/FifoMap.ts"

/** Findings kept; the one that began first makes room. Older ones are found by folding the log as of then. */
export const findingsMax = 2048
/** Facts kept with a finding: the first of each text's kind, then no more. */
export const factsMax = 8
/** The same thing again within this time is the same finding, ms. */
export const mergeMs = 6 * 3_600_000
export const confidenceMax = 0.99

export const kinds = [
  "duplicate",
  "fabricated-repeat",
  "re-transmission",
  "late-buffer",
  "counter-wrap",
  "reflash",
  "replay",
  "replay-after-wrap",
  "wrap-padding-forgery",
  "type-relabelling",
  "mac-guessing",
  "desync",
  "clone",
  "massive-cloning",
  "jamming",
  "downlink-unconfirmed",
  "strangers",
] as const
export type Kind = (typeof kinds)[number]

/** These happen without anybody meaning harm. */
export const benign: ReadonlySet<Kind> = new Set<Kind>([
  "duplicate",
  "re-transmission",
  "late-buffer",
  "counter-wrap",
  "reflash",
])

export type Fact = {
  readonly text: string
  /** Of the event that shows it. */
  readonly position: Position
}

/** Whom a finding is about. Null where it is about no such thing. */
export type About = {
  readonly device: string | null
  readonly station: string | null
  /** A city, for what befalls its stations together. */
  readonly area: string | null
}

export type Finding = About & {
  readonly kind: Kind
  /** `DEVICE:SEQ` of the latest message concerned. */
  readonly message: string | null
  readonly firstPosition: Position
  readonly lastPosition: Position
  /** By the sources' clocks. */
  readonly firstMs: number
  readonly lastMs: number
  /** When the twin first said so: the event that made it, and the clock of the log then. */
  readonly foundPosition: Position
  readonly foundMs: number
  readonly count: number
  readonly confidence: number
  readonly facts: ReadonlyArray<Fact>
}

export type Weighed = Fact & {
  /** 0..1. */
  readonly weight: number
}

/** What a rule says. */
export interface Said {
  readonly kind: Kind
  readonly device?: string
  readonly station?: string
  readonly area?: string
  readonly seq?: number
  /** Where and when what it speaks of began and ended. */
  readonly fromPosition: Position
  readonly toPosition: Position
  readonly fromMs: number
  readonly toMs: number
  /** How often it happened, where one saying speaks of more than one. */
  readonly times?: number
  readonly facts: ReadonlyArray<Weighed>
}

export interface Findings {
  /** By key and ordinal. */
  readonly list: FifoMap.FifoMap<Finding>
  /** The current finding's name in the list for each key. */
  readonly current: Map<string, string>
  /** Findings ever begun. */
  begun: number
  /** Names in the list of those that something was said of at the event taken in last. No part of the state. */
  readonly said: Array<string>
}

export const make = (): Findings => ({
  list: FifoMap.make(findingsMax),
  current: new Map(),
  begun: 0,
  said: [],
})

export const copy = (findings: Findings): Findings => ({
  list: FifoMap.copy(findings.list),
  current: new Map(findings.current),
  begun: findings.begun,
  said: [],
})

export const combine = (weights: ReadonlyArray<number>): number =>
  1 - weights.reduce((doubt, weight) => doubt * (1 - weight), 1)

/** Takes in what a rule says, at the event where it says so. */
export const say = (
  findings: Findings,
  said: Said,
  found: { readonly position: Position; readonly ms: number },
): void => {
  const about: About = {
    device: said.device ?? null,
    station: said.station ?? null,
    area: said.area ?? null,
  }
  const key = keyOf(said.kind, about)
  const name = findings.current.get(key)
  const known = name === undefined ? undefined : FifoMap.get(findings.list, name)
  const sure = combine(said.facts.map(({ weight }) => weight))
  if (name !== undefined && known !== undefined && said.fromMs - known.lastMs <= mergeMs) {
    findings.said.push(name)
    FifoMap.set(findings.list, name, {
      ...known,
      message: messageOf(said) ?? known.message,
      firstPosition: Math.min(known.firstPosition, said.fromPosition),
      lastPosition: Math.max(known.lastPosition, said.toPosition),
      firstMs: Math.min(known.firstMs, said.fromMs),
      lastMs: Math.max(known.lastMs, said.toMs),
      count: known.count + (said.times ?? 1),
      confidence: rounded(1 - (1 - Math.max(known.confidence, sure)) * 0.9),
      facts: withFacts(known.facts, said.facts),
    })
    return
  }
  const finding: Finding = {
    kind: said.kind,
    ...about,
    message: messageOf(said),
    firstPosition: said.fromPosition,
    lastPosition: said.toPosition,
    firstMs: said.fromMs,
    lastMs: said.toMs,
    foundPosition: found.position,
    foundMs: found.ms,
    count: said.times ?? 1,
    confidence: rounded(sure),
    facts: withFacts([], said.facts),
  }
  const begun = `${key}#${findings.begun}`
  findings.begun++
  findings.current.set(key, begun)
  findings.said.push(begun)
  const displaced = FifoMap.set(findings.list, begun, finding)
  if (displaced !== undefined) forget(findings, displaced)
}

/** The current finding of that kind about it, or undefined. */
export const current = (
  findings: Findings,
  kind: Kind,
  about: { readonly device?: string; readonly station?: string; readonly area?: string },
): Finding | undefined => {
  const { area = null, device = null, station = null } = about
  const name = findings.current.get(keyOf(kind, { device, station, area }))
  return name === undefined ? undefined : FifoMap.get(findings.list, name)
}

export const newestFirst = (findings: Findings): ReadonlyArray<Finding> =>
  FifoMap.pairsOldestFirst(findings.list)
    .map(([, finding]) => finding)
    .toReversed()

export type Encoded = {
  readonly begun: number
  readonly list: ReadonlyArray<readonly [string, Finding]>
  readonly current: ReadonlyArray<readonly [string, string]>
}

export const encode = (findings: Findings): Encoded => ({
  begun: findings.begun,
  list: FifoMap.pairsOldestFirst(findings.list),
  current: [...findings.current].toSorted(([a], [b]) => (a < b ? -1 : 1)),
})

export const decode = (from: Encoded): Findings => {
  const findings = make()
  findings.begun = from.begun
  for (const [name, finding] of from.list) FifoMap.set(findings.list, name, finding)
  for (const [key, name] of from.current) findings.current.set(key, name)
  return findings
}

const keyOf = (kind: Kind, { area, device, station }: About): string =>
  `${kind} ${device ?? ""} ${station ?? ""} ${area ?? ""}`

const messageOf = ({ device, seq }: Said): string | null =>
  device === undefined || seq === undefined ? null : `${device}:${seq}`

/** A displaced finding is current no longer, unless a newer one of its key is. */
const forget = (findings: Findings, displaced: Finding): void => {
  const key = keyOf(displaced.kind, displaced)
  const name = findings.current.get(key)
  if (name !== undefined && FifoMap.get(findings.list, name) === undefined)
    findings.current.delete(key)
}

/** One of each text but for its digits: a hundred receptions do not make a hundred facts. */
const withFacts = (
  known: ReadonlyArray<Fact>,
  more: ReadonlyArray<Weighed>,
): ReadonlyArray<Fact> => {
  if (known.length >= factsMax) return known
  const facts = known.slice()
  for (const { position, text } of more)
    if (facts.length < factsMax && !facts.some((fact) => alike(fact.text, text)))
      facts.push({ text, position })
  return facts.length === known.length ? known : facts
}

const alike = (a: string, b: string): boolean => a === b || withoutDigits(a) === withoutDigits(b)
const withoutDigits = (text: string): string => text.replaceAll(/[0-9]+/g, "0")

/** To a thousandth: sums of the same weights in another order are then the same. */
const rounded = (confidence: number): number =>
  Math.min(confidenceMax, Math.round(confidence * 1000) / 1000)
