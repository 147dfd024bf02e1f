/** A part of the panel whose code is fetched when it is first shown, so that the page's first scripts stay small. */
import { h } from "../view/patch.ts"
import type { Part } from "./Scene.ts"

export const lazy = (load: () => Promise<Part>): Part => {
  let state: "idle" | "loading" | "failed" | Part = "idle"
  return {
    asks: (wish, answers) => (typeof state === "string" ? [] : state.asks(wish, answers)),
    show: (scene) => {
      if (typeof state !== "string") return state.show(scene)
      if (state === "idle") {
        state = "loading"
        void take(load).then((taken) => {
          state = taken
          return scene.does.change({})
        })
      }
      return state === "loading"
        ? [h("p", { class: "quiet busy", "aria-busy": "true" }, ["Loading …"])]
        : [
            h("p", { class: "summary" }, ["This part of the page did not load."]),
            h("p", { class: "actions" }, [
              h("button", {}, ["Try again"], () => {
                state = "idle"
                scene.does.change({})
              }),
            ]),
          ]
    },
  }
}

const take = (load: () => Promise<Part>): Promise<Part | "failed"> =>
  load().catch(() => "failed" as const)
