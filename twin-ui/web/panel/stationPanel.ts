/** A station: whether it is trusted and why, what it measured against what it should, what rested on it alone. */
import { blastOf, blastQuestion } from "./blastSection.ts"
import { measuredOf } from "./measured.ts"
import { section } from "./parts.ts"
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
import { trustQuestion, trustSection } from "./trustTimeline.ts"
import { whyQuestion, whySection } from "./whyTree.ts"

/** Closed at first: long, or seldom needed. */
const folded: ReadonlySet<string> = new Set([
  "Last quotes",
  "Boot log",
  "Counters",
  "PCRs",
  "Integrity",
  "Enrolment",
])
/** Told by the blast radius. */
const told = "Rests on it alone"

export const stationPanel: Part = {
  asks: ({ desk, selection }) =>
    selection === undefined
      ? []
      : [
          stateQuestion(selection),
          whyQuestion("station", selection.id),
          trustQuestion(selection.id, desk.trustMs),
          blastQuestion("station", selection.id),
        ],
  show: (scene) =>
    showThing(scene, (state, id) => [
      ...thingHead(state, scene),
      ...suspicions(state, scene),
      whySection(scene, "station", id),
      trustSection(scene, id),
      section("Blast radius: rested on it alone", blastOf(scene, "station", id)),
      ...measuredOf(state),
      ...tablesOf(state, scene, ({ title }) => !folded.has(title) && title !== told),
      ...foldedTables(state, scene, folded),
      latestOf(state, scene),
      ...harmless(state, scene),
    ]),
}
