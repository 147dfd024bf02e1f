/** Scenes for panels without a page: a view of a made-up log, and answers as the API would give them. */
import { Chain } from "../../../../projections/chain/Chain.ts"
import type { ChainView } from "../../../../projections/chain/ChainView.ts"
import { viewOf } from "../../../../projections/chain/view.ts"
import { fold } from "../../../../projections/Projection.ts"
import type { Asked } from "../../../../twin-ui/web/data/ask.ts"
import * as Picture from "../../../../twin-ui/web/data/Picture.ts"
import * as Desk from "../../../../twin-ui/web/panel/Desk.ts"
import { panelOf } from "../../../../twin-ui/web/panel/panelOf.ts"
import type { Question } from "../../../../twin-ui/web/panel/Question.ts"
import type { Does, Scene } from "../../../../twin-ui/web/panel/Scene.ts"
import { patch } from "../../../../twin-ui/web/view/patch.ts"
import { story } from "../../../projections/chain/Story.ts"

export const log = story({ stations: 20, devices: 100, minutes: 30, messagesPerMinute: 30 })
export const endView: ChainView = viewOf(fold(Chain, Chain.initial(), log))

/** What a reader did, in order, as `select device 4D33DB`. */
export const reader = (): { readonly does: Does; readonly done: ReadonlyArray<string> } => {
  const done: Array<string> = []
  const note =
    (name: string) =>
    (...what: ReadonlyArray<unknown>): void => {
      done.push([name, ...what.map(textOf)].join(" "))
    }
  return {
    done,
    does: {
      select: note("select"),
      clear: note("clear"),
      seek: note("seek"),
      tab: note("tab"),
      pin: note("pin"),
      turn: note("turn"),
      change: note("change"),
      order: note("order"),
    },
  }
}

const textOf = (value: unknown): string =>
  typeof value === "string" ? value : (JSON.stringify(value) ?? "")

export const answered = <Answer>(
  question: Question<Answer>,
  answer: Answer,
): readonly [string, Asked<unknown>] => [question.path, { _tag: "answer", answer }]

export const sceneOf = (part: Partial<Scene> = {}): Scene => ({
  picture: {
    ...Picture.initial,
    view: endView,
    fresh: true,
    feed: { _tag: "open" },
    isNow: true,
  },
  view: endView,
  selection: undefined,
  also: [],
  tab: "",
  pinned: undefined,
  desk: Desk.initial,
  answers: new Map(),
  does: reader().does,
  ...part,
})

/** The panel in a page of its own. */
export const shown = (scene: Scene): HTMLElement => {
  const on = document.body.appendChild(document.createElement("aside"))
  patch(on, panelOf(scene))
  return on
}

export const textIn = (scene: Scene): string => shown(scene).textContent ?? ""
