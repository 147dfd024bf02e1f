/**
 * A log as a member's part of it: events of devices that are not its own are there as events of an unknown kind, which
 * change nothing. Positions stay as they are.
 */
import * as Stream from "effect/Stream"
import type { Recorded } from "../../core/event/Envelope.ts"
import type { Event } from "../../core/event/Event.ts"
import * as Slots from "../../core/kernel/Slots.ts"
import { EventLog } from "../../core/log/EventLog.ts"
import { fieldOf } from "../../core/log/matches.ts"

const elsewhere: Event = { _tag: "Unknown", kind: "FoldedElsewhere", data: {} }

/** Events of devices in other slots become unknown ones. */
export const mask = (events: ReadonlyArray<Recorded>, slots: Slots.Set): ReadonlyArray<Recorded> =>
  events.map((recorded) => {
    const device = deviceOf(recorded.event)
    return device === undefined || slots[Slots.slotOf(device)]
      ? recorded
      : { ...recorded, event: elsewhere }
  })

export const masked = (
  log: EventLog["Service"],
  /** Whose events are the part's own, now. */
  slots: () => Slots.Set,
  /** Told how many events of its own devices the part follows. */
  count: (own: number) => void,
): EventLog["Service"] =>
  EventLog.of({
    ...log,
    read: (from, to) => Stream.map(log.read(from, to), (events) => mask(events, slots())),
    follow: (from) =>
      Stream.map(log.follow(from), (events) => {
        const own = mask(events, slots())
        count(own.filter(({ event }) => deviceOf(event) !== undefined).length)
        return own
      }),
  })

const deviceOf = (event: Event): string | undefined =>
  event._tag === "FrameHeard" ? event.device : fieldOf(event, "device")
