/**
 * Late buffer: a station kept what it heard and handed it on when its line was back.
 *
 * Late is what lies behind the log's clock, which other stations move on; so an old file, imported in the
 * order of its times, is not late. One late reception may be a clock that is wrong; more are a buffer.
 */
import { lateMin } from "../likeness.ts"
import { stateless } from "../Rule.ts"

export const rule = stateless("late-buffer", ["Late"], (moment, report) => {
  if (moment._tag !== "Late" || moment.lagMs <= lateMin) return
  const { frame, lagMs, recorded } = moment
  const seconds = Math.round(lagMs / 1000)
  report.say({
    kind: "late-buffer",
    station: frame.station,
    fromPosition: recorded.position,
    toPosition: recorded.position,
    fromMs: recorded.occurredMs,
    toMs: recorded.occurredMs,
    facts: [
      {
        text: `what it heard of ${frame.device} came ${seconds} s behind other stations`,
        position: recorded.position,
        weight: 0.5,
      },
    ],
  })
})
