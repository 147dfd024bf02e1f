/** What is measurably unlike the usual: expected against seen, since when, on whom, and whether it goes on. */
import { AnomaliesAnswer, type AnomalyRow } from "../../api/Anomalies.ts"
import { duration, instant } from "../model/format.ts"
import { h, type Tree } from "../view/patch.ts"
import { dayAndMinute } from "./incidentLine.ts"
import { noPart } from "./noAnswer.ts"
import { link, place, quiet, section, signed } from "./parts.ts"
import { answerTo, type Question } from "./Question.ts"
import type { Does, Scene } from "./Scene.ts"

const listedMax = 50

const question: Question<AnomaliesAnswer> = {
  path: `/api/anomalies?limit=${listedMax}`,
  schema: AnomaliesAnswer,
  instant: "at",
}

export const anomalyQuestions: ReadonlyArray<Question<unknown>> = [question]

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
