/**
 * Small marks put into a picture's pixels by hand. Without a graphics processor a canvas takes 4.5 us for each dot drawn as a
 * path and 9 us for each one copied from a bitmap, and 0.6 ms to take over a whole picture (measured, 1216 by 780); a dot
 * blended here takes about 0.2 us. Places are kept to a quarter of a pixel.
 */
import type { Ink } from "./paint.ts"

/** Pixels as a canvas gives and takes them: red, green, blue, alpha, from the top, not premultiplied. */
export interface Pixels {
  readonly width: number
  readonly height: number
  readonly data: Uint8ClampedArray
}

export interface Mark {
  /** Puts it about a place, px of the page. */
  readonly put: (on: Pixels, x: number, y: number) => void
}

export interface Colour {
  readonly red: number
  readonly green: number
  readonly blue: number
}

export interface Marks {
  /** Pixels of the screen in one of the page. */
  readonly ratio: number
  /** A colour of the style sheet, 0..255 each. */
  readonly colour: (name: string) => Colour
  /** The mark of that name, which `ink` draws about 0,0 and which reaches so far from there, px of the page. */
  readonly mark: (name: string, reach: number, ink: (to: Ink) => void) => Mark
}

/** Of each mark in both directions. */
const phases = 4
/** Kinds of mark kept: verdicts, sizes and strengths of dots, and what travels. When there are more, all are made anew. */
const marksMax = 256

/** `ratio`: pixels of the screen in one of the page. */
export const marksFor = (ratio: number): Marks => {
  const marks = new Map<string, Mark>()
  const colours = new Map<string, Colour>()
  return {
    ratio,
    colour: (name) => {
      const known = colours.get(name) ?? colourOf(name)
      if (colours.size < marksMax) colours.set(name, known)
      return known
    },
    mark: (name, reach, ink) => {
      const known = marks.get(name)
      if (known !== undefined) return known
      if (marks.size >= marksMax) marks.clear()
      const made = markOf(ratio, reach, ink)
      marks.set(name, made)
      return made
    },
  }
}

const colourOf = (name: string): Colour => {
  const to = new OffscreenCanvas(1, 1).getContext("2d", { willReadFrequently: true })
  if (to === null) return { red: 0, green: 0, blue: 0 }
  to.fillStyle = name
  to.fillRect(0, 0, 1, 1)
  const [red, green, blue] = to.getImageData(0, 0, 1, 1).data
  return { red, green, blue }
}

const markOf = (ratio: number, reach: number, ink: (to: Ink) => void): Mark => {
  const made: Array<Pixels | undefined> = []
  const middle = Math.ceil(reach * ratio) + 1
  const side = 2 * middle + 1
  const make = (phase: number): Pixels | undefined => {
    const to = new OffscreenCanvas(side, side).getContext("2d", { willReadFrequently: true })
    if (to === null) return undefined
    const [x, y] = [phase % phases, Math.floor(phase / phases)]
    to.setTransform(ratio, 0, 0, ratio, middle + x / phases, middle + y / phases)
    ink(to)
    return to.getImageData(0, 0, side, side)
  }
  return {
    put: (on, x, y) => {
      const [column, row] = [Math.round(x * ratio * phases), Math.round(y * ratio * phases)]
      const phase = (column & (phases - 1)) + (row & (phases - 1)) * phases
      const mark = (made[phase] ??= make(phase))
      if (mark !== undefined)
        blend(on, mark, Math.floor(column / phases) - middle, Math.floor(row / phases) - middle)
    },
  }
}

/** Source over destination (Porter and Duff, "Compositing Digital Images", 1984), neither premultiplied. */
export const blend = (on: Pixels, mark: Pixels, left: number, top: number): void => {
  const [to, from] = [on.data, mark.data]
  const firstRow = Math.max(0, -top)
  const lastRow = Math.min(mark.height, on.height - top)
  const firstColumn = Math.max(0, -left)
  const lastColumn = Math.min(mark.width, on.width - left)
  for (let row = firstRow; row < lastRow; row++) {
    let at = (row * mark.width + firstColumn) * 4
    let into = ((top + row) * on.width + left + firstColumn) * 4
    for (let column = firstColumn; column < lastColumn; column++, at += 4, into += 4) {
      const above = from[at + 3]
      if (above === 0) continue
      const below = (to[into + 3] * (255 - above)) / 255
      const alpha = above + below
      to[into] = (from[at] * above + to[into] * below) / alpha
      to[into + 1] = (from[at + 1] * above + to[into + 1] * below) / alpha
      to[into + 2] = (from[at + 2] * above + to[into + 2] * below) / alpha
      to[into + 3] = alpha
    }
  }
}
