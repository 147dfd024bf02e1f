/**
 * What a query asks of one event.
 *
 * An event concerns each device, station and customer it names. The fields are read by their names, so
 * that an event of a kind this build does not know is found too.
 */
import type { Recorded } from "../event/Envelope.ts"
import { type Event, kindOf } from "../event/Event.ts"
import type { Filter } from "./EventLog.ts"

export const matches = (filter: Filter, recorded: Recorded): boolean =>
  (filter.from === undefined || recorded.position >= filter.from) &&
  (filter.to === undefined || recorded.position < filter.to) &&
  (filter.fromMs === undefined || recorded.occurredMs >= filter.fromMs) &&
  (filter.toMs === undefined || recorded.occurredMs < filter.toMs) &&
  (filter.kinds === undefined || filter.kinds.includes(kindOf(recorded.event))) &&
  (filter.device === undefined || fieldOf(recorded.event, "device") === filter.device) &&
  (filter.customer === undefined || fieldOf(recorded.event, "customer") === filter.customer) &&
  (filter.packet === undefined || packetOf(recorded.event) === filter.packet) &&
  (filter.station === undefined || stationsOf(recorded.event).includes(filter.station))

/** A text field of an event, undefined where it has none of that name. */
export const fieldOf = (
  event: Event,
  field: "device" | "station" | "customer",
): string | undefined => {
  const fields: object = event._tag === "Unknown" ? event.data : event
  const value: unknown = Reflect.get(fields, field)
  return typeof value === "string" ? value : undefined
}

/** What names the packet of a reception that was checked and found good. */
export const packetOf = (event: Event): string | undefined =>
  event._tag === "FrameHeard" && event.check === "ok" ? event.payload.digest : undefined

/** Every station an event names: its own, and those of a report. */
export const stationsOf = (event: Event): ReadonlyArray<string> => {
  if (event._tag === "MessageReported") return event.stations.map(({ station }) => station)
  const station = fieldOf(event, "station")
  return station === undefined ? [] : [station]
}
