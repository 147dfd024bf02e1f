/**
 * Arrow keys inside a column: one mark of it is in the tab order, and arrows move on to its neighbours (the
 * "roving tabindex" of the ARIA practices).
 */
export const rove = (event: KeyboardEvent): boolean => {
  const from = event.target
  if (!(from instanceof SVGElement) || from.getAttribute("role") !== "button") return false
  const siblings = [
    ...(from.parentElement?.querySelectorAll<SVGElement>(":scope > [role=button]") ?? []),
  ]
  const index = siblings.indexOf(from)
  const to = target(event.key, index, siblings.length)
  if (to === undefined) return false
  from.setAttribute("tabindex", "-1")
  siblings[to].setAttribute("tabindex", "0")
  siblings[to].focus()
  return true
}

/** Where a key leads among `count` marks; undefined when it leads nowhere. */
const target = (key: string, index: number, count: number): number | undefined => {
  if (key === "ArrowDown") return Math.min(count - 1, index + 1)
  return key === "ArrowUp" ? Math.max(0, index - 1) : undefined
}

/** Moves among the dots of a group, `across` in a row. */
export const targetDot = (
  key: string,
  index: number,
  grid: { readonly count: number; readonly across: number },
): number | undefined => {
  const by = { ArrowLeft: -1, ArrowRight: 1, ArrowUp: -grid.across, ArrowDown: grid.across }
  const step = Object.entries(by).find(([name]) => name === key)?.[1]
  if (step === undefined) return undefined
  const to = index + step
  return to < 0 || to >= grid.count ? index : to
}
