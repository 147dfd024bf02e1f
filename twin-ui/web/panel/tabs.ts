/** The row of tabs below a panel's heading. One of them is in the tab order, arrows move between them. */
import { h, type Tree } from "../view/patch.ts"
import type { Part, Scene } from "./Scene.ts"

export interface Tab extends Part {
  /** As it stands in the address; "" is the first one. */
  readonly name: string
  readonly title: string
}

export const tabOf = (tabs: ReadonlyArray<Tab>, name: string): Tab => {
  const [first] = tabs
  return tabs.find((tab) => tab.name === name.split("/", 1)[0]) ?? first
}

export const tabRow = (tabs: ReadonlyArray<Tab>, { does, tab: name }: Scene): Tree => {
  const shown = tabOf(tabs, name)
  return h(
    "div",
    { key: "tabs", class: "tabs", role: "tablist", "aria-label": "parts of the panel" },
    tabs.map((tab) =>
      h(
        "button",
        {
          key: tab.name,
          type: "button",
          role: "tab",
          "aria-selected": tab === shown ? "true" : "false",
          tabindex: tab === shown ? 0 : -1,
        },
        [tab.title],
        () => does.tab(tab.name),
      ),
    ),
  )
}
