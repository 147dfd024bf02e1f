/**
 * A link's curve put into pixels by hand: a canvas without a graphics processor takes 50 to 100 us for each (measured), and
 * there are hundreds. All links are one curve, stretched: its control points stand at half the width, so that in a unit
 * square x = 1.5 t (1 - t) + t^3 and y = 3 t^2 - 2 t^3. It rises with x, so each column of pixels has one place of it.
 */
import type { Point } from "../model/Layout.ts"
import type { Pixels } from "./Pixels.ts"

export interface Curve {
  readonly from: Point
  readonly to: Point
  readonly width: number
}

/** 0..255 each, and how strong, 0..1. */
export interface Ink {
  readonly red: number
  readonly green: number
  readonly blue: number
  readonly alpha: number
}

const parts = 1024
/** Height of the unit curve at `index / parts`, and how steep it is there. */
const heights = new Float64Array(parts + 1)
const slopes = new Float64Array(parts + 1)
let t = 0
for (let index = 0; index <= parts; index++) {
  const wanted = index / parts
  // Newton's method; the curve's x rises everywhere by at least 0.75.
  for (let turn = 0; turn < 8; turn++)
    t -= (1.5 * t * (1 - t) + t * t * t - wanted) / (1.5 - 3 * t + 3 * t * t)
  heights[index] = 3 * t * t - 2 * t * t * t
  slopes[index] = (6 * t - 6 * t * t) / (1.5 - 3 * t + 3 * t * t)
}

/** `ratio`: pixels of the screen in one of the page. A curve that does not go to the right is not drawn. */
export const curveOn = (on: Pixels, { from, to, width }: Curve, ink: Ink, ratio: number): void => {
  const { data, height: rows, width: columns } = on
  const { alpha, blue, green, red } = ink
  const [left, right] = [from.x * ratio, to.x * ratio]
  const [start, rise] = [from.y * ratio, (to.y - from.y) * ratio]
  const run = right - left
  if (run <= 0) return
  const half = (width * ratio) / 2
  const last = Math.min(columns, Math.ceil(right))
  for (let column = Math.max(0, Math.floor(left)); column < last; column++) {
    const across = Math.min(column + 1, right) - Math.max(column, left)
    const index = Math.round(((column + 0.5 - left) / run) * parts)
    const at = index < 0 ? 0 : index > parts ? parts : index
    const y = start + rise * heights[at]
    const slope = (rise / run) * slopes[at]
    // What a line that runs aslant covers of a column is as much taller.
    const reach = half * Math.sqrt(1 + slope * slope)
    const [top, bottom] = [y - reach, y + reach]
    const lastRow = Math.min(rows, Math.ceil(bottom))
    for (let row = Math.max(0, Math.floor(top)); row < lastRow; row++) {
      const covered = (row + 1 < bottom ? row + 1 : bottom) - (row > top ? row : top)
      const above = alpha * across * covered
      const into = (row * columns + column) * 4
      const below = (data[into + 3] / 255) * (1 - above)
      const sum = above + below
      if (sum <= 0) continue
      const part = above / sum
      data[into] += (red - data[into]) * part
      data[into + 1] += (green - data[into + 1]) * part
      data[into + 2] += (blue - data[into + 2]) * part
      data[into + 3] = sum * 255
    }
  }
}
