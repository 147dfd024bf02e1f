/**
 * Fabricated repeats: a station hands on copies of a message that it cannot have heard.
 *
 * Judged per station over one message: more than three copies, a rank twice, ranks closer together than
 * their airtime or farther apart than airtime and gap, a rank at another frequency than other stations heard
 * it at, or all ranks at one frequency where the plan moves them. A rank that several stations heard twice was
 * sent twice: that is no station's doing. Ranks whose bytes are not the code of rank 1 fail their CRC at ingest;
 * such a frame beside a message that its station heard is a weak sign (noise does it too).
 */
import { addressOf } from "../../../core/event/ids.ts"
import * as Copies from "../Copies.ts"
import type { Weighed } from "../Finding.ts"
import type { Moment, Report } from "../Rule.ts"
import { stateless } from "../Rule.ts"
import * as Sighting from "../Sighting.ts"

export const rule = stateless("fabricated-repeat", ["Settled", "Unproved"], (moment, report) => {
  if (moment._tag === "Settled") return settled(moment, report)
  if (moment._tag === "Unproved" && moment.frame.check === "wrong-crc") miscoded(moment, report)
})

interface Copy {
  readonly rank: number
  readonly ms: number
  readonly hz: number
  readonly position: number
}

const settled = (
  { evidence, scene, sighting }: Moment & { readonly _tag: "Settled" },
  report: Report,
): void => {
  const { cells, device, firstMs, seq } = sighting
  // Nearly all messages leave here.
  if (!evidence.isOdd) return
  const stations = Sighting.stationsOf(sighting)
  const heard = stations.map((station) => copiesAt(cells, station))
  const twice = heard.filter(hasRankTwice).length
  for (const [i, copies] of heard.entries()) {
    if (copies.length < 2) continue
    const facts = factsOf(sighting, copies, twice, heard)
    if (facts.length === 0) continue
    report.say({
      kind: "fabricated-repeat",
      station: scene.byIndex[stations[i]].id,
      fromPosition: copies[0].position,
      toPosition: copies[copies.length - 1].position,
      fromMs: firstMs,
      toMs: firstMs,
      facts: [
        { text: `at ${device}'s number ${seq}`, position: copies[0].position, weight: 0 },
        ...facts,
      ],
    })
  }
}

const factsOf = (
  sighting: Sighting.Sighting,
  copies: ReadonlyArray<Copy>,
  stationsTwice: number,
  heard: ReadonlyArray<ReadonlyArray<Copy>>,
): ReadonlyArray<Weighed> => {
  const facts: Array<Weighed> = []
  const { position } = copies[copies.length - 1]
  if (copies.length > 3 && stationsTwice < 2)
    facts.push({ text: `${copies.length} copies of one message`, position, weight: 0.8 })
  if (hasRankTwice(copies) && stationsTwice < 2)
    facts.push({ text: "a rank came twice", position, weight: 0.8 })
  const spacing = spacingOf(sighting, copies)
  if (spacing !== undefined && stationsTwice < 2)
    facts.push({ text: spacing, position, weight: 0.75 })
  for (const copy of copies) {
    if (copy.hz === Sighting.nothing) continue
    const others = heard
      .filter((theirs) => theirs !== copies)
      .flatMap((theirs) =>
        theirs.filter(({ hz, rank }) => rank === copy.rank && hz !== Sighting.nothing),
      )
    // One against one does not say who is wrong.
    if (
      others.length < (facts.length === 0 ? 2 : 1) ||
      others.some(({ hz }) => Math.abs(hz - copy.hz) <= Sighting.agreementHz)
    )
      continue
    facts.push({
      text: `rank ${copy.rank} at ${copy.hz} Hz, where other stations heard it at ${others[0].hz} Hz`,
      position: copy.position,
      weight: 0.7,
    })
    break
  }
  if (isOnOneFrequency(sighting, copies))
    facts.push({
      text: "different ranks at one frequency, which the plan never does",
      position,
      weight: 0.6,
    })
  return facts
}

const copiesAt = (cells: ReadonlyArray<number>, station: number): ReadonlyArray<Copy> => {
  const copies: Array<Copy> = []
  for (let i = 0; i < cells.length; i += Sighting.cellSize)
    if (cells[i + Sighting.atStation] === station)
      copies.push({
        rank: cells[i + Sighting.atRank],
        ms: cells[i + Sighting.atMs],
        hz: cells[i + Sighting.atHz],
        position: cells[i + Sighting.atPosition],
      })
  return copies
}

const hasRankTwice = (copies: ReadonlyArray<Copy>): boolean =>
  copies.some(({ rank }, i) => copies.findIndex((copy) => copy.rank === rank) < i)

/** Two ranks closer or farther apart than they can be sent. */
const spacingOf = (
  sighting: Sighting.Sighting,
  copies: ReadonlyArray<Copy>,
): string | undefined => {
  const bits = Copies.bitsOf(sighting)
  for (const first of copies)
    for (const second of copies) {
      const ranks = second.rank - first.rank
      const apart = second.ms - first.ms
      if (ranks < 1 || Copies.isApart(bits, ranks, apart)) continue
      const than =
        apart < ranks * bits * Copies.msPerBitLeast
          ? "less than its airtime"
          : "more than airtime and gap"
      return `rank ${second.rank} came ${apart} ms after rank ${first.rank}, ${than}`
    }
  return undefined
}

/**
 * The generator's values differ from rank to rank by hundreds of hertz or more, save by chance: 1% for one pair, so
 * all three must agree; or two where a downlink is asked, which are 6 kHz apart by rule.
 */
const isOnOneFrequency = (
  { device, downlinkAsked }: Sighting.Sighting,
  copies: ReadonlyArray<Copy>,
): boolean => {
  if (addressOf(device) === undefined) return false
  const [first] = copies
  const same = copies.filter(
    ({ hz }) => hz !== Sighting.nothing && Math.abs(hz - first.hz) <= Sighting.agreementHz,
  )
  const ranks = new Set(same.map(({ rank }) => rank)).size
  return ranks >= (downlinkAsked ? 2 : 3)
}

const miscoded = (
  { frame, recorded, scene }: Moment & { readonly _tag: "Unproved" },
  report: Report,
): void => {
  const index = scene.stations.get(frame.station)?.index
  const sighting = scene.open.get(frame.device)?.find(({ seq }) => seq === frame.seq)
  if (index === undefined || sighting === undefined) return
  const isHeard = Sighting.stationsOf(sighting).includes(index)
  if (!isHeard || frame.rank === 1) return
  report.say({
    kind: "fabricated-repeat",
    station: frame.station,
    fromPosition: recorded.position,
    toPosition: recorded.position,
    fromMs: recorded.occurredMs,
    toMs: recorded.occurredMs,
    facts: [
      {
        text: `the bytes of a rank ${frame.rank} are not its code of ${frame.device}'s number ${frame.seq}`,
        position: recorded.position,
        weight: 0.3,
      },
    ],
  })
}
