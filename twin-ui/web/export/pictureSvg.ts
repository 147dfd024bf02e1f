/**
 * The picture as one SVG that stands alone: what is on the canvases as paths, what is SVG with its styles written into it,
 * and below it which instant of which log it shows.
 */
import type { Size } from "../model/Layout.ts"

export interface Pictured {
  readonly size: Size
  readonly ground: string
  readonly text: string
  /** From below to above. */
  readonly layers: ReadonlyArray<string | SVGSVGElement>
  /** Said below the picture. */
  readonly caption: string
}

const captionHeight = 26
/** What makes a mark look as it does. */
const styles = [
  "fill",
  "fill-opacity",
  "stroke",
  "stroke-width",
  "stroke-opacity",
  "stroke-dasharray",
  "opacity",
  "font-family",
  "font-size",
  "font-weight",
  "letter-spacing",
  "text-anchor",
  "text-transform",
  "paint-order",
]

export const svgOf = ({ caption, ground, layers, size, text }: Pictured): string => {
  const { width } = size
  const height = size.height + captionHeight
  return [
    `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${width} ${height}" width="${width}" height="${height}">`,
    `<rect width="${width}" height="${height}" fill="${ground}"/>`,
    ...layers.map((layer) => (typeof layer === "string" ? `<g>${layer}</g>` : styled(layer))),
    `<text x="20" y="${height - 10}" fill="${text}" font-family="system-ui, sans-serif" font-size="11">${escaped(caption)}</text>`,
    `</svg>`,
  ].join("\n")
}

/** A copy that needs no style sheet. */
const styled = (svg: SVGSVGElement): string => {
  const copy = svg.cloneNode(true)
  if (!(copy instanceof SVGSVGElement)) return ""
  const [from, to] = [[...svg.querySelectorAll("*")], [...copy.querySelectorAll("*")]]
  for (const [index, element] of from.entries()) {
    const style = getComputedStyle(element)
    const target = to[index]
    for (const name of ["class", "tabindex", "role"]) target.removeAttribute(name)
    const told = styles
      .map((name) => [name, style.getPropertyValue(name)] as const)
      .filter(([name, value]) => value !== "" && value !== usual[name])
      .map(([name, value]) => `${name}:${value}`)
      .join(";")
    if (told !== "") target.setAttribute("style", told)
  }
  return `<g>${new XMLSerializer().serializeToString(copy)}</g>`
}

const usual: Readonly<Record<string, string>> = {
  "fill-opacity": "1",
  "stroke-opacity": "1",
  "stroke-dasharray": "none",
  opacity: "1",
  "letter-spacing": "normal",
  "text-transform": "none",
  "paint-order": "normal",
  stroke: "none",
}

const escaped = (text: string): string =>
  text.replaceAll("&", "&amp;").replaceAll("<", "&lt;").replaceAll(">", "&gt;")
