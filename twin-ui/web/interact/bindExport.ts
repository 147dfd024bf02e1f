/** The menu that takes the picture away; its code is fetched when something is first taken. */
import type { Page } from "../view/page.ts"

interface Parts {
  readonly export: HTMLDetailsElement
  readonly said: HTMLElement
}

export const bindExport = (parts: Parts, page: Page): void => {
  const menu = parts.export
  const say = (text: string): void => {
    parts.said.textContent = text
  }
  const take = async (format: string): Promise<void> => {
    if (format === "print") return window.print()
    if (format === "link") {
      await navigator.clipboard.writeText(location.href)
      return say("The link is copied.")
    }
    const { formats, take: takeAway } = await import("../export/takeAway.ts")
    const known = formats.find((one) => one === format)
    const drawn = page.last()
    if (known === undefined || drawn === undefined) return
    await takeAway(known, drawn)
    say(`Saved as ${known.toUpperCase()}.`)
  }
  menu.addEventListener("click", (event) => {
    const format =
      event.target instanceof Element ? event.target.getAttribute("data-format") : undefined
    if (format === null || format === undefined) return
    menu.open = false
    take(format).catch(() => say("That did not work."))
  })
  menu.addEventListener("keydown", (event) => {
    if (event.key !== "Escape" || !menu.open) return
    event.stopPropagation()
    menu.open = false
    menu.querySelector("summary")?.focus()
  })
  document.addEventListener("click", (event) => {
    if (event.target instanceof Node && !menu.contains(event.target)) menu.open = false
  })
}
