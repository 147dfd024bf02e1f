/** The counter of a device as a picture, with the refused numbers as a list below it. */
import { CounterAnswer } from "../../api/Counter.ts"
import { count, instant, plural, position } from "../model/format.ts"
import { h, type Tree } from "../view/patch.ts"
import { type CounterMarks, counterMarks, edge, type Mark } from "./counterMarks.ts"
import { noPart } from "./noAnswer.ts"
import { choice, grid, moment, quiet, section } from "./parts.ts"
import { answerTo, type Question } from "./Question.ts"
import type { Does, Scene } from "./Scene.ts"

/** How many of the latest numbers are drawn. */
const lengths = [40, 200, 1_000]

export const counterQuestion = (device: string, numbers: number): Question<CounterAnswer> => ({
  path: `/api/devices/${encodeURIComponent(device)}/counter?limit=${numbers}`,
  schema: CounterAnswer,
  instant: "at",
})

const size = { width: 348, height: 132 }
/** Refused numbers listed, the latest. */
const refusedListed = 6

export const counterSection = ({ answers, desk, does }: Scene, device: string): Tree => {
  const asked = answerTo(answers, counterQuestion(device, desk.numbers))
  const title = "Counter against time"
  if (asked?._tag !== "answer") return section(title, [noPart(asked)])
  const { isCut, points, rollover, window } = asked.answer
  if (points.length === 0) return section(title, [quiet("Nothing was decided yet.")])
  const marks = counterMarks(asked.answer, size)
  const refused = points.filter(({ accepted }) => !accepted)
  return section(title, [
    choice(
      "numbers drawn",
      lengths.map((length) => ({
        text: `latest ${count(length)}`,
        isChosen: length === desk.numbers,
        choose: () => does.change({ numbers: length }),
      })),
    ),
    h("figure", { class: "chart counter" }, [
      chart(
        marks,
        `${plural(marks.accepted.length, "number")} accepted, ${count(refused.length)} refused`,
        does,
      ),
      h("figcaption", {}, [
        h("span", { class: "ok" }, ["● accepted"]),
        h("span", { class: "refused" }, ["✕ refused"]),
        h("span", {}, ["▒ window"]),
        h("span", {}, [
          isCut ? `the latest ${count(points.length)}` : `all ${count(points.length)}`,
        ]),
      ]),
    ]),
    window === null
      ? undefined
      : quiet(
          `It takes ${window.from} to ${window.to}; the counter starts again after ${rollover - 1}.`,
        ),
    refused.length === 0
      ? undefined
      : grid(
          "refused numbers",
          [
            { title: "refused at" },
            { title: "number", isNumber: true },
            { title: "expected" },
            { title: "reason" },
          ],
          refused
            .slice(-refusedListed)
            .toReversed()
            .map((point) => ({
              key: point.position,
              cells: [
                moment(instant(point.ms).slice(5), point.position, does),
                String(point.seq),
                point.window === null ? "any" : `${point.window.from}–${point.window.to}`,
                h("span", { class: "refused unbroken" }, [point.reason ?? ""]),
              ],
            })),
        ),
    refused.length > refusedListed
      ? quiet(`and ${count(refused.length - refusedListed)} before them`)
      : undefined,
  ])
}

const chart = (marks: CounterMarks, name: string, does: Does): Tree =>
  h("svg", { viewBox: `0 0 ${size.width} ${size.height}`, role: "img", "aria-label": name }, [
    ...marks.bands.map(({ height, width, x, y }) =>
      h("rect", {
        class: "window",
        x: round(x),
        y: round(y),
        width: round(width),
        height: round(height),
      }),
    ),
    ...marks.wraps.map((y) =>
      h("line", {
        class: "wrap",
        x1: edge.left,
        x2: size.width - edge.right,
        y1: round(y),
        y2: round(y),
      }),
    ),
    ...marks.up.map(({ text, y }) =>
      h("text", { class: "up", x: edge.left - 5, y: round(y + 3) }, [text]),
    ),
    ...marks.across.map(({ text, x }) =>
      h("text", { class: "across", x: round(x), y: size.height - 3 }, [text]),
    ),
    ...marks.accepted.map((mark) =>
      h(
        "circle",
        {
          class: isOdd(mark) ? "ok warned" : "ok",
          cx: round(mark.x),
          cy: round(mark.y),
          r: 2.4,
        },
        [title(mark)],
        () => does.select("event", String(mark.point.position)),
      ),
    ),
    ...marks.refused.map((mark) =>
      h("path", { class: "refused", d: cross(mark.x, mark.y) }, [title(mark)], () =>
        does.select("event", String(mark.point.position)),
      ),
    ),
  ])

/** A break alone is no suspicion: bad radio and long silences leave many. */
const isOdd = ({ point: { warning } }: Mark): boolean =>
  warning === "unstated-band" || warning === "disengaged"

const title = ({ point }: Mark): Tree => {
  const { accepted, ms, reason, seq, warning, position: at } = point
  const verdict = accepted
    ? `accepted${warning === null ? "" : `, ${warning}`}`
    : `refused, ${reason ?? ""}`
  return h("title", {}, [`number ${seq} ${verdict} · ${instant(ms)} · ${position(at)}`])
}

const cross = (x: number, y: number): string => `M${round(x - 3)},${round(y - 3)}l6,6m0,-6l-6,6`

const round = (value: number): number => Math.round(value * 10) / 10
