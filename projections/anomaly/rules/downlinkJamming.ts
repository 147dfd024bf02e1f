/**
 * Downlink jamming (SIGFOX.md part 8), seen by a network that answers devices itself: its stations sent, and in one city
 * several devices after each other confirmed nothing, where each asks and confirms by itself. A device that alone does
 * not confirm may be badly placed; a city whose devices still confirm is not jammed.
 *
 * A city's row ends with a confirmation there, or when nothing was added to it for `spanMs`.
 */
import * as FifoMap from "../../../core/kernel/FifoMap.ts"
import * as Profile from "../Profile.ts"
import { remembers, type Memory } from "../remembers.ts"
import type { Report, Rule } from "../Rule.ts"
import * as Scene from "../Scene.ts"

/** Cities with a row; the one whose row began longest ago makes room. */
export const areasMax = 4_096
/** Unconfirmed downlinks of a row that are kept; a longer one only counts on. */
export const rowMax = 8
/** So many devices are no chance: of a clean network's downlinks fewer than one in a thousand stay unconfirmed. */
export const devicesMin = 3
/** Devices ask once a day, so a row grows slowly. */
export const spanMs = 12 * 3_600_000
/** What each device of a row leaves of the doubt. */
const doubtEach = 0.7

type Unconfirmed = { readonly device: string; readonly position: number; readonly atMs: number }
type Row = { readonly length: number; readonly kept: ReadonlyArray<Unconfirmed> }

export const rule: Rule<Memory<Row>> = {
  ...remembers<Row>(areasMax),
  name: "downlink-jamming",
  wants: ["Other"],
  apply: (draft, moment, report) => {
    if (moment._tag !== "Other") return
    const { recorded, scene } = moment
    const { event, occurredMs, position } = recorded
    if (event._tag === "DownlinkConfirmed") {
      const area = homeOf(scene, event.device)
      if (area !== undefined) FifoMap.set(draft, area, { length: 0, kept: [] })
      return
    }
    if (event._tag !== "DownlinkUnconfirmed") return
    const area = scene.stations.get(event.station)?.area
    if (area === undefined) return
    const row = FifoMap.get(draft, area)
    const goesOn = row !== undefined && occurredMs - (row.kept.at(-1)?.atMs ?? 0) <= spanMs
    const before = goesOn ? row : { length: 0, kept: [] }
    const now = { device: event.device, position, atMs: occurredMs }
    const kept = [...before.kept, now].slice(-rowMax)
    const grown = { length: before.length + 1, kept }
    FifoMap.set(draft, area, grown)
    sayOf(area, grown, report)
  },
}

const sayOf = (area: string, { kept, length }: Row, report: Report): void => {
  const devices = new Set(kept.map(({ device }) => device)).size
  if (devices < devicesMin) return
  const [first] = kept
  const last = kept[kept.length - 1]
  report.say({
    kind: "downlink-unconfirmed",
    area,
    fromPosition: first.position,
    toPosition: last.position,
    fromMs: first.atMs,
    toMs: last.atMs,
    facts: [
      {
        text: `${length} downlinks in a row, to ${devices} devices, were sent in ${area} and not confirmed`,
        position: last.position,
        weight: 1 - doubtEach ** devices,
      },
      {
        text: "no device there confirmed one in between",
        position: first.position,
        weight: 0.2,
      },
    ],
  })
}

/** The city of the station that usually hears the device best. */
const homeOf = (scene: Scene.Scene, device: string): string | undefined => {
  const { links } = Scene.profileOf(scene, device)
  return links.length === 0 ? undefined : scene.byIndex[Profile.stationOf(links[0])].area
}
