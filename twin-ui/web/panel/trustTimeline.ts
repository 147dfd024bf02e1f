/** How a station stood over time: a strip with a stretch for each standing, and the same as lines. */
import { AttestedAnswer } from "../../api/Integrity.ts"
import { duration, instant } from "../model/format.ts"
import { h, type Tree } from "../view/patch.ts"
import { noPart } from "./noAnswer.ts"
import { choice, grid, moment, quiet, section, signed } from "./parts.ts"
import { answerTo, type Question } from "./Question.ts"
import type { Scene } from "./Scene.ts"

const dayMs = 86_400_000

/** Lengths to choose from. */
const lengths: ReadonlyArray<readonly [text: string, ms: number]> = [
  ["6 h", dayMs / 4],
  ["1 d", dayMs],
  ["7 d", 7 * dayMs],
  ["60 d", 60 * dayMs],
]

/** Stretches listed, the latest. */
const listedMax = 8

export const trustQuestion = (station: string, lengthMs: number): Question<AttestedAnswer> => ({
  path: `/api/stations/${encodeURIComponent(station)}/attested?lastMs=${lengthMs}`,
  schema: AttestedAnswer,
  instant: "at",
})

type Span = AttestedAnswer["spans"][number]

const tones: Readonly<Record<Span["standing"], string>> = {
  attested: "good",
  stale: "suspicious",
  silent: "suspicious",
  refused: "refused",
  unknown: "plain",
}

export const trustSection = (scene: Scene, station: string): Tree => {
  const { answers, desk, does } = scene
  const asked = answerTo(answers, trustQuestion(station, desk.trustMs))
  const chosen = choice(
    "span of the trust time line",
    lengths.map(([text, ms]) => ({
      text,
      isChosen: ms === desk.trustMs,
      choose: () => does.change({ trustMs: ms }),
    })),
  )
  if (asked?._tag !== "answer") return section("Trust over time", [chosen, noPart(asked)])
  const { answer, fromMs, spans, toMs } = asked.answer
  return section("Trust over time", [
    chosen,
    h("figure", { class: "strip" }, [
      h(
        "div",
        { role: "img", "aria-label": answer },
        spans.map((span) =>
          h("i", {
            class: tones[span.standing],
            style: `flex-grow:${Math.max(1, span.toMs - span.fromMs)}`,
            title: `${span.standing} ${instant(span.fromMs)} to ${instant(span.toMs)}`,
          }),
        ),
      ),
      h("figcaption", {}, [
        h("span", {}, [instant(fromMs).slice(0, 16)]),
        h("span", {}, [instant(toMs).slice(0, 16)]),
      ]),
    ]),
    grid(
      "trust over time",
      [{ title: "from" }, { title: "for", isNumber: true }, { title: "stood" }],
      spans
        .slice(-listedMax)
        .toReversed()
        .map((span) => ({
          key: span.fromMs,
          cells: [
            span.position === null
              ? instant(span.fromMs).slice(5)
              : moment(instant(span.fromMs).slice(5), span.position, does),
            duration(span.toMs - span.fromMs),
            h("span", { class: tones[span.standing] }, [
              signed(tones[span.standing], span.standing),
            ]),
          ],
        })),
    ),
    spans.length > listedMax
      ? quiet(`and ${spans.length - listedMax} stretches before`)
      : undefined,
  ])
}
