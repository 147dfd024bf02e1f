/** The panel on the right: all that `page.ts` knows of it. */
import type { Frame } from "../view/Frame.ts"
import { patch } from "../view/patch.ts"
import { panelOf } from "./panelOf.ts"
import { roveIn } from "./roveIn.ts"
import type { Does } from "./Scene.ts"

export interface Panel {
  readonly draw: (frame: Frame) => void
}

export const panelOn = (element: HTMLElement, does: Does): Panel => {
  element.addEventListener("keydown", (event) => {
    if (!roveIn(event)) return
    event.preventDefault()
    event.stopPropagation()
  })
  return {
    draw: ({ answers, desk, picture, ui }) => {
      const { view } = picture
      const { also, pinned, selection, tab } = ui.address
      patch(
        element,
        view === undefined
          ? []
          : panelOf({ picture, view, selection, also, tab, pinned, desk, answers, does }),
      )
    },
  }
}
