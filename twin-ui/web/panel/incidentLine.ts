/** An incident of the picture as one line, and which come first. */
import type { Incident } from "../../../projections/chain/ChainView.ts"
import { duration, minute } from "../model/format.ts"
import { gravity } from "../model/TimelineMarks.ts"
import { h, type Tree } from "../view/patch.ts"
import { signed } from "./parts.ts"
import type { Does } from "./Scene.ts"

/** What goes on and concerns many first; else the newest. */
export const byWeight = (a: Incident, b: Incident): number =>
  weight(b) - weight(a) || b.start.position - a.start.position

const weight = (incident: Incident): number =>
  incident.end === undefined ? 1 + gravity(incident) : 0

export const incidentLine = (incident: Incident, nowMs: number, does: Does): Tree => {
  const { end, id, label, start, tone } = incident
  return h("li", { key: id, class: end === undefined ? "open" : "" }, [
    h(
      "button",
      { title: label },
      [
        h("span", { class: tone }, [signed(tone, label)]),
        h("small", {}, [`${dayAndMinute(start.ms, nowMs)} · ${extent(incident, nowMs)}`]),
      ],
      () => does.select("incident", id),
    ),
  ])
}

/** The day only where it is not today. */
export const dayAndMinute = (ms: number, nowMs: number): string =>
  minute(ms).slice(0, 10) === minute(nowMs).slice(0, 10)
    ? minute(ms).slice(11)
    : minute(ms).slice(5)

const extent = ({ confidence, count, end, kind, start }: Incident, nowMs: number): string => {
  if (confidence !== undefined) return `${Math.round(confidence * 100)} %`
  if (kind === "refusals" && count === 1) return "once"
  return end === undefined
    ? `for ${duration(Math.max(0, nowMs - start.ms))}`
    : duration(end.ms - start.ms)
        .split(" ")
        .slice(0, 2)
        .join(" ")
}
