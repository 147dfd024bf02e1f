/** All that one frame of the page is drawn from. */
import type { Picture } from "../data/Picture.ts"
import type { Timeline } from "../data/timelines.ts"
import type { Ui } from "../interact/Ui.ts"
import type { Size } from "../model/Layout.ts"
import type { Differences } from "../panel/changes.ts"
import type { Desk } from "../panel/Desk.ts"
import type { Answers } from "../panel/Question.ts"

export interface Frame {
  readonly picture: Picture
  readonly ui: Ui
  readonly timeline: Timeline
  /** What the reader has opened and typed in the panel, and what it was told. */
  readonly desk: Desk
  readonly answers: Answers
  /** How things differ from the pinned instant; undefined while none is pinned or it is not yet known. */
  readonly differences: Differences | undefined
  readonly clock: number
  readonly stage: Size
  readonly time: Size
}
