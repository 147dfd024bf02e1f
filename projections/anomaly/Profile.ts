/**
 * What is usual for one device: who hears it, how strongly, whether its frequencies follow the public
 * generator, its latest numbers. Learnt from its own accepted messages only.
 *
 * There is one for every device that was ever heard, so it is kept small and packed: about 230 bytes with its place
 * in the map (measured by `npm run bench -- anomaly`).
 */

/** Stations kept: the strongest. */
export const linksMax = 6
/** Latest messages kept, own or not. More would reach into an earlier turn where a device is seldom heard. */
export const marksMax = 4

export type Profile = {
  /** Messages learnt from. */
  readonly seen: number
  /** Of those judged, messages whose three frequencies the generator explains, and others. */
  readonly follows: number
  readonly strays: number
  /** Of the last message learnt from. */
  readonly lastMs: number
  /** Number accepted last; -1 before any was. */
  readonly lastSeq: number
  /** Usual time between two messages and the longest of late, seconds; 0 before two were heard. */
  readonly gapS: number
  readonly longestS: number
  /** Messages refused, once its MAC had held. */
  readonly refused: number
  /** Station number x 256 + mean strength below 0 dBm; the strongest first. */
  readonly links: ReadonlyArray<number>
  /** See `markOf`; the newest first. */
  readonly marks: ReadonlyArray<number>
}

/** A profile as it is kept: one list of numbers, which costs half of what an object with lists does. */
export type Packed = ReadonlyArray<number>

const none: ReadonlyArray<number> = []

export const initial: Profile = {
  seen: 0,
  follows: 0,
  strays: 0,
  lastMs: 0,
  lastSeq: -1,
  gapS: 0,
  longestS: 0,
  refused: 0,
  links: none,
  marks: none,
}

/** Strength where none was measured. */
export const unmeasured = 255

const headLength = 9

export const pack = (profile: Profile): Packed => {
  const { follows, gapS, lastMs, lastSeq, links, longestS, marks, refused, seen, strays } = profile
  const head = [seen, follows, strays, lastMs, lastSeq, links.length, gapS, longestS, refused]
  const packed = [...head, ...links, ...marks]
  // A copy has no room to grow.
  return packed.slice()
}

export const unpack = (packed: Packed): Profile => {
  const linksEnd = headLength + packed[5]
  return {
    seen: packed[0],
    follows: packed[1],
    strays: packed[2],
    lastMs: packed[3],
    lastSeq: packed[4],
    gapS: packed[6],
    longestS: packed[7],
    refused: packed[8],
    links: packed.slice(headLength, linksEnd),
    marks: packed.slice(linksEnd),
  }
}

/**
 * The gaps with one more of `ms`. The usual one moves by a tenth towards each, so that it settles at their middle; the longest
 * fades by a thirty-second, so that a silence of once is forgotten.
 */
export const withGap = (
  { gapS, longestS }: Pick<Profile, "gapS" | "longestS">,
  ms: number,
): Pick<Profile, "gapS" | "longestS"> => {
  const seconds = Math.round(ms / 1000)
  if (seconds <= 0) return { gapS, longestS }
  const step = Math.max(1, Math.round(gapS / 10))
  return {
    gapS: gapS === 0 ? seconds : seconds > gapS ? gapS + step : Math.max(1, gapS - step),
    longestS: Math.max(seconds, Math.round(longestS - (longestS - seconds) / 32)),
  }
}

export const stationOf = (link: number): number => link >> 8
export const dbmOf = (link: number): number => -(link & 255)
export const linkOf = (station: number, dbm: number): number =>
  station * 256 + Math.min(255, Math.max(0, Math.round(-dbm)))

/** A message in 46 bits: number, whether it seemed another's, whether it is a control frame, 32 bits of its digest. */
export const markOf = (
  {
    control,
    digest,
    seq,
  }: { readonly seq: number; readonly control: boolean; readonly digest: string },
  isForeign: boolean,
): number => seq * 2 ** 34 + (isForeign ? 2 ** 33 : 0) + (control ? 2 ** 32 : 0) + hashOf(digest)

export const seqOf = (mark: number): number => Math.floor(mark / 2 ** 34)
export const isForeign = (mark: number): boolean => Math.floor(mark / 2 ** 33) % 2 === 1
export const digestOf = (mark: number): number => mark % 2 ** 32

/** The same frame, whoever seemed to send it. */
export const isSame = (a: number, b: number): boolean =>
  a === b || a - (isForeign(a) ? 2 ** 33 : 0) === b - (isForeign(b) ? 2 ** 33 : 0)

export const withMark = (marks: ReadonlyArray<number>, mark: number): ReadonlyArray<number> =>
  marks.some((known) => isSame(known, mark)) ? marks : [mark, ...marks.slice(0, marksMax - 1)]

/**
 * Links after one more message, of which `heard` are the links: means move by an eighth (in whole decibels, so
 * that small changes change nothing), the weakest make room.
 */
export const withHeard = (
  links: ReadonlyArray<number>,
  heard: ReadonlyArray<number>,
): ReadonlyArray<number> => {
  let next: Array<number> | undefined
  for (const one of heard) {
    const station = stationOf(one)
    const kept: ReadonlyArray<number> = next ?? links
    let at = 0
    while (at < kept.length && stationOf(kept[at]) !== station) at++
    const isKnown = at < kept.length
    const mean = isKnown ? dbmOf(kept[at]) : dbmOf(one)
    const link = linkOf(station, mean + (dbmOf(one) - mean) / 8)
    if (isKnown ? link === kept[at] : isFullOfStronger(kept, link)) continue
    next ??= links.slice()
    // Kept in order by insertion: the list is short.
    if (isKnown) next.splice(at, 1)
    let place = next.length
    while (place > 0 && isStronger(link, next[place - 1])) place--
    next.splice(place, 0, link)
    if (next.length > linksMax) next.length = linksMax
  }
  return next ?? links
}

const isFullOfStronger = (links: ReadonlyArray<number>, link: number): boolean =>
  links.length >= linksMax && isStronger(links[links.length - 1], link)

const isStronger = (a: number, b: number): boolean =>
  (a & 255) < (b & 255) || ((a & 255) === (b & 255) && a < b)

/** FNV-1a, 32 bits. */
const hashOf = (text: string): number => {
  let hash = 0x811c9dc5
  for (let i = 0; i < text.length; i++) hash = Math.imul(hash ^ text.charCodeAt(i), 0x01000193)
  return hash >>> 0
}
