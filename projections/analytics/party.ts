/** Rows about devices, stations and policies. */
import type { Recorded } from "../../core/event/Envelope.ts"
import type { TrafficBlocked, TrafficUnblocked } from "../../core/event/firewall.ts"
import type { PolicyAdopted } from "../../core/event/policy.ts"
import type {
  CounterDisengaged,
  DeviceKeyReplaced,
  DeviceRegistered,
  DeviceRetired,
  StationEnrolled,
  StationRetired,
} from "../../core/event/registration.ts"
import { placeOf, type Row, type Sink } from "./Table.ts"

type DeviceStep = DeviceRegistered | DeviceKeyReplaced | DeviceRetired | CounterDisengaged

export const deviceRow = (recorded: Recorded, event: DeviceStep): Row => {
  const row = (step: string, ...rest: Row): Row => [
    ...placeOf(recorded),
    event.device,
    step,
    ...rest,
  ]
  switch (event._tag) {
    case "DeviceRegistered":
      return row(
        "registered",
        event.customer ?? null,
        event.group ?? null,
        event.radioZone ?? null,
        event.contractPerDay ?? null,
        event.rollover ?? null,
        event.keyVersion,
      )
    case "DeviceKeyReplaced":
      return row("key-replaced", null, null, null, null, null, event.keyVersion)
    case "CounterDisengaged":
      return row("disengaged", null, null, null, null, null, null)
    case "DeviceRetired":
      return row("retired", null, null, null, null, null, null)
  }
}

/** A device that only reports know has a row too. */
export const deviceSeen = (
  known: Set<string>,
  recorded: Recorded,
  device: string,
  rows: Sink,
): void => {
  if (known.has(device)) return
  known.add(device)
  rows.push([...placeOf(recorded), device, "seen", null, null, null, null, null, null])
}

export const stationRow = (recorded: Recorded, event: StationEnrolled | StationRetired): Row =>
  event._tag === "StationEnrolled"
    ? [
        ...placeOf(recorded),
        event.station,
        "enrolled",
        event.name ?? null,
        event.city ?? null,
        event.lat ?? null,
        event.lng ?? null,
        event.dataCentre ?? null,
      ]
    : [...placeOf(recorded), event.station, "retired", null, null, null, null, null]

/** A station that was heard of before it was enrolled has a row too, with the place that a report gives it. */
export const stationSeen = (
  known: Set<string>,
  recorded: Recorded,
  station: string,
  rows: Sink,
  at: { readonly lat?: number; readonly lng?: number } = {},
): void => {
  if (known.has(station)) return
  known.add(station)
  const { lat = null, lng = null } = at
  rows.push([...placeOf(recorded), station, "seen", null, null, lat, lng, null])
}

export const blockRow = (recorded: Recorded, event: TrafficBlocked | TrafficUnblocked): Row => [
  ...placeOf(recorded),
  event._tag === "TrafficBlocked" ? "blocked" : "unblocked",
  event.device ?? null,
  event.station ?? null,
  event.customer ?? null,
  event.group ?? null,
  event.by,
  event.why,
  event._tag === "TrafficBlocked" ? (event.untilMs ?? null) : null,
]

export const policyRow = (recorded: Recorded, event: PolicyAdopted): Row => {
  const { policy } = event
  return [
    ...placeOf(recorded),
    event.version,
    event.note,
    policy.counterRule,
    policy.contractPerDay,
    policy.rollover,
    policy.unstatedBand,
    policy.afterError,
    policy.tallyWindowMs,
    policy.untrustedStations,
    policy.downlinksPerDay,
    JSON.stringify(policy),
  ]
}
