/** A message: its way through the chain, its verdict with the rule, who heard it, where it went. */
import type { EntityState } from "../../api/EntityState.ts"
import type { Tree } from "../view/patch.ts"
import { outcomeOf } from "./outcome.ts"
import { actions, section } from "./parts.ts"
import { receptionsSection } from "./receptionsMatrix.ts"
import type { Part, Scene } from "./Scene.ts"
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
      ...againOf(scene, state),
      whySection(scene, "message", id),
      ...(state.receptions === undefined
        ? []
        : [receptionsSection(state.receptions, scene.does, true)]),
      ...tablesOf(state, scene, ({ title }) => state.path === undefined || !drawn.has(title)),
      latestOf(state, scene),
      ...harmless(state, scene),
    ]),
}

/** What was delivered, or given up, may be sent once more: from the log, under the same key. */
const againOf = (scene: Scene, { id, path = [] }: EntityState): ReadonlyArray<Tree> => {
  const outcomes = new Map<string, string>()
  // By what was recorded last: a station's clock may run ahead of ours.
  for (const { detail, label, stage } of path.toSorted((a, b) => a.position - b.position))
    if (stage === "delivery") outcomes.set(detail.split(" · ", 1)[0], label)
  const over = [...outcomes].flatMap(([to, label]) => {
    const was =
      label === "delivered" ? "delivered" : label === "delivery abandoned" ? "given-up" : undefined
    const [customer, destination] = to.split("/")
    return was === undefined || destination === undefined ? [] : [{ customer, destination, was }]
  })
  return over.length === 0
    ? []
    : [
        actions(
          over.map(({ customer, destination, was }) => ({
            text: `Send to ${destination} again`,
            title: `It was ${was === "delivered" ? "delivered" : "given up"}; it is sent from the log, marked as a repeat`,
            click: () =>
              scene.does.order({
                what: `sending ${id} to ${destination} again`,
                method: "POST",
                path: "/api/deliveries/redeliver",
                body: { customer, destination, message: id, was, note: "from the page" },
              }),
          })),
        ),
        outcomeOf(scene),
      ]
}
