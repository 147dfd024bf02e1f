/** What is said around the picture: pill, figures, notices, tools, panel, controls; each from the whole state. */
import type { View } from "../data/Address.ts"
import type { Intents } from "../interact/Ui.ts"
import type { Panel } from "../panel/panelOn.ts"
import { choiceOf } from "./choiceOf.ts"
import { controlsOf } from "./controlsOf.ts"
import type { Frame } from "./Frame.ts"
import { figuresOf, pillOf } from "./headerOf.ts"
import { emptyOf, noticeOf } from "./noticeOf.ts"
import { patch } from "./patch.ts"
import { toolsOf } from "./toolsOf.ts"

export interface WordParts {
  readonly body: HTMLElement
  readonly pill: HTMLElement
  readonly figures: HTMLElement
  readonly notices: HTMLElement
  readonly tools: HTMLElement
  readonly views: HTMLElement
  readonly empty: HTMLElement
  readonly controls: HTMLElement
}

export const wordsOn =
  (parts: WordParts, panel: Panel, does: Intents, retry: () => void) =>
  (frame: Frame, isStill: boolean): void => {
    const { picture, ui } = frame
    const { sampled, view } = picture
    const { address } = ui
    const { classList } = parts.body
    classList.toggle("past", view !== undefined && !picture.isNow)
    classList.toggle("lost", picture.feed._tag === "lost")
    classList.toggle("stale", !picture.fresh && view !== undefined)
    classList.toggle("void", view === undefined || view.position < 0)
    const newestMs = frame.timeline.whole?.lastMs ?? frame.timeline.whole?.toMs
    patch(parts.pill, pillOf(picture, { newestMs }))
    patch(parts.figures, figuresOf(picture))
    patch(parts.notices, noticeOf(picture, frame.clock, { retry, live: does.live }))
    patch(parts.empty, emptyOf(picture))
    patch(parts.views, [
      choiceOf("picture", viewNames, address.view, (one) => does.show({ view: one })),
    ])
    const { grouping } = address
    const isPinned = frame.differences !== undefined
    patch(parts.tools, toolsOf({ view: address.view, grouping, sampled, isStill, isPinned }, does))
    panel.draw(frame)
    const { answer, span } = frame.timeline
    patch(parts.controls, controlsOf(picture, ui, answer, span, does))
  }

const viewNames: ReadonlyArray<readonly [View, string, string]> = [
  ["chain", "Chain", "From devices to customers (C)"],
  ["map", "Map", "Where stations stand and who hears whom (M)"],
]
