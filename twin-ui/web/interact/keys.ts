/** Keys that work everywhere on the page but in a field. */
import type { Intents } from "./Ui.ts"

export const help =
  "Space plays and pauses · ← → one event · Shift ← → one minute · [ ] incidents · + − zoom · L live · ? all keys"

export interface Where {
  readonly position: number
  /** Position one minute of event time away. */
  readonly minuteAway: (minutes: number) => number
  readonly zoom: (isIn: boolean) => void
  readonly toIncident: (isNext: boolean) => void
  readonly faster: (isFaster: boolean) => void
  readonly openHelp: () => void
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
    case "[":
    case "]":
      where.toIncident(event.key === "]")
      return true
    case "+":
    case "=":
    case "-":
      where.zoom(event.key !== "-")
      return true
    case "<":
    case ">":
      where.faster(event.key === ">")
      return true
    case "g":
      does.regroup()
      return true
    case "h":
      does.flipProblems()
      return true
    case "?":
      where.openHelp()
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
