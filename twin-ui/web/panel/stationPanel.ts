/** A station: whether it is trusted and why, what it measured against what it should, what rested on it alone. */
import { measuredOf } from "./measured.ts"
import type { Part } from "./Scene.ts"
import {
  foldedTables,
  harmless,
  latestOf,
  showThing,
  stateQuestion,
  suspicions,
  tablesOf,
  thingHead,
} from "./thing.ts"
import { whyQuestion, whySection } from "./whyTree.ts"

const folded: ReadonlySet<string> = new Set(["Enrolment", "PCRs", "Boot log", "Counters"])

export const stationPanel: Part = {
  asks: ({ selection }) =>
    selection === undefined ? [] : [stateQuestion(selection), whyQuestion("station", selection.id)],
  show: (scene) =>
    showThing(scene, (state) => [
      ...thingHead(state, scene),
      ...suspicions(state, scene),
      whySection(scene, "station", state.id),
      ...measuredOf(state),
      ...tablesOf(state, scene, ({ title }) => !folded.has(title)),
      ...foldedTables(state, scene, folded),
      latestOf(state, scene),
      ...harmless(state, scene),
    ]),
}
