/** A device: what is thought of it, why its last message was decided so, its counter, who hears it, its downlinks. */
import { counterQuestion, counterSection } from "./counterChart.ts"
import { section } from "./parts.ts"
import { receptionsSection } from "./receptionsMatrix.ts"
import type { Part } from "./Scene.ts"
import {
  harmless,
  latestOf,
  showThing,
  stateQuestion,
  suspicions,
  tablesOf,
  thingHead,
} from "./thing.ts"
import { causeList } from "./whyTree.ts"

export const devicePanel: Part = {
  asks: ({ desk, selection }) =>
    selection === undefined
      ? []
      : [stateQuestion(selection), counterQuestion(selection.id, desk.numbers)],
  show: (scene) =>
    showThing(scene, (state, id) => [
      ...thingHead(state, scene),
      ...suspicions(state, scene),
      ...(state.why.length === 0 ? [] : [section("Why?", [causeList(state.why, scene.does)])]),
      counterSection(scene, id),
      ...(state.receptions === undefined
        ? []
        : [receptionsSection(state.receptions, scene.does, false)]),
      ...tablesOf(state, scene),
      latestOf(state, scene),
      ...harmless(state, scene),
    ]),
}
