/**
 * Edges and devices, on a canvas each: thousands of marks. Edges change their width seldom and cost most, so
 * they are drawn less often than dots (`page.ts`). Names and what can be focused are in the SVG above.
 */
import type { EdgeMark, Layout } from "../model/Layout.ts"
import { clear, colourOf, glyph, type Ink, type Palette } from "./paint.ts"

export const drawEdges = (canvas: HTMLCanvasElement, layout: Layout, palette: Palette): void => {
  const to = clear(canvas, layout.size)
  if (to !== undefined) edgesOn(to, layout, palette)
}

export const edgesOn = (to: Ink, layout: Layout, palette: Palette): void => {
  const calm = layout.edges.filter((edge) => edge.tone === "ok" && !edge.isLit)
  const loud = layout.edges.filter((edge) => edge.tone !== "ok" || edge.isLit)
  // Many lines add up where they cross: each is fainter then.
  const strength = Math.min(1, Math.max(0.22, Math.sqrt(80 / Math.max(1, calm.length))))
  to.lineCap = "round"
  stroke(to, calm, palette, strength)
  stroke(to, loud, palette, 1)
  to.globalAlpha = 1
}

export const drawDots = (canvas: HTMLCanvasElement, layout: Layout, palette: Palette): void => {
  const to = clear(canvas, layout.size)
  if (to !== undefined) dotsOn(to, layout, palette)
}

export const dotsOn = (to: Ink, layout: Layout, palette: Palette): void => {
  for (const group of layout.groups)
    for (const dot of group.dots) {
      const bad = dot.verdict === "refused" || dot.verdict === "suspicious"
      to.globalAlpha = dot.isDim
        ? 0.12
        : bad
          ? 1
          : dot.verdict === "none"
            ? 0.5
            : 0.25 + 0.55 * dot.warmth
      to.fillStyle = to.strokeStyle = colourOf(palette, dot.verdict)
      glyph(to, dot.verdict, dot.x, dot.y, dot.r)
      if (!dot.isSelected) continue
      to.globalAlpha = 1
      to.strokeStyle = palette.text
      to.lineWidth = 1.5
      to.beginPath()
      to.arc(dot.x, dot.y, dot.r + 4, 0, 2 * Math.PI)
      to.stroke()
    }
  to.globalAlpha = 1
}

const stroke = (
  to: Ink,
  edges: ReadonlyArray<EdgeMark>,
  palette: Palette,
  strength: number,
): void => {
  for (const edge of edges) {
    to.globalAlpha = (edge.isDim ? 0.04 : edge.isLit ? 0.85 : alphaOf(edge)) * strength
    to.strokeStyle =
      edge.tone === "refused"
        ? palette.refused
        : edge.tone === "suspicious"
          ? palette.suspicious
          : edge.isLit
            ? palette.ok
            : palette.edge
    to.lineWidth = edge.width
    to.beginPath()
    const middle = (edge.from.x + edge.to.x) / 2
    to.moveTo(edge.from.x, edge.from.y)
    to.bezierCurveTo(middle, edge.from.y, middle, edge.to.y, edge.to.x, edge.to.y)
    to.stroke()
  }
}

/** Thin lines are many: they are fainter, so that what carries much stands out. */
const alphaOf = (edge: EdgeMark): number =>
  edge.tone === "ok" ? Math.min(0.55, 0.1 + edge.width * 0.1) : 0.55
