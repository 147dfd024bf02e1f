/** What a blast radius is asked of. */
import type { Recorded } from "../../../core/event/Envelope.ts"

export type Thing =
  /** Footing: the messages whose acceptance rests on it alone (see `projections/integrity`). */
  | { readonly kind: "station"; readonly station: string }
  /** Footing: receptions whose MAC was proved with it, and downlinks made with it. */
  | { readonly kind: "key"; readonly device: string; readonly keyVersion: number }
  /** Footing: every decision made under it. */
  | { readonly kind: "policy"; readonly version: number }
  /** Footing: what is owed to it and was said of it. */
  | { readonly kind: "endpoint"; readonly customer: string; readonly destination: string }
  /** Footing: the event itself. */
  | { readonly kind: "event"; readonly position: number }

export const kinds = ["station", "key", "policy", "endpoint", "event"] as const
export type Kind = (typeof kinds)[number]

/** For people: `key 4D33DB:2`. */
export const nameOf = (thing: Thing): string => `${thing.kind} ${idOf(thing)}`

export const idOf = (thing: Thing): string => {
  switch (thing.kind) {
    case "station":
      return thing.station
    case "key":
      return `${thing.device}:${thing.keyVersion}`
    case "policy":
      return String(thing.version)
    case "endpoint":
      return `${thing.customer}/${thing.destination}`
    case "event":
      return String(thing.position)
  }
}

/** Whether an event rests on the thing directly. Of a station the events are known beforehand. */
export const footingOf = (
  thing: Exclude<Thing, { readonly kind: "station" }>,
): ((recorded: Recorded) => boolean) => {
  switch (thing.kind) {
    case "key": {
      const { device, keyVersion } = thing
      return ({ event }) =>
        (event._tag === "FrameHeard" &&
          event.device === device &&
          event.keyVersion === keyVersion &&
          event.check === "ok") ||
        (event._tag === "DownlinkScheduled" &&
          event.device === device &&
          event.keyVersion === keyVersion)
    }
    case "policy":
      // Events of kinds this build does not know have their members elsewhere.
      return ({ event }) => "policy" in event && event.policy === thing.version
    case "endpoint":
      return ({ event }) =>
        "destination" in event &&
        event.destination === thing.destination &&
        event.customer === thing.customer &&
        event._tag !== "DestinationAdded" &&
        event._tag !== "DestinationRemoved"
    case "event":
      return ({ position }) => position === thing.position
  }
}
