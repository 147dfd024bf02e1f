/**
 * Edges and devices: thousands of marks. On paper (an export) they are drawn as they are; on the screen they are put into its pixels.
 * Names and what can be focused are in the SVG.
 */
import type { Dot, EdgeMark, Layout } from "../model/Layout.ts"
import { curveOn } from "./curveOn.ts"
import { colourOf, glyph, type Ink, type Palette } from "./paint.ts"
import type { Marks, Pixels } from "./Pixels.ts"

/** Edges in the order in which they are drawn: what is loud lies above. */
export interface Strokes {
  readonly edges: ReadonlyArray<EdgeMark>
  /** Many lines add up where they cross: each is fainter then. */
  readonly strength: number
}

export const strokesOf = (edges: Layout["edges"]): Strokes => {
  const calm = edges.filter(isCalm)
  return {
    edges: [...calm, ...edges.filter((edge) => !isCalm(edge))],
    strength: Math.min(1, Math.max(0.22, Math.sqrt(80 / Math.max(1, calm.length)))),
  }
}

/** On paper. */
export const strokesOn = (to: Ink, { edges, strength }: Strokes, palette: Palette): void => {
  to.lineCap = "round"
  for (const edge of edges) {
    to.globalAlpha = strengthOfEdge(edge, strength)
    to.strokeStyle = colourOfEdge(edge, palette)
    to.lineWidth = edge.width
    to.beginPath()
    const middle = (edge.from.x + edge.to.x) / 2
    to.moveTo(edge.from.x, edge.from.y)
    to.bezierCurveTo(middle, edge.from.y, middle, edge.to.y, edge.to.x, edge.to.y)
    to.stroke()
  }
  to.globalAlpha = 1
}

/** As pixels: those from `from` on, `many` of them. */
export const markStrokes = (
  on: Pixels,
  marks: Marks,
  { edges, strength }: Strokes,
  palette: Palette,
  from: number,
  many: number,
): void => {
  for (const edge of edges.slice(from, from + many)) {
    const colour = marks.colour(colourOfEdge(edge, palette))
    curveOn(on, edge, { ...colour, alpha: strengthOfEdge(edge, strength) }, marks.ratio)
  }
}

const isCalm = ({ isLit, tone }: EdgeMark): boolean => tone === "ok" && !isLit

export const dotsOn = (to: Ink, layout: Layout, palette: Palette): void => {
  for (const { dots } of layout.groups)
    for (const dot of dots) {
      inkFor(to, dot, palette)
      glyph(to, dot.verdict, dot.x, dot.y, dot.r)
      if (dot.isSelected) ringOn(to, dot, palette)
    }
  to.globalAlpha = 1
}

/** The same, as pixels. */
export const markDots = (on: Pixels, marks: Marks, layout: Layout, palette: Palette): void => {
  for (const { dots } of layout.groups)
    for (const dot of dots) {
      const { isSelected, r, verdict, x, y } = dot
      const name = `${verdict} ${r} ${strengthOf(dot)}${isSelected ? " selected" : ""}`
      marks
        .mark(name, r + (isSelected ? 6 : 2), (to) => {
          inkFor(to, dot, palette)
          glyph(to, verdict, 0, 0, r)
          if (isSelected) ringOn(to, { x: 0, y: 0, r }, palette)
        })
        .put(on, x, y)
    }
}

const strengthOf = ({ isDim, verdict, warmth }: Dot): number => {
  if (isDim) return 0.12
  if (verdict === "refused" || verdict === "suspicious") return 1
  return verdict === "none" ? 0.5 : 0.25 + 0.55 * warmth
}

const inkFor = (to: Ink, dot: Dot, palette: Palette): void => {
  to.globalAlpha = strengthOf(dot)
  to.fillStyle = to.strokeStyle = colourOf(palette, dot.verdict)
}

const ringOn = (to: Ink, { r, x, y }: Pick<Dot, "r" | "x" | "y">, palette: Palette): void => {
  to.globalAlpha = 1
  to.strokeStyle = palette.text
  to.lineWidth = 1.5
  to.beginPath()
  to.arc(x, y, r + 4, 0, 2 * Math.PI)
  to.stroke()
}

const strengthOfEdge = (edge: EdgeMark, strength: number): number =>
  (edge.isDim ? 0.04 : edge.isLit ? 0.85 : alphaOf(edge)) * (isCalm(edge) ? strength : 1)

const colourOfEdge = ({ isLit, tone }: EdgeMark, palette: Palette): string => {
  if (tone === "refused") return palette.refused
  if (tone === "suspicious") return palette.suspicious
  return isLit ? palette.ok : palette.edge
}

/** Thin lines are many: they are fainter, so that what carries much stands out. */
const alphaOf = (edge: EdgeMark): number =>
  edge.tone === "ok" ? Math.min(0.55, 0.1 + edge.width * 0.1) : 0.55
