/**
 * The panel at the right: of the selected thing, its state and why it is so; of the whole network when nothing is
 * selected. One file a panel; here is only which one it is, its tabs, and what it asks.
 */
import type { Selectable, Selection } from "../data/Address.ts"
import { count, position } from "../model/format.ts"
import { h, type Tree } from "../view/patch.ts"
import { centrePanel } from "./centrePanel.ts"
import { differencesIn, diffQuestion } from "./changes.ts"
import { corePart } from "./corePart.ts"
import { customerPanel } from "./customerPanel.ts"
import { devicePanel } from "./devicePanel.ts"
import { eventPanel } from "./eventPanel.ts"
import { incidentPanel } from "./incidentPanel.ts"
import { incidentsPart } from "./incidentsPart.ts"
import { lazy } from "./lazy.ts"
import { messagePanel } from "./messagePanel.ts"
import { networkHead, networkPanel } from "./networkPanel.ts"
import type { Answers, Question } from "./Question.ts"
import type { Part, Scene, Wish } from "./Scene.ts"
import { stationPanel } from "./stationPanel.ts"
import { type Tab, tabOf, tabRow } from "./tabs.ts"

const changesTab: Tab = {
  name: "changes",
  title: "Compare",
  ...lazy(async () => (await import("./changesPart.ts")).changesPart),
}
const events: Part = lazy(async () => (await import("./eventsPart.ts")).eventsPart)
const eventsTab: Tab = { name: "events", title: "Events", ...events }
const frameTab: Tab = {
  name: "frame",
  title: "Frame",
  ...lazy(async () => (await import("./framePart.ts")).framePart),
}
const casesTab: Tab = {
  name: "cases",
  title: "Cases",
  ...lazy(async () => (await import("./casesPart.ts")).casesPart),
}
const networkTabs: ReadonlyArray<Tab> = [
  { name: "", title: "Now", ...networkPanel },
  { name: "incidents", title: "Incidents", ...incidentsPart },
  { name: "core", title: "Core", ...corePart },
  eventsTab,
  changesTab,
  frameTab,
  casesTab,
]

const panels: Readonly<Record<Selectable, Part>> = {
  device: devicePanel,
  station: stationPanel,
  message: messagePanel,
  customer: customerPanel,
  centre: centrePanel,
  event: eventPanel,
  incident: incidentPanel,
}

/** Things named that are selected with the one that is open. */
const othersMax = 8

/** Things with events of their own have these as a second tab. */
const withEvents: ReadonlySet<Selectable> = new Set(["device", "station", "message", "customer"])

const tabsOf = (selection: Selection | undefined): ReadonlyArray<Tab> => {
  if (selection === undefined) return networkTabs
  const state: Tab = { name: "", title: "State", ...panels[selection.kind] }
  return withEvents.has(selection.kind) ? [state, eventsTab] : [state]
}

/** The part that is shown. */
const partOf = ({ selection, tab }: Wish): Part => tabOf(tabsOf(selection), tab)

export const asksOf = (wish: Wish, answers: Answers): ReadonlyArray<Question<unknown>> => [
  ...partOf(wish).asks(wish, answers),
  // What differs is marked in the chain, whatever the panel shows.
  ...(wish.pinned === undefined ? [] : [diffQuestion(wish.pinned)]),
]

export const panelOf = (scene: Scene): ReadonlyArray<Tree> => {
  const { pinned, selection, view } = scene
  const tabs = tabsOf(selection)
  return [
    ...(pinned === undefined ? [] : [pinNote(pinned, scene)]),
    ...withOthers(scene),
    ...(tabs.length > 1 ? [tabRow(tabs, scene)] : []),
    ...(selection === undefined ? [networkHead(view)] : []),
    ...partOf(scene).show(scene),
  ]
}

const pinNote = (pinned: number, { answers, does }: Scene): Tree => {
  const beyond = differencesIn(answers, pinned)?.beyond ?? 0
  return h("p", { key: "pin", class: "pinned" }, [
    h(
      "button",
      { class: "link", title: "list what differs" },
      [
        `compared with ${position(pinned)}${beyond > 0 ? `; ${count(beyond)} more differ than are marked` : ""}`,
      ],
      () => {
        does.clear()
        does.tab("changes")
      },
    ),
    h(
      "button",
      { class: "close", "aria-label": "compare no longer", title: "Compare no longer" },
      ["✕"],
      () => does.pin(undefined),
    ),
  ])
}

/** What was selected with the thing that is open: each opens, and the rest stay selected with it. */
const withOthers = ({ also, does, selection }: Scene): ReadonlyArray<Tree> =>
  selection === undefined || also.length === 0
    ? []
    : [
        h("p", { key: "also", class: "also" }, [
          "with ",
          ...also
            .slice(0, othersMax)
            .flatMap((one, index) => [
              index === 0 ? undefined : ", ",
              h("button", { class: "link", key: `${one.kind}:${one.id}` }, [one.id], () =>
                does.select(one.kind, one.id, [
                  selection,
                  ...also.filter((other) => other !== one),
                ]),
              ),
            ]),
          also.length > othersMax ? ` and ${count(also.length - othersMax)} more` : undefined,
        ]),
      ]
