/**
 * All incidents, one line each, what began last first: what overlaps and concerns the same thing is one. A click goes
 * to its first moment with its things selected.
 */
import { type IncidentLine, IncidentsAnswer } from "../../api/Incidents.ts"
import { concernedByAll } from "../model/concerned.ts"
import { count, duration, instant, plural } from "../model/format.ts"
import { h, type Tree } from "../view/patch.ts"
import { anomaliesSection, anomalyQuestions } from "./anomaliesSection.ts"
import { dayAndMinute } from "./incidentLine.ts"
import { noPart } from "./noAnswer.ts"
import { place, quiet, signed } from "./parts.ts"
import { answerTo, type Question } from "./Question.ts"
import type { Does, Part, Scene } from "./Scene.ts"

const listedMax = 200
/** Parts of one incident. */
const partsListed = 6

const question: Question<IncidentsAnswer> = {
  path: `/api/incidents?limit=${listedMax}`,
  schema: IncidentsAnswer,
  instant: "at",
}

export const incidentsPart: Part = {
  asks: () => [question, ...anomalyQuestions],
  show: (scene) => [...linesOf(scene), anomaliesSection(scene)],
}

const linesOf = ({ answers, does, view }: Scene): ReadonlyArray<Tree> => {
  const asked = answerTo(answers, question)
  if (asked?._tag !== "answer") return [noPart(asked)]
  const { incidents, total } = asked.answer
  if (total === 0) return [quiet("None so far.")]
  return [
    h("p", { class: "summary" }, [
      `${plural(total, "incident")}, what began last first. What overlaps and concerns the same thing is one.`,
    ]),
    h(
      "ol",
      { class: "cards" },
      incidents.map((line) => card(line, view.occurredMs, does)),
    ),
    ...(total > incidents.length ? [quiet(`${count(total - incidents.length)} older ones.`)] : []),
  ]
}

const card = (line: IncidentLine, nowMs: number, does: Does): Tree => {
  const { cause, customers, dataCentres, devices, end, label, parts, start, stations } = line
  const tone = parts.some((part) => part.tone === "refused") ? "refused" : "suspicious"
  const concerned = [
    ...(devices.length > 0 ? [named(devices, "device")] : []),
    ...(stations.length > 0 ? [named(stations, "station")] : []),
    ...(customers.length > 0 ? [named(customers, "customer")] : []),
    ...(dataCentres.length > 0 ? [named(dataCentres, "data centre")] : []),
  ]
  const lasted =
    end === undefined
      ? `going on for ${duration(Math.max(0, nowMs - start.ms))}`
      : `over after ${duration(end.ms - start.ms)}`
  return h("li", { key: parts[0]?.id ?? start.position, class: end === undefined ? "open" : "" }, [
    h(
      "button",
      {
        class: "card-head",
        title: `go to ${instant(start.ms)}, where it began, with its things selected`,
      },
      [
        h("span", { class: tone }, [signed(tone, label)]),
        h("small", {}, [dayAndMinute(start.ms, nowMs)]),
      ],
      () => {
        does.seek(start.position)
        const [thing, ...others] = concernedByAll(line)
        if (thing !== undefined) does.select(thing.kind, thing.id, others)
      },
    ),
    h("small", {}, [
      [lasted, ...concerned, ...(line.count > 1 ? [plural(line.count, "event")] : [])].join(" · "),
    ]),
    cause === undefined
      ? undefined
      : h("small", {}, [
          "began with ",
          h("span", { class: cause.tone }, [cause.text]),
          ` ${cause.detail}`,
          place(cause.position, does),
        ]),
    parts.length > partsListed
      ? h("small", {}, [`${plural(parts.length, "part")}, the first ${partsListed}:`])
      : undefined,
    parts.length < 2
      ? undefined
      : h(
          "ul",
          { class: "why" },
          parts
            .slice(0, partsListed)
            .map((part) =>
              h("li", { key: part.id }, [
                h("button", { class: `link ${part.tone}` }, [signed(part.tone, part.label)], () =>
                  does.select("incident", part.id),
                ),
                place(part.start.position, does),
              ]),
            ),
        ),
  ])
}

const named = (ids: ReadonlyArray<string>, kind: string): string =>
  ids.length <= 3 ? ids.join(", ") : plural(ids.length, kind)
