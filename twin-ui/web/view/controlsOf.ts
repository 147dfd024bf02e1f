/** Play, pause, step, speed, live, and how much of time is shown. */
import type { TimelineAnswer } from "../../api/Timeline.ts"
import type { Picture } from "../data/Picture.ts"
import type { Clock, Span } from "../data/Address.ts"
import { speeds } from "../data/Source.ts"
import { hourMs, type Intents, type Ui } from "../interact/Ui.ts"
import { help } from "../interact/keys.ts"
import { duration, instant, minute, plural, position } from "../model/format.ts"
import { choiceOf } from "./choiceOf.ts"
import { h, type Tree } from "./patch.ts"

const clocks: ReadonlyArray<readonly [Clock, string, string]> = [
  ["occurred", "occurred", "When it happened, by the sources' clocks"],
  ["recorded", "recorded", "When the twin came to know, by its own clock"],
]

const spans: ReadonlyArray<readonly [ms: number, label: string]> = [
  [hourMs, "1 h"],
  [6 * hourMs, "6 h"],
  [24 * hourMs, "1 d"],
  [168 * hourMs, "7 d"],
  [Infinity, "all"],
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
      choiceOf(
        "speed of a replay",
        speeds.map((speed) => [speed, `${speed < 10_000 ? speed : "10k"}×`] as const),
        ui.speed,
        (speed) => does.setSpeed(speed, at),
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
      h("span", { class: "hint" }, [" · drag to scrub, wheel to zoom, Shift and drag to brush"]),
    ]),
    h("div", { class: "spans" }, [
      choiceOf("clock of the time line", clocks, ui.address.clock, (clock) => does.show({ clock })),
      choiceOf(
        "span of the time line",
        spans,
        ui.address.span === undefined ? ui.address.lengthMs : undefined,
        does.setSpan,
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
  if (ui.brush !== undefined)
    return `${instant(ui.brush.fromMs)} to ${instant(ui.brush.toMs)}, ${duration(ui.brush.toMs - ui.brush.fromMs)}`
  if (ui.drag !== undefined) return `to ${instant(ui.drag)}`
  if (view === undefined || answer === undefined || span === undefined) return ""
  const said = span.toMs - span.fromMs < 600_000 ? instant : minute
  return `${said(span.fromMs)} to ${said(span.toMs)} · event ${position(view.position)} of ${plural(Math.max(answer.events, view.position + 1), "event")}`
}
