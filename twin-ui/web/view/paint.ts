/**
 * Verdicts as colour and shape together (Okabe, Ito: "Color Universal Design", 2008), on a canvas.
 * Accepted is a dot, suspicious a triangle, refused a cross, attested a ring: readable without colour.
 */
import type { MotionKind, Verdict } from "../../../projections/chain/ChainView.ts"

export interface Palette {
  readonly ok: string
  readonly good: string
  readonly suspicious: string
  readonly refused: string
  readonly none: string
  readonly text: string
  readonly edge: string
  readonly ground: string
}

export const paletteOf = (element: Element): Palette => {
  const style = getComputedStyle(element)
  const read = (name: string): string => style.getPropertyValue(name).trim()
  return {
    ok: read("--ok"),
    good: read("--good"),
    suspicious: read("--suspicious"),
    refused: read("--refused"),
    none: read("--faint"),
    text: read("--text"),
    edge: read("--edge"),
    ground: read("--ground"),
  }
}

export const colourOf = (palette: Palette, verdict: Verdict): string => {
  switch (verdict) {
    case "ok":
    case "reported":
      return palette.ok
    case "suspicious":
      return palette.suspicious
    case "refused":
      return palette.refused
    case "none":
      return palette.none
  }
}

/** What of a canvas is drawn with: an export draws the same on paper (`export/SvgInk.ts`). */
export interface Ink {
  fillStyle: string | CanvasGradient | CanvasPattern
  strokeStyle: string | CanvasGradient | CanvasPattern
  lineWidth: number
  lineCap: CanvasLineCap
  globalAlpha: number
  readonly beginPath: () => void
  readonly moveTo: (x: number, y: number) => void
  readonly lineTo: (x: number, y: number) => void
  readonly bezierCurveTo: (
    x1: number,
    y1: number,
    x2: number,
    y2: number,
    x: number,
    y: number,
  ) => void
  readonly arc: (x: number, y: number, r: number, from: number, to: number) => void
  readonly closePath: () => void
  readonly fill: () => void
  readonly stroke: () => void
}

export const glyph = (to: Ink, verdict: Verdict, x: number, y: number, r: number): void => {
  to.beginPath()
  switch (verdict) {
    case "ok":
    case "none":
      to.arc(x, y, r, 0, 2 * Math.PI)
      to.fill()
      return
    case "reported":
      // Hollow: nothing of it was checked here.
      to.arc(x, y, r, 0, 2 * Math.PI)
      to.lineWidth = Math.max(0.8, r * 0.45)
      to.stroke()
      return
    case "suspicious":
      to.moveTo(x, y - r * 1.1)
      to.lineTo(x + r * 1.05, y + r * 0.8)
      to.lineTo(x - r * 1.05, y + r * 0.8)
      to.closePath()
      to.fill()
      return
    case "refused":
      to.moveTo(x - r * 0.8, y - r * 0.8)
      to.lineTo(x + r * 0.8, y + r * 0.8)
      to.moveTo(x + r * 0.8, y - r * 0.8)
      to.lineTo(x - r * 0.8, y + r * 0.8)
      to.lineWidth = Math.max(1.6, r * 0.45)
      to.stroke()
  }
}

/** What travels: its shape says what it is, and where there is trouble, the verdict's own shape says that. */
export const travellingGlyph = (
  to: Ink,
  kind: MotionKind,
  verdict: Verdict,
  x: number,
  y: number,
): void => {
  if (verdict === "suspicious" || verdict === "refused") return glyph(to, verdict, x, y, 5)
  switch (kind) {
    case "reception":
      return glyph(to, verdict, x, y, 1.7)
    case "message":
    case "delivery":
      return glyph(to, verdict, x, y, 2.5)
    case "evidence":
      square(to, x, y, 2.6)
      return to.fill()
    case "challenge":
      to.lineWidth = 1.3
      square(to, x, y, 2.6)
      return to.stroke()
    case "downlink":
      to.beginPath()
      to.moveTo(x, y - 4)
      to.lineTo(x + 4, y)
      to.lineTo(x, y + 4)
      to.lineTo(x - 4, y)
      to.closePath()
      to.fill()
  }
}

const square = (to: Ink, x: number, y: number, half: number): void => {
  to.beginPath()
  to.moveTo(x - half, y - half)
  to.lineTo(x + half, y - half)
  to.lineTo(x + half, y + half)
  to.lineTo(x - half, y + half)
  to.closePath()
}

/** Makes a canvas as sharp as the screen, and empty. */
export const clear = (
  canvas: HTMLCanvasElement,
  size: { readonly width: number; readonly height: number },
): CanvasRenderingContext2D | undefined => {
  const to = canvas.getContext("2d")
  if (to === null) return undefined
  const ratio = ratioNow()
  const [width, height] = [Math.round(size.width * ratio), Math.round(size.height * ratio)]
  if (canvas.width !== width || canvas.height !== height) {
    canvas.width = width
    canvas.height = height
  }
  to.setTransform(ratio, 0, 0, ratio, 0, 0)
  to.clearRect(0, 0, size.width, size.height)
  return to
}

/** Pixels of the screen in one of the page. */
export const ratioNow = (): number => globalThis.devicePixelRatio || 1
