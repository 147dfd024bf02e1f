/** A named layer of an SVG, made when it is first drawn on; later ones lie above. */
import type { Selection } from "d3"

export type Root = Selection<SVGSVGElement, unknown, null, undefined>
export type Layer = Selection<SVGGElement, unknown, null, undefined>

export const layer = (root: Root, name: string, label?: string): Layer => {
  const found = root.select<SVGGElement>(`g.${name}`)
  const group = found.empty() ? root.append("g").attr("class", name) : found
  if (label !== undefined) group.attr("role", "group").attr("aria-label", label)
  return group
}
