/** All that one frame of the page is drawn from. */
import type { Detail } from "../data/Detail.ts"
import type { Picture } from "../data/Picture.ts"
import type { Timeline } from "../data/timelines.ts"
import type { Ui } from "../interact/Ui.ts"
import type { Size } from "../model/Layout.ts"

export interface Frame {
  readonly picture: Picture
  readonly ui: Ui
  readonly timeline: Timeline
  readonly detail: Detail
  readonly clock: number
  readonly stage: Size
  readonly time: Size
}
