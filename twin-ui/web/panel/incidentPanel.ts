/** An incident, or a finding: its extent, what was expected against what is seen, the facts that speak for it. */
import type { Incident } from "../../../projections/chain/ChainView.ts"
import { FindingsAnswer, type FindingRow, findingsLimitMax, sureness } from "../../api/Findings.ts"
import { count, duration, instant } from "../model/format.ts"
import type { Tree } from "../view/patch.ts"
import { anomalyOf, anomalyPrefix, anomalyQuestions } from "./anomaliesSection.ts"
import { noPart, noThing } from "./noAnswer.ts"
import { outcomeOf } from "./outcome.ts"
import { actions, head, keep, kindWords, type Row, rows, section, summary } from "./parts.ts"
import { answerTo, type Question } from "./Question.ts"
import type { Does, Part, Scene } from "./Scene.ts"
import { evidence } from "./thoughts.ts"
import { whyQuestion, whySection } from "./whyTree.ts"

/** Of an incident that is a finding: its name holds the kind. */
const findingKindOf = (id: string): string | undefined => /^finding\|([a-z-]+)\|/.exec(id)?.[1]

const findingsQuestion = (kind: string): Question<FindingsAnswer> => ({
  path: `/api/findings?kind=${kind}&limit=${findingsLimitMax}`,
  schema: FindingsAnswer,
  instant: "at",
})

export const incidentPanel: Part = {
  asks: ({ selection }) => {
    if (selection?.id.startsWith(anomalyPrefix) === true) return anomalyQuestions
    const kind = findingKindOf(selection?.id ?? "")
    return selection === undefined || kind === undefined
      ? []
      : [findingsQuestion(kind), whyQuestion("finding", selection.id)]
  },
  show: (scene) => {
    const { selection, view } = scene
    if (selection === undefined) return []
    if (selection.id.startsWith(anomalyPrefix)) return anomalyOf(scene, selection.id)
    const incident = view.incidents.find(({ id }) => id === selection.id)
    const kind = findingKindOf(selection.id)
    if (kind !== undefined) return findingOf(scene, selection.id, kind, incident)
    return incident === undefined
      ? noThing(scene, selection, { _tag: "not-there", problem: undefined })
      : incidentOf(scene, incident)
  },
}

const incidentOf = (scene: Scene, incident: Incident): ReadonlyArray<Tree> => {
  const { does, view } = scene
  return [
    head(
      {
        kind: "Incident",
        title: incident.label,
        status: incident.end === undefined ? "going on" : "over",
        tone: incident.tone,
      },
      does,
    ),
    section("Extent", [
      rows(
        [
          { label: "from", value: instant(incident.start.ms), at: incident.start.position },
          incident.end === undefined
            ? {
                label: "to",
                value: `still going on, for ${duration(Math.max(0, view.occurredMs - incident.start.ms))}`,
              }
            : { label: "to", value: instant(incident.end.ms), at: incident.end.position },
          ...(incident.count > 1 ? [{ label: "events", value: count(incident.count) }] : []),
          ...concerned(incident, does),
        ],
        does,
      ),
    ]),
    actions([
      {
        text: "Go to its first moment",
        click: () => does.seek(incident.start.position),
      },
      {
        text: "Compare with before",
        title: "Pin the instant before it: what differs from it is listed and marked",
        click: () => does.pin(Math.max(0, incident.start.position - 1)),
      },
      keep(scene, { pin: incident.start.position, note: incident.label }),
    ]),
    outcomeOf(scene),
  ]
}

const findingOf = (
  scene: Scene,
  id: string,
  kind: string,
  incident: Incident | undefined,
): ReadonlyArray<Tree> => {
  const { answers, does } = scene
  const asked = answerTo(answers, findingsQuestion(kind))
  if (asked?._tag !== "answer")
    return [head({ kind: "Finding", title: incident?.label ?? id }, does), noPart(asked)]
  const finding = asked.answer.findings.find((one) => one.id === id)
  if (finding === undefined)
    return noThing(scene, { kind: "incident", id }, { _tag: "not-there", problem: undefined })
  return [
    head(
      {
        kind: "Finding",
        title: finding.words,
        status: sureness(finding.confidence),
        tone: finding.tone,
      },
      does,
    ),
    summary("The twin infers this from the facts below; by itself it refuses nothing."),
    section("Extent", [rows(extentOf(finding, does), does)]),
    // The tree of reasons begins with the same facts; who may not see it is told these.
    ...(answerTo(answers, whyQuestion("finding", id))?._tag === "answer"
      ? [whySection(scene, "finding", id)]
      : [section("Facts that speak for it", [evidence(finding.facts, does)])]),
    actions([
      { text: "Go to its first moment", click: () => does.seek(finding.first.position) },
      { text: "Go to where it was found", click: () => does.seek(finding.found.position) },
      {
        text: "Compare with before",
        click: () => does.pin(Math.max(0, finding.first.position - 1)),
      },
      keep(scene, {
        finding: `${finding.kind}:${finding.device ?? finding.station ?? finding.area ?? ""}`,
      }),
    ]),
    outcomeOf(scene),
  ]
}

const extentOf = (finding: FindingRow, does: Does): ReadonlyArray<Row> => [
  { label: "since", value: instant(finding.first.ms), at: finding.first.position },
  { label: "last", value: instant(finding.last.ms), at: finding.last.position },
  { label: "found", value: instant(finding.found.ms), at: finding.found.position },
  { label: "seen", value: finding.count === 1 ? "once" : `${count(finding.count)} times` },
  ...(finding.area === undefined ? [] : [{ label: "area", value: finding.area }]),
  ...concerned(finding, does),
]

const concerned = (
  of: {
    readonly device?: string
    readonly station?: string
    readonly customer?: string
    readonly message?: string
    readonly dataCentre?: string
  },
  does: Does,
): ReadonlyArray<Row> =>
  (
    [
      ["device", of.device],
      ["station", of.station],
      ["customer", of.customer],
      ["message", of.message],
      ["centre", of.dataCentre],
    ] as const
  ).flatMap(([kind, id]) =>
    id === undefined
      ? []
      : [
          {
            label: kindWords[kind].toLowerCase(),
            value: id,
            click: () => does.select(kind, id),
          },
        ],
  )
