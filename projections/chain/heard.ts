/** What stations heard. The hottest path of the fold: entities are written out field by field, which is faster here than spreading them (measured). */
import type { FrameHeard } from "../../core/event/reception.ts"
import type { MessageReported, ReceptionReported } from "../../core/event/report.ts"
import * as Pulse from "./Pulse.ts"
import { reportedDevice, stationOf } from "./registered.ts"
import { flowsMax, flowStride, type Device, type Station, type State } from "./State.ts"

export const frameHeard = (draft: State, event: FrameHeard): void => {
  draft.receptions++
  draft.received = Pulse.beat(draft.received, draft.nowMs)
  const station = stationHeard(draft, event.station)
  // A frame that fails its check proves nothing about the device it names.
  if (event.check !== "ok") return
  const device = draft.devices.get(event.device)
  if (device === undefined) return
  deviceHeard(draft, device, event.station, device.verdict)
  countHeard(draft, device, station)
}

export const bytesHeard = (draft: State, station: string): void => {
  draft.receptions++
  draft.received = Pulse.beat(draft.received, draft.nowMs)
  stationHeard(draft, station)
}

export const receptionReported = (draft: State, event: ReceptionReported): void => {
  draft.receptions++
  draft.received = Pulse.beat(draft.received, draft.nowMs)
  const station = stationHeard(draft, event.station)
  const device = reportedDevice(draft, event.device, event.source)
  if (device === undefined) return
  deviceHeard(draft, device, event.station, "reported")
  countHeard(draft, device, station)
}

export const messageReported = (draft: State, event: MessageReported): void => {
  draft.reported++
  const device = reportedDevice(draft, event.device, event.source)
  if (device !== undefined)
    deviceHeard(draft, device, event.stations[0]?.station ?? device.station, "reported")
  for (const { station: id } of event.stations) {
    draft.receptions++
    draft.received = Pulse.beat(draft.received, draft.nowMs)
    const station = stationHeard(draft, id)
    if (device !== undefined) countHeard(draft, device, station)
  }
}

const stationHeard = (draft: State, id: string): Station | undefined => {
  const from = stationOf(draft, id)
  if (from === undefined) return undefined
  const station: Station = {
    id: from.id,
    n: from.n,
    name: from.name,
    city: from.city,
    lat: from.lat,
    lng: from.lng,
    dataCentre: from.dataCentre,
    trust: from.trust,
    trustMs: from.trustMs,
    trustAt: from.trustAt,
    heardMs: draft.nowMs,
    pulse: Pulse.beat(from.pulse, draft.nowMs),
  }
  draft.stations.set(id, station)
  return station
}

const deviceHeard = (
  draft: State,
  from: Device,
  station: string,
  verdict: Device["verdict"],
): void => {
  draft.devices.set(from.id, {
    id: from.id,
    n: from.n,
    group: from.group,
    heardMs: draft.nowMs,
    station,
    verdict,
    warning: from.warning,
    warnedMs: from.warnedMs,
    refusal: from.refusal,
    refusedMs: from.refusedMs,
  })
}

const countHeard = (draft: State, device: Device, station: Station | undefined): void => {
  const group = draft.groups.get(device.group)
  if (group !== undefined && station !== undefined)
    countFlow(draft.heard, group.n * flowStride + station.n, draft.nowMs)
}

/** Counts one along an edge. A new edge beyond the bound is not drawn. */
export const countFlow = (flows: Map<number, Pulse.Flow>, key: number, nowMs: number): void => {
  const known = flows.get(key)
  if (known === undefined && flows.size >= flowsMax) return
  flows.set(key, Pulse.flow(known ?? Pulse.dry, nowMs))
}
