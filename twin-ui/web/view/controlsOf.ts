/** Play, pause, step, speed, live, and how much of time is shown. */
import type { TimelineAnswer } from "../../api/Timeline.ts"
import type { Picture } from "../data/Picture.ts"
import type { Span } from "../data/Address.ts"
import { speeds } from "../data/Source.ts"
import { hourMs, type Intents, type Ui } from "../interact/Ui.ts"
import { help } from "../interact/keys.ts"
import { instant, minute, plural, position } from "../model/format.ts"
import { h, type Tree } from "./patch.ts"

const spans: ReadonlyArray<readonly [label: string, ms: number]> = [
  ["1 h", hourMs],
  ["6 h", 6 * hourMs],
  ["1 d", 24 * hourMs],
  ["7 d", 168 * hourMs],
  ["all", Infinity],
]

export const controlsOf = (
  picture: Picture,
  ui: Ui,
  answer: TimelineAnswer | undefined,
  span: Span | undefined,
  does: Intents,
): ReadonlyArray<Tree> => {
  const at = picture.view?.position ?? 0
  const isHeld = picture.source._tag === "held"
  return [
    h("div", { class: "play" }, [
      button("first event (Home)", "first", () => does.seek(0)),
      button("one event back (←)", "back", () => does.seek(at - 1)),
      button(
        isHeld ? "play (Space)" : "pause (Space)",
        isHeld ? "play" : "pause",
        () => does.toggle(at),
        {
          class: "main",
        },
      ),
      button("one event on (→)", "on", () => does.seek(at + 1)),
      h(
        "span",
        { class: "choice", role: "radiogroup", "aria-label": "speed of a replay" },
        speeds.map((speed) =>
          h(
            "button",
            {
              key: speed,
              type: "button",
              role: "radio",
              "aria-checked": speed === ui.speed ? "true" : "false",
            },
            [`${speed}×`],
            () => does.setSpeed(speed, at),
          ),
        ),
      ),
      h(
        "button",
        {
          key: "live",
          type: "button",
          class: picture.isNow ? "live now" : "live",
          title: "Live (L, End)",
        },
        ["● Live"],
        does.live,
      ),
    ]),
    h("p", { class: "where", title: help }, [
      whereText(picture, ui, answer, span),
      h("span", { class: "hint" }, [" · drag to scrub, wheel to zoom"]),
    ]),
    h("div", { class: "spans" }, [
      h(
        "span",
        { class: "choice", role: "radiogroup", "aria-label": "span of the time line" },
        spans.map(([label, ms]) =>
          h(
            "button",
            {
              key: label,
              type: "button",
              role: "radio",
              "aria-checked":
                ui.address.span === undefined && ui.address.lengthMs === ms ? "true" : "false",
            },
            [label],
            () => does.setSpan(ms),
          ),
        ),
      ),
    ]),
  ]
}

const button = (label: string, icon: string, click: () => void, extra = {}): Tree =>
  h(
    "button",
    { key: label, type: "button", "aria-label": label, title: label, ...extra },
    [h("i", { class: `icon ${icon}` })],
    click,
  )

const whereText = (
  { view }: Picture,
  ui: Ui,
  answer: TimelineAnswer | undefined,
  span: Span | undefined,
): string => {
  if (ui.drag !== undefined) return `to ${instant(ui.drag)}`
  if (view === undefined || answer === undefined || span === undefined) return ""
  return `${minute(span.fromMs)} to ${minute(span.toMs)} · event ${position(view.position)} of ${plural(Math.max(answer.events, view.position + 1), "event")}`
}
