/** Duplicates: a station's line handed the same receptions on twice. Counted, and nothing to worry about. */
import { stateless } from "../Rule.ts"

export const rule = stateless("duplicate", ["Other"], (moment, report) => {
  if (moment._tag !== "Other" || moment.recorded.event._tag !== "ReceptionsRepeated") return
  const { event, occurredMs, position } = moment.recorded
  const text = `${event.count} receptions of ${event.station} came again within seconds`
  report.say({
    kind: "duplicate",
    station: event.station,
    fromPosition: position,
    toPosition: position,
    fromMs: occurredMs,
    toMs: occurredMs,
    times: event.count,
    facts: [{ text, position, weight: 0.95 }],
  })
})
