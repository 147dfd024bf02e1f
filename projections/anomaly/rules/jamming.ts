/**
 * Jamming: a city's stations no longer hear devices that they heard, while other cities are heard as before.
 *
 * - While it lasts: far fewer messages in ten minutes, twenty, half an hour or a whole one than the hours before had (more
 *   than five standard deviations of a Poisson count, and less than 0.6 of the usual). The more devices a city has, the
 *   shorter the time that says so.
 * - When it ends: many of its devices come back with numbers missing, which proves that they sent.
 *
 * A device's city is that of the station that usually hears it best. Cities whose stations are all silent because
 * of their line look alike: the missing numbers then are late, not lost.
 */
import { isLate } from "../likeness.ts"
import type { Json } from "../../Projection.ts"
import * as Profile from "../Profile.ts"
import type { Moment, Report, Rule } from "../Rule.ts"
import * as Sighting from "../Sighting.ts"

/** Cities watched; messages of others are not counted. */
export const areasMax = 4096
const binMs = 600_000
/** Bins of the half hour by which what is usual is told, and of the time before it that says so. */
const lately = 3
/** Bins of the times that are judged, the shortest first. */
const spans = [1, 2, lately, 2 * lately] as const
const usualMin = 3
const usualMax = 30
/** Bins by which the poorest half hour is told: what a log's first hours lacked says nothing of now. */
const recentMax = 12
/** Messages in that time before: with fewer a half hour says nothing. */
const usualCountMin = 60
const deviationsMin = 5
const dropMax = 0.6
/** Others that fell to less than this share fell too: then it is no city's jamming. */
const othersMin = 0.75
/** Devices that came back with numbers missing, and their share of the messages in that time. */
const returnsMin = 6
const returnsShareMin = 0.2
/** A silence longer than this may have any reason. */
const silenceMaxMs = 6 * 3_600_000

interface Area {
  /** Messages by bin, the newest last, the current one included. */
  readonly counts: Array<number>
  /** Of those, the ones before which numbers are missing. */
  readonly returns: Array<number>
}

export interface State {
  /** The current bin's number; -1 before the first. */
  bin: number
  readonly areas: Map<string, Area>
}

export const rule: Rule<State> = {
  name: "jamming",
  wants: ["Settled"],
  initial: () => ({ bin: -1, areas: new Map() }),
  apply: (draft, moment, report) => {
    if (moment._tag !== "Settled") return
    const { evidence, scene, sighting, usual } = moment
    roll(draft, moment, report)
    if (isLate(sighting) || evidence.isForeign || sighting.verdict !== "accepted") return
    const home =
      usual.links.length > 0 ? Profile.stationOf(usual.links[0]) : Sighting.strongest(sighting)
    const area = areaOf(draft, scene.byIndex[home].area)
    if (area === undefined) return
    const last = area.counts.length - 1
    area.counts[last]++
    const silence = sighting.firstMs - usual.lastMs
    if (usual.seen > 0 && sighting.missing > 0 && silence <= silenceMaxMs) area.returns[last]++
  },
  copy: ({ areas, bin }) => ({
    bin,
    areas: new Map([...areas].map(([name, area]) => [name, copyOf(area)])),
  }),
  encode: ({ areas, bin }) => ({
    bin,
    areas: [...areas].map(([name, { counts, returns }]) => [name, counts.slice(), returns.slice()]),
  }),
  decode: (json: Json): State => {
    // Written by `encode` of the same version; snapshots carry a digest that was checked.
    const from = json as unknown as Encoded
    return {
      bin: from.bin,
      areas: new Map(
        from.areas.map(([name, counts, returns]) => [name, copyOf({ counts, returns })]),
      ),
    }
  },
}

interface Encoded {
  readonly bin: number
  readonly areas: ReadonlyArray<readonly [string, Array<number>, Array<number>]>
}

const copyOf = ({ counts, returns }: Area): Area => ({
  counts: counts.slice(),
  returns: returns.slice(),
})

const areaOf = (draft: State, name: string): Area | undefined => {
  const known = draft.areas.get(name)
  if (known !== undefined || draft.areas.size >= areasMax) return known
  const area = { counts: [0], returns: [0] }
  draft.areas.set(name, area)
  return area
}

/** Closes the bins that are over, and judges what they say. */
const roll = (
  draft: State,
  moment: Moment & { readonly _tag: "Settled" },
  report: Report,
): void => {
  const bin = Math.floor(moment.scene.nowMs / binMs)
  if (draft.bin < 0) draft.bin = bin
  // A longer silence of the whole log says nothing of one city: all counts begin anew.
  if (bin - draft.bin > usualMin) {
    draft.areas.clear()
    draft.bin = bin
  }
  for (; draft.bin < bin; draft.bin++) {
    const judged = [...draft.areas].map(([name, area]) => judge(name, area))
    for (const one of judged) if (!say(one, judged, moment, report)) report.region(one.name)
    for (const { counts, returns } of draft.areas.values()) {
      counts.push(0)
      returns.push(0)
      if (counts.length > usualMax + lately) {
        counts.shift()
        returns.shift()
      }
    }
  }
}

interface Judged {
  readonly name: string
  readonly count: number
  readonly expected: number
  readonly minutes: number
  readonly returned: number
  readonly isFallen: boolean
  readonly isBack: boolean
}

const judge = (name: string, { counts, returns }: Area): Judged => {
  const judged = spans.map((bins) => spanOf(counts, bins))
  const halfHour = spanOf(counts, lately)
  const returned = sum(returns.slice(-lately))
  const isBack = returned >= returnsMin && returned >= returnsShareMin * halfHour.count
  const { count, expected, isFallen, minutes } = judged.find((span) => span.isFallen) ?? halfHour
  return { name, count, expected, minutes, returned, isFallen, isBack }
}

/** The last so many bins beside those before them. */
const spanOf = (counts: ReadonlyArray<number>, bins: number) => {
  const count = sum(counts.slice(-bins))
  const before = counts.slice(0, -bins)
  const expected = (expectedOf(before.slice(-recentMax)) * bins) / lately
  // The usual is itself a count, of so many such spans.
  const deviation = Math.sqrt(expected * (1 + bins / Math.max(1, before.length)))
  const isFallen =
    before.length >= usualMin &&
    sum(before) >= usualCountMin &&
    expected - count > deviationsMin * deviation &&
    count < dropMax * expected &&
    // A flood of hours that ends is no silence either: some half hour before it had no more.
    count < (dropMax * expectedOf(before) * bins) / lately
  return { count, expected, isFallen, minutes: (bins * binMs) / 60_000 }
}

/**
 * What half an hour of the time before had at least: its mean, or its poorest half hour where that is less, so that
 * a flood that ends is no silence that begins.
 */
const expectedOf = (before: ReadonlyArray<number>): number => {
  if (before.length < lately) return 0
  let least = (sum(before) * lately) / before.length
  for (let end = before.length; end >= lately; end -= lately)
    least = Math.min(least, sum(before.slice(end - lately, end)))
  return least
}

const say = (
  { count, expected, isBack, isFallen, minutes, name, returned }: Judged,
  all: ReadonlyArray<Judged>,
  { scene, sighting }: Moment & { readonly _tag: "Settled" },
  report: Report,
): boolean => {
  if (!isFallen && !isBack) return false
  const others = all.filter((other) => other.name !== name)
  const othersCount = sum(others.map((other) => other.count))
  const othersExpected = sum(others.map((other) => other.expected))
  const othersReturned = sum(others.map((other) => other.returned))
  const areOthersAsBefore =
    othersExpected > 0 &&
    othersCount >= othersMin * othersExpected &&
    othersReturned < returnsShareMin * othersCount
  if (others.length > 0 && !areOthersAsBefore) return false
  const stations = scene.byIndex.filter(({ area }) => area === name).length
  // One station that fell silent is out of order.
  if (stations < 2) return false
  const position = sighting.firstAt
  const unit = isFallen
    ? `messages in ${minutes} minutes by way of ${stations} stations`
    : `of ${count} messages came after numbers that nobody heard`
  report.region(name, {
    expected: { value: isFallen ? Math.round(expected) : 0, unit },
    seen: { value: isFallen ? count : returned, unit },
    sinceMs: scene.nowMs - minutes * 60_000,
    position,
  })
  report.say({
    kind: "jamming",
    area: name,
    fromPosition: position,
    toPosition: position,
    fromMs: scene.nowMs - minutes * 60_000,
    toMs: scene.nowMs,
    facts: [
      ...(isFallen
        ? [
            {
              text: `${count} messages by way of ${stations} stations in ${minutes} minutes, where ${Math.round(expected)} are usual`,
              position,
              weight: 0.6,
            },
          ]
        : []),
      ...(isBack
        ? [
            {
              text: `${returned} of ${count} messages came after numbers that nobody heard`,
              position,
              weight: 0.75,
            },
          ]
        : []),
      ...(areOthersAsBefore
        ? [{ text: "other cities are heard as before", position, weight: 0.3 }]
        : []),
    ],
  })
  return true
}

const sum = (numbers: ReadonlyArray<number>): number => numbers.reduce((a, b) => a + b, 0)
