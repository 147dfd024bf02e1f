/** Callback latency: a destination answers, but takes three times as long as usual, and half a second more. */
import type { Detector } from "../Detector.ts"
import * as Latency from "../Latency.ts"
import * as Unusual from "../Unusual.ts"

const timesMin = 3
const moreMin = 500
/** Below this again it is over. */
const timesOver = 2
const unit = "ms, the middle one of 15 answers"

export const detector: Detector = {
  kind: "callback-latency",
  ofEvent: (watch, { event, position }, at) => {
    if (event._tag !== "DeliverySucceeded") return
    const outlet = watch.outlets.get(`${event.customer}/${event.destination}`)
    if (outlet === undefined) return
    const { latency, who } = outlet
    const isOpen = Unusual.isOpen(watch.list, "callback-latency", who)
    const now = Latency.isKnown(latency) ? Latency.nowMs(latency) : 0
    const { usualMs } = latency
    if (now >= timesMin * usualMs && now - usualMs >= moreMin)
      Unusual.say(
        watch.list,
        "callback-latency",
        who,
        {
          expected: { value: Math.round(usualMs), unit },
          seen: { value: Math.round(now), unit },
          sinceMs: at.ms,
          causes: [position],
          severity: now,
        },
        at,
      )
    else if (isOpen && (now < timesOver * usualMs || now - usualMs < moreMin / 2))
      Unusual.clear(
        watch.list,
        "callback-latency",
        who,
        `answers take ${Math.round(now)} ms again`,
        at,
      )
    if (!isOpen) Latency.learn(latency)
  },
}
