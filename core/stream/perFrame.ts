/** The newest value at most once per animation frame: what came in between is not drawn. */
import {
  animationFrameScheduler,
  auditTime,
  type MonoTypeOperatorFunction,
  type SchedulerLike,
} from "rxjs"

export const perFrame = <Value>(
  frames: SchedulerLike = animationFrameScheduler,
): MonoTypeOperatorFunction<Value> => auditTime(0, frames)
