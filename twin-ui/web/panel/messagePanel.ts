/** A message: its way through the chain, its verdict with the rule, who heard it, where it went. */
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
import { waterfall } from "./waterfall.ts"
import { whyQuestion, whySection } from "./whyTree.ts"

/** Seen in the waterfall and the matrix. */
const drawn: ReadonlySet<string> = new Set(["Receptions", "Deliveries"])

export const messagePanel: Part = {
  asks: ({ selection }) =>
    selection === undefined ? [] : [stateQuestion(selection), whyQuestion("message", selection.id)],
  show: (scene) =>
    showThing(scene, (state, id) => [
      ...thingHead(state, scene),
      ...suspicions(state, scene),
      ...(state.path === undefined || state.path.length === 0
        ? []
        : [section("Its way through the chain", [waterfall(state.path, scene.does)])]),
      whySection(scene, "message", id),
      ...(state.receptions === undefined
        ? []
        : [receptionsSection(state.receptions, scene.does, true)]),
      ...tablesOf(state, scene, ({ title }) => state.path === undefined || !drawn.has(title)),
      latestOf(state, scene),
      ...harmless(state, scene),
    ]),
}
