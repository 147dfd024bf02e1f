/** The core network: for each service the ways left, single points of failure and availability; its parts. */
import { CoreAnswer } from "../../api/Core.ts"
import { duration, instant, plural } from "../model/format.ts"
import { h, type Tree } from "../view/patch.ts"
import { noPart } from "./noAnswer.ts"
import { grid, moment, quiet, rows, section, signed } from "./parts.ts"
import { answerTo, type Question } from "./Question.ts"
import type { Does, Part } from "./Scene.ts"

export const coreQuestion: Question<typeof CoreAnswer.Type> = {
  path: "/api/core",
  schema: CoreAnswer,
  instant: "at",
}

export const corePart: Part = {
  asks: () => [coreQuestion],
  show: ({ answers, does }) => {
    const asked = answerTo(answers, coreQuestion)
    if (asked?._tag !== "answer") return [noPart(asked)]
    return coreSections(asked.answer, () => true, does)
  },
}

type Core = typeof CoreAnswer.Type

/** Of the parts and services that `which` names: all of them, or those of one data centre. */
export const coreSections = (
  { parts, services }: Core,
  which: (part: string) => boolean,
  does: Does,
): ReadonlyArray<Tree> => {
  const shown = services.filter(({ from, to }) => [...from, ...to].some(which))
  const listed = parts.filter(({ part }) => which(part))
  return [
    ...(shown.length === 0
      ? [section("Services", [quiet("None is declared.")])]
      : shown.map((service) => serviceSection(service, does))),
    section("Parts", [
      listed.length === 0
        ? quiet("None is known.")
        : grid(
            "parts of the core",
            [{ title: "part" }, { title: "since" }],
            listed.map(({ detail, kind, part, since, sinceMs, up }) => ({
              key: part,
              tone: up ? undefined : "suspicious",
              cells: [
                h("span", {}, [
                  h("span", { class: up ? "good" : "suspicious" }, [
                    signed(up ? "good" : "suspicious", `${part}${up ? "" : " down"}`),
                  ]),
                  h("small", { class: "meaning" }, [detail === null ? kind : `${kind}, ${detail}`]),
                ]),
                sinceMs === null || since === null
                  ? "not reported"
                  : moment(instant(sinceMs).slice(0, 19), since, does),
              ],
            })),
          ),
    ]),
  ]
}

const serviceSection = (
  {
    availability,
    cuts,
    downMs,
    from,
    fromMs,
    name,
    outages,
    service,
    stands,
    to,
    toMs,
    ways,
  }: Core["services"][number],
  does: Does,
): Tree =>
  section(name ?? service, [
    rows(
      [
        {
          label: "ways left that share no part",
          value: stands ? String(ways) : "none: it does not stand",
          tone: !stands ? "refused" : undefined,
        },
        {
          label: "single points of failure",
          value: cuts.length === 0 ? "none" : cuts.join(", "),
          tone: cuts.length === 0 ? undefined : "suspicious",
        },
        { label: "from", value: from.join(", ") },
        { label: "to", value: to.join(", ") },
        {
          label: "availability",
          value: availability === null ? "not yet known" : percent(availability),
        },
        {
          label: "down",
          value: outages === 0 ? "never" : `${duration(downMs)} in ${plural(outages, "outage")}`,
          tone: downMs > 0 ? "suspicious" : undefined,
        },
        {
          label: "over",
          value: `${instant(fromMs).slice(0, 16)} to ${instant(toMs).slice(0, 16)}`,
        },
      ],
      does,
    ),
  ])

/** 99.9731 %: as many digits as say something. */
const percent = (share: number): string =>
  share === 1 ? "100 %" : `${(share * 100).toFixed(share > 0.999 ? 4 : 2)} %`
