/** A customer: its ledger, how deliveries went, and what can be done about them. */
import { section } from "./parts.ts"
import type { Part } from "./Scene.ts"
import { barsOf, latestOf, showThing, stateQuestion, tablesOf, thingHead } from "./thing.ts"
import { causeList } from "./whyTree.ts"

export const customerPanel: Part = {
  asks: ({ selection }) => (selection === undefined ? [] : [stateQuestion(selection)]),
  show: (scene) =>
    showThing(scene, (state) => [
      ...thingHead(state, scene),
      ...(state.why.length === 0 ? [] : [section("Why?", [causeList(state.why, scene.does)])]),
      ...tablesOf(state, scene),
      ...barsOf(state),
      latestOf(state, scene),
    ]),
}
