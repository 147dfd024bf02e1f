/** Pointer over the chain: what is under it, and a click on it. */
import type { Dot, Layout } from "../model/Layout.ts"

/** Near enough to a dot, px. */
const reach = 7

/** The dot nearest to a place, when one is near. */
export const dotAt = (layout: Layout, x: number, y: number): Dot | undefined => {
  let best: Dot | undefined
  let bestDistance = reach * reach
  for (const group of layout.groups) {
    if (y < group.y - reach || y > group.y + group.height + reach) continue
    for (const dot of group.dots) {
      const distance = (dot.x - x) ** 2 + (dot.y - y) ** 2
      if (distance < bestDistance) [best, bestDistance] = [dot, distance]
    }
  }
  return best
}

/** The named mark that an event's target belongs to. */
export const markOf = (
  target: EventTarget | null,
): { readonly kind: string; readonly id: string } | undefined => {
  if (!(target instanceof Element)) return undefined
  const mark = target.closest("[data-kind]")
  const [kind, id] = [mark?.getAttribute("data-kind"), mark?.getAttribute("data-id")]
  return kind === null || kind === undefined || id === null || id === undefined
    ? undefined
    : { kind, id }
}
