/** Keys that work everywhere on the page but in a field. */
import type { Intents } from "./Ui.ts"

export const help =
  "Space plays and pauses · ← → one event · Shift ← → one minute · Home first · End or L live · / search · Esc closes"

export interface Where {
  readonly position: number
  /** Position one minute of event time away. */
  readonly minuteAway: (minutes: number) => number
}

/** True when the key meant something. */
export const onKey = (event: KeyboardEvent, where: Where, does: Intents): boolean => {
  if (event.ctrlKey || event.metaKey || event.altKey) return false
  const on = event.target
  const isField = on instanceof HTMLInputElement || on instanceof HTMLSelectElement
  if (event.key === "Escape") {
    if (isField) on.blur()
    else does.clear()
    return true
  }
  if (isField) return false
  const isButton = on instanceof HTMLButtonElement
  switch (event.key) {
    case " ":
      if (isButton) return false
      does.toggle(where.position)
      return true
    case "ArrowLeft":
      does.seek(event.shiftKey ? where.minuteAway(-1) : where.position - 1)
      return true
    case "ArrowRight":
      does.seek(event.shiftKey ? where.minuteAway(1) : where.position + 1)
      return true
    case "m":
      does.show({ view: "map" })
      return true
    case "c":
      does.show({ view: "chain" })
      return true
    case "Home":
      does.seek(0)
      return true
    case "End":
    case "l":
    case "L":
      does.live()
      return true
    default:
      return false
  }
}
