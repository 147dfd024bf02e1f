/**
 * Delivery outage: attempts at a destination fail, five in a row or far more than usual. Over when something is delivered there
 * and the failures are the usual few.
 */
import type { Detector } from "../Detector.ts"
import { excessOf } from "../excess.ts"
import * as Series from "../Series.ts"
import * as Unusual from "../Unusual.ts"
import { measure, minutesOf } from "../words.ts"
import type { Outlet } from "../Watched.ts"

/** As the circuit (`core/network/Outlet.ts`). */
const inRow = 5
const least = { seen: 10, part: 0.3 }
const unit = "failed attempts in a row"

export const detector: Detector = {
  kind: "delivery-outage",
  ofEvent: (watch, { event, position }, at) => {
    if (event._tag !== "DeliveryFailed" && event._tag !== "DeliverySucceeded") return
    const outlet = watch.outlets.get(`${event.customer}/${event.destination}`)
    if (outlet === undefined) return
    if (event._tag === "DeliverySucceeded")
      return Unusual.calm(watch.list, "delivery-outage", outlet.who, () => "delivered again", at)
    if (outlet.failures < inRow) return
    return Unusual.say(
      watch.list,
      "delivery-outage",
      outlet.who,
      {
        expected: measure(0, unit),
        seen: measure(outlet.failures, unit),
        sinceMs: outlet.failingSinceMs,
        causes: [outlet.failingFirstAt, position],
        severity: outlet.failures,
      },
      at,
    )
  },
  ofOutlet: (outlet: Outlet, { at, watch: { list } }) => {
    const { attempts, failures, who } = outlet
    const excess = excessOf(attempts, least)
    if (excess === undefined) {
      // Nothing was tried that could have failed: nothing is known of it.
      if (attempts.lastOf.at(-1) !== 0 && failures === 0)
        Unusual.calm(list, "delivery-outage", who, () => "attempts succeed again", at)
      return
    }
    const failed = `failed attempts of ${excess.of} in ${minutesOf(excess.bins)} minutes`
    Unusual.say(
      list,
      "delivery-outage",
      who,
      {
        expected: measure(excess.expected, failed),
        seen: measure(excess.seen, failed),
        sinceMs: at.ms - excess.bins * Series.binMs,
        causes: [attempts.lastAt],
        severity: 0,
      },
      at,
    )
  },
}
