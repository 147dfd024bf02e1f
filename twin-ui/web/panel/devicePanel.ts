/** A device: what is thought of it, why its last message was decided so, its counter, who hears it, its downlinks. */
import { causeList, whyQuestion, whySection } from "./whyTree.ts"
import { section } from "./parts.ts"
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

export const devicePanel: Part = {
  asks: ({ selection }) =>
    selection === undefined ? [] : [stateQuestion(selection), whyQuestion("device", selection.id)],
  show: (scene) =>
    showThing(scene, (state) => [
      ...thingHead(state, scene),
      ...suspicions(state, scene),
      ...(state.why.length === 0 ? [] : [section("Why", [causeList(state.why, scene.does)])]),
      ...tablesOf(state, scene),
      whySection(scene, "device", state.id),
      latestOf(state, scene),
      ...harmless(state, scene),
    ]),
}
