/**
 * A canvas that writes SVG: what the page draws on a canvas is drawn on this instead, and comes out as paths. It has what
 * `view/drawGround.ts`, `map/drawMap.ts` and `view/paint.ts` use and no more.
 */
import { path as pathOf } from "d3"
import type { Ink } from "../view/paint.ts"

export interface SvgInk extends Ink {
  /** All that was drawn, as elements. */
  readonly elements: () => string
}

export const svgInk = (): SvgInk => {
  const out: Array<string> = []
  let path = pathOf()
  const ink: SvgInk = {
    fillStyle: "#000",
    strokeStyle: "#000",
    lineWidth: 1,
    lineCap: "butt",
    globalAlpha: 1,
    beginPath: () => {
      path = pathOf()
    },
    moveTo: (x, y) => path.moveTo(short(x), short(y)),
    lineTo: (x, y) => path.lineTo(short(x), short(y)),
    bezierCurveTo: (x1, y1, x2, y2, x, y) =>
      path.bezierCurveTo(short(x1), short(y1), short(x2), short(y2), short(x), short(y)),
    arc: (x, y, r, from, to) => path.arc(short(x), short(y), short(r), from, to),
    closePath: () => path.closePath(),
    fill: () => {
      out.push(`<path d="${path.toString()}" fill="${colour(ink.fillStyle)}"${opacity()}/>`)
    },
    stroke: () => {
      out.push(
        `<path d="${path.toString()}" fill="none" stroke="${colour(ink.strokeStyle)}" stroke-width="${short(ink.lineWidth)}" stroke-linecap="${ink.lineCap}"${opacity()}/>`,
      )
    },
    elements: () => out.join("\n"),
  }
  const opacity = (): string =>
    ink.globalAlpha === 1 ? "" : ` opacity="${Math.round(ink.globalAlpha * 1000) / 1000}"`
  return ink
}

/** To a hundredth of a pixel. */
const short = (value: number): number => Math.round(value * 100) / 100

/** The page paints with plain colours alone. */
const colour = (style: Ink["fillStyle"]): string => (typeof style === "string" ? style : "none")
