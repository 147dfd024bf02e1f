/** Devices as dots: each group a grid of its own, all of one pitch, as wide as the column allows. */
import type { ChainView, DeviceView, GroupView } from "../../../projections/chain/ChainView.ts"
import type { Filter } from "./Filter.ts"
import { count, plural } from "./format.ts"
import type { Column, Dot, GroupMark, Room } from "./Layout.ts"

const pitchMost = 11
const pitchMin = 4
const headHeight = 18
const gapMost = 22
const gapLeast = 7
const moreHeight = 14

export interface Wanted {
  readonly closed: ReadonlyArray<string>
  readonly filter: Filter
  readonly isSelected: (id: string) => boolean
}

export const fitDevices = (
  view: ChainView,
  column: Column,
  room: Room,
  { closed, filter, isSelected }: Wanted,
): ReadonlyArray<GroupMark> => {
  const groups = view.groups
    .filter((group) => group.devices > 0)
    .map((group) => (closed.includes(group.key) ? shut(group) : group))
    .map((group) => (filter.hides ? leaving(group, filter, isSelected) : group))
  if (groups.length === 0) return []
  const pitch = pitchFor(groups, column.width, room.height)
  const across = Math.max(1, Math.floor(column.width / pitch))
  const rows = rowsFor(groups, across, pitch, room.height)
  const used = rows.reduce(
    (sum, own, index) => sum + blockHeight(groups[index], own, across, pitch),
    0,
  )
  const gap = Math.min(gapMost, Math.max(gapLeast, (room.height - used) / groups.length))
  let y = room.top
  return groups.map((group, index) => {
    const kept = keep(group, rows[index] * across)
    const isClosed = closed.includes(group.key)
    const more = group.devices - kept.length
    const height = blockHeight(group, rows[index], across, pitch)
    const mark: GroupMark = {
      key: group.key,
      group,
      y,
      height,
      across,
      out: {
        x: column.x + column.width + 6,
        y: rows[index] === 0 ? y + 7 : y + headHeight + (rows[index] * pitch) / 2,
      },
      isClosed,
      more: more === 0 || isClosed ? "" : moreText(group, kept, more),
      dots: kept.map((device, place) =>
        dotOf(device, group, {
          x: column.x + (place % across) * pitch + pitch / 2,
          y: y + headHeight + Math.floor(place / across) * pitch + pitch / 2,
          pitch,
          nowMs: view.occurredMs,
          isDim: filter.isOn && !filter.device(device, group),
          isSelected: isSelected(device.id),
        }),
      ),
    }
    y += height + gap
    return mark
  })
}

const moreText = (group: GroupView, kept: ReadonlyArray<DeviceView>, more: number): string => {
  const bad = kept.filter(isBad).length
  const hidden = group.refused + group.suspicious - bad
  return hidden > 0
    ? `${count(more)} more, ${plural(hidden, "of them in trouble", "of them in trouble")}`
    : `${count(more)} more, none in trouble`
}

/** A closed group shows nothing, and what it has is in its heading. */
const shut = (group: GroupView): GroupView => ({ ...group, hidden: 0, shown: [] })

/** Only those that pass; how many are well is said in the line below. */
const leaving = (
  group: GroupView,
  filter: Filter,
  isSelected: (id: string) => boolean,
): GroupView => {
  const shown = group.shown.filter(
    (device) => filter.device(device, group) || isSelected(device.id),
  )
  return { ...group, shown, hidden: group.devices - shown.length }
}

const blockHeight = (group: GroupView, rows: number, across: number, pitch: number): number =>
  headHeight + rows * pitch + (leavesOut(group, rows * across) ? moreHeight : 0)

const leavesOut = (group: GroupView, places: number): boolean =>
  group.hidden > 0 || group.shown.length > places

/** What the groups take besides their dots when each shows all that the view gives. */
const headsHeight = (groups: ReadonlyArray<GroupView>): number =>
  groups.reduce((sum, { hidden }) => sum + headHeight + gapLeast + (hidden > 0 ? moreHeight : 0), 0)

/** The widest pitch at which everything fits, or the narrowest there is. */
const pitchFor = (groups: ReadonlyArray<GroupView>, width: number, height: number): number => {
  for (let pitch = pitchMost; pitch > pitchMin; pitch -= 0.5) {
    const across = Math.floor(width / pitch)
    const rows = groups.reduce((sum, group) => sum + Math.ceil(group.shown.length / across), 0)
    if (rows * pitch + headsHeight(groups) <= height) return pitch
  }
  return pitchMin
}

/** Rows each group gets: what it needs, or its part of what there is, and at least one. */
const rowsFor = (
  groups: ReadonlyArray<GroupView>,
  across: number,
  pitch: number,
  height: number,
): ReadonlyArray<number> => {
  const needed = groups.map((group) => Math.ceil(group.shown.length / across))
  const sum = needed.reduce((total, rows) => total + rows, 0)
  const room = Math.floor((height - groups.length * (headHeight + gapLeast + moreHeight)) / pitch)
  const roomWithout = Math.floor((height - headsHeight(groups)) / pitch)
  if (sum <= roomWithout) return needed
  return needed.map((rows) => (rows === 0 ? 0 : Math.max(1, Math.floor((rows * room) / sum))))
}

const isBad = ({ verdict }: DeviceView): boolean =>
  verdict === "refused" || verdict === "suspicious"

/** The first `most` in the group's order, but with every one in trouble in place of a healthy one. */
const keep = (group: GroupView, most: number): ReadonlyArray<DeviceView> => {
  if (group.shown.length <= most) return group.shown
  let healthy = Math.max(0, most - group.shown.filter(isBad).length)
  return group.shown.filter((device) => isBad(device) || healthy-- > 0).slice(0, most)
}

interface Place {
  readonly x: number
  readonly y: number
  readonly pitch: number
  readonly nowMs: number
  readonly isDim: boolean
  readonly isSelected: boolean
}

const dotOf = (device: DeviceView, group: GroupView, place: Place): Dot => {
  return {
    id: device.id,
    group: group.key,
    verdict: device.verdict,
    x: place.x,
    y: place.y,
    r: isBad(device) ? Math.max(4.2, place.pitch * 0.46) : place.pitch * 0.31,
    warmth: device.heardMs === 0 ? 0 : warmthOf(place.nowMs - device.heardMs),
    isDim: place.isDim,
    isSelected: place.isSelected,
    device,
  }
}

/** 1 within a minute, then less, 0.3 after a day. */
const warmthOf = (sinceMs: number): number => {
  if (sinceMs < 60_000) return 1
  if (sinceMs < 600_000) return 0.75
  return sinceMs < 3_600_000 ? 0.55 : sinceMs < 86_400_000 ? 0.42 : 0.3
}
