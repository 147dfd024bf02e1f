/** What is measurably unlike the usual: expected against seen, since when, on whom, and whether it goes on. */
import { AnomaliesAnswer, type AnomalyRow } from "../../api/Anomalies.ts"
import { duration, instant } from "../model/format.ts"
import { h, type Tree } from "../view/patch.ts"
import { dayAndMinute } from "./incidentLine.ts"
import { noPart, noThing } from "./noAnswer.ts"
import { outcomeOf } from "./outcome.ts"
import { actions, head, keep, link, place, quiet, rows, section, signed } from "./parts.ts"
import { answerTo, type Question } from "./Question.ts"
import type { Does, Scene } from "./Scene.ts"

const listedMax = 200

const question: Question<AnomaliesAnswer> = {
  path: `/api/anomalies?limit=${listedMax}`,
  schema: AnomaliesAnswer,
  instant: "at",
}

export const anomalyQuestions: ReadonlyArray<Question<unknown>> = [question]

/** As an incident of the picture, an anomaly's name begins so. */
export const anomalyPrefix = "anomaly|"

/** The panel of one anomaly, named as an incident. */
export const anomalyOf = (scene: Scene, id: string): ReadonlyArray<Tree> => {
  const { answers, does, view } = scene
  const asked = answerTo(answers, question)
  if (asked?._tag !== "answer")
    return [head({ kind: "Unlike the usual", title: id }, does), noPart(asked)]
  const one = asked.answer.anomalies.find((row) => `${anomalyPrefix}${row.id}` === id)
  if (one === undefined)
    return noThing(scene, { kind: "incident", id }, { _tag: "not-there", problem: undefined })
  const { causes, cleared, expected, opened, seen, sinceMs, tone, words } = one
  return [
    head(
      {
        kind: "Unlike the usual",
        title: words,
        status: cleared === undefined ? "goes on" : "cleared",
        tone: cleared === undefined ? tone : "plain",
      },
      does,
    ),
    section("Expected against seen", [
      rows(
        [
          { label: "expected", value: measured(expected) },
          { label: "seen, at its worst", value: measured(seen), tone },
        ],
        does,
      ),
      h("p", {}, ["On ", ...whom(one, does)]),
    ]),
    section("Extent", [
      rows(
        [
          { label: "since", value: instant(sinceMs) },
          { label: "told", value: instant(opened.ms), at: opened.position },
          { label: "seen last", value: instant(one.lastMs) },
          cleared === undefined
            ? {
                label: "cleared",
                value: `not yet, for ${duration(Math.max(0, view.occurredMs - sinceMs))}`,
              }
            : {
                label: "cleared",
                value: `${instant(cleared.ms)}, ${cleared.why}`,
                at: cleared.position,
              },
        ],
        does,
      ),
    ]),
    section("Shown by", [
      h(
        "p",
        {},
        causes.map((at) => place(at, does)),
      ),
    ]),
    actions([
      { text: "Go to where it was told", click: () => does.seek(opened.position) },
      {
        text: "Compare with before",
        click: () => does.pin(Math.max(0, opened.position - 1)),
      },
      keep(scene, { pin: opened.position, note: words }),
    ]),
    outcomeOf(scene),
  ]
}

export const anomaliesSection = ({ answers, does, view }: Scene): Tree => {
  const asked = answerTo(answers, question)
  const title = "Unlike the usual"
  if (asked?._tag !== "answer") return section(title, [noPart(asked)])
  const { anomalies, learning, total } = asked.answer
  return section(title, [
    learning.stage === "learning"
      ? quiet(
          `What is usual is still being learnt${learning.untilMs === null ? "" : `, until ${instant(learning.untilMs).slice(0, 16)}`}.`,
        )
      : undefined,
    total === 0
      ? quiet("Nothing so far.")
      : h(
          "ol",
          { class: "cards" },
          anomalies.map((one) => card(one, view.occurredMs, does)),
        ),
    total > anomalies.length ? quiet(`${total - anomalies.length} older ones.`) : undefined,
  ])
}

const card = (one: AnomalyRow, nowMs: number, does: Does): Tree => {
  const { causes, cleared, expected, id, opened, seen, sinceMs, tone, words } = one
  return h("li", { key: id, class: cleared === undefined ? "open" : "" }, [
    h(
      "button",
      { class: "card-head", title: `go to ${instant(opened.ms)}, where it was told` },
      [
        h("span", { class: tone }, [signed(tone, words)]),
        h("small", {}, [dayAndMinute(sinceMs, nowMs)]),
      ],
      () => {
        does.seek(opened.position)
        if (one.station !== undefined) does.select("station", one.station)
        else if (one.customer !== undefined) does.select("customer", one.customer)
      },
    ),
    h("small", {}, [`seen ${measured(seen)}, expected ${measured(expected)}`]),
    h("small", {}, [
      ...whom(one, does),
      ` since ${instant(sinceMs)}`,
      place(opened.position, does),
    ]),
    h("small", {}, [
      cleared === undefined
        ? `goes on for ${duration(Math.max(0, nowMs - sinceMs))}`
        : `cleared ${instant(cleared.ms)}: ${cleared.why}`,
      cleared === undefined ? undefined : place(cleared.position, does),
    ]),
    causes.length === 0
      ? undefined
      : h("small", {}, ["shown by", ...causes.map((at) => place(at, does))]),
  ])
}

const measured = ({ unit, value }: AnomalyRow["seen"]): string =>
  `${Number(value.toPrecision(3))} ${unit}`

const whom = (
  { area, customer, destination, station }: AnomalyRow,
  does: Does,
): ReadonlyArray<Tree | string> => {
  if (station !== undefined) return [link("station", station, does)]
  if (customer !== undefined)
    return [link("customer", customer, does), destination === undefined ? "" : `/${destination}`]
  return [area ?? "the whole network"]
}
