/**
 * The canvas of the chain: edges, devices, and above them what travels. What stands still is kept as pixels beside the screen:
 * a frame in which only things travel copies it and puts them on. One canvas, because without a graphics processor
 * each layer of the screen is blended anew with each frame.
 *
 * Edges cost most and change their widths seldom. Where they run as they ran, their new widths are drawn a few in a frame and
 * shown when all are.
 */
import type { EdgeMark, Layout } from "../model/Layout.ts"
import { markDots, markStrokes, strokesOf, type Strokes } from "./drawGround.ts"
import { type Palette, ratioNow } from "./paint.ts"
import { type Marks, marksFor, type Pixels } from "./Pixels.ts"

export interface Ground {
  /** Draws what stands still; `isSameShape` when edges run where they ran. */
  readonly still: (layout: Layout, palette: Palette, isSameShape: boolean) => void
  /** Shows what stands still, with what `travelling` puts on it. */
  readonly show: (travelling?: (on: Pixels, marks: Marks) => void) => void
  /** Edges are being drawn: further frames show them. */
  readonly isBusy: () => boolean
}

/** Edges of which new widths are drawn in one frame: about 1 ms (measured). */
const edgesAFrame = 80

/** All of one size. */
interface Kept {
  readonly edges: ImageData
  /** Edges that are being drawn. */
  readonly next: ImageData
  readonly still: ImageData
  readonly shown: ImageData
}

interface Job {
  readonly strokes: Strokes
  done: number
}

export const groundOn = (canvas: HTMLCanvasElement): Ground => {
  let kept: Kept | undefined
  let drawn: ReadonlyArray<EdgeMark> | undefined
  let job: Job | undefined
  let marks = marksFor(1)
  let markedWith: Palette | undefined
  let markedAt = 0

  const begin = ({ edges, size }: Layout): void => {
    const [width, height] = [size.width, size.height].map((px) => Math.round(px * marks.ratio))
    kept =
      width === 0 || height === 0
        ? undefined
        : kept?.still.width === width && kept.still.height === height
          ? kept
          : keptOf(width, height)
    drawn = edges
    kept?.next.data.fill(0)
    job = kept === undefined ? undefined : { strokes: strokesOf(edges), done: 0 }
  }
  const goOn = (palette: Palette, many: number): void => {
    if (job === undefined || kept === undefined) return
    markStrokes(kept.next, marks, job.strokes, palette, job.done, many)
    job.done += many
    if (job.done < job.strokes.edges.length) return
    job = undefined
    kept = { ...kept, edges: kept.next, next: kept.edges }
  }
  return {
    isBusy: () => job !== undefined,
    still: (layout, palette, isSameShape) => {
      const ratio = ratioNow()
      const isSameInk = markedWith === palette && markedAt === ratio
      if (!isSameInk) {
        marks = marksFor(ratio)
        markedWith = palette
        markedAt = ratio
      }
      if (!isSameShape || !isSameInk || kept === undefined) {
        begin(layout)
        goOn(palette, Infinity)
      } else if (job === undefined && !areSame(drawn, layout.edges)) begin(layout)
      if (kept === undefined) return
      kept.still.data.set(kept.edges.data)
      markDots(kept.still, marks, layout, palette)
    },
    show: (travelling) => {
      if (kept === undefined || markedWith === undefined) return
      goOn(markedWith, edgesAFrame)
      const { shown, still } = kept
      shown.data.set(still.data)
      travelling?.(shown, marks)
      if (canvas.width !== shown.width) canvas.width = shown.width
      if (canvas.height !== shown.height) canvas.height = shown.height
      canvas.getContext("2d", { willReadFrequently: true })?.putImageData(shown, 0, 0)
    },
  }
}

const keptOf = (width: number, height: number): Kept => {
  const blank = (): ImageData => new ImageData(width, height)
  return { edges: blank(), next: blank(), still: blank(), shown: blank() }
}

/** Whether they look the same, of the same shape. */
const areSame = (
  before: ReadonlyArray<EdgeMark> | undefined,
  after: ReadonlyArray<EdgeMark>,
): boolean =>
  before?.length === after.length &&
  after.every((edge, index) => {
    const other = before[index]
    return (
      edge === other ||
      (edge.key === other.key &&
        edge.width === other.width &&
        edge.tone === other.tone &&
        edge.isDim === other.isDim &&
        edge.isLit === other.isLit &&
        edge.from.y === other.from.y &&
        edge.to.y === other.to.y)
    )
  })
