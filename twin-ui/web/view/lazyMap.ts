/** The map's code and its ground, which are fetched when it is first shown; until then, or where they do not come, it says so. */
import type { Intents } from "../interact/Ui.ts"
import type { Map } from "../map/mapOn.ts"
import type { Frame } from "./Frame.ts"
import { h, patch } from "./patch.ts"
import type { Palette } from "./paint.ts"

interface Parts {
  readonly map: HTMLElement
  readonly tip: HTMLElement
}

export const lazyMap = (parts: Parts, does: Intents): Map => {
  let state: "idle" | "loading" | "failed" | Map = "idle"
  const said = parts.map.ownerDocument.createElement("div")
  said.className = "empty"
  const load = (): void => {
    state = "loading"
    patch(said, [h("p", { class: "quiet", role: "status" }, ["Loading the map …"])])
    parts.map.append(said)
    import("../map/mapOn.ts")
      .then(({ mapOn }) => {
        said.remove()
        state = mapOn(parts, does)
        return does.show({})
      })
      .catch(() => {
        state = "failed"
        patch(said, [
          h("p", { role: "alert" }, ["The map did not load."]),
          h("p", { class: "actions" }, [h("button", { type: "button" }, ["Try again"], load)]),
        ])
      })
  }
  return {
    draw: (frame: Frame, palette: Palette) => {
      if (state === "idle") load()
      else if (typeof state !== "string") state.draw(frame, palette)
    },
  }
}
