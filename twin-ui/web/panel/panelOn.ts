/** The panel on the right: all that `page.ts` knows of it. */
import type { Intents } from "../interact/Ui.ts"
import type { Frame } from "../view/Frame.ts"
import { panelOf } from "../view/panelOf.ts"
import { patch } from "../view/patch.ts"

export interface Panel {
  readonly draw: (frame: Frame) => void
}

export const panelOn = (element: HTMLElement, does: Intents): Panel => ({
  draw: ({ picture, ui, detail }) =>
    patch(element, panelOf(picture, ui.address.selection, detail, does)),
})
