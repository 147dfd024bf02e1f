/** A message: its way through the chain, its verdict with the rule, who heard it, where it went. */
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
import { whyQuestion, whySection } from "./whyTree.ts"

export const messagePanel: Part = {
  asks: ({ selection }) =>
    selection === undefined ? [] : [stateQuestion(selection), whyQuestion("message", selection.id)],
  show: (scene) =>
    showThing(scene, (state) => [
      ...thingHead(state, scene),
      ...suspicions(state, scene),
      whySection(scene, "message", state.id),
      ...tablesOf(state, scene),
      latestOf(state, scene),
      ...harmless(state, scene),
    ]),
}
