/**
 * The canvas of the chain: edges, devices, and above them what travels. What stands still is kept as pixels beside the screen:
 * a frame in which only things travel copies it and puts them on. One canvas, because without a graphics processor
 * each layer of the screen is blended anew with each frame.
 *
 * Edges cost most and change their widths seldom. Where they run as they ran, their new widths are drawn a few in a frame and
 * shown when all are.
 */
import type { EdgeMark, Layout } from "../model/Layout.ts"
import { markDots, strokesOf, strokesOn, type Strokes } from "./drawGround.ts"
import { clear, type Palette, ratioNow } from "./paint.ts"
import { type Marks, marksFor, type Pixels } from "./Pixels.ts"

export interface Ground {
  /** Draws what stands still; `isSameShape` when edges run where they ran. */
  readonly still: (layout: Layout, palette: Palette, isSameShape: boolean) => void
  /** Shows what stands still, with what `travelling` puts on it. */
  readonly show: (travelling?: (on: Pixels, marks: Marks) => void) => void
  /** Edges are being drawn: further frames show them. */
  readonly isBusy: () => boolean
}

/** Edges of which new widths are drawn in one frame: about 3 ms without a graphics processor (measured). */
const edgesAFrame = 60

interface Kept {
  readonly edges: ImageData
  readonly still: ImageData
  readonly shown: ImageData
}

/** Edges being drawn. */
interface Job {
  readonly strokes: Strokes
  readonly palette: Palette
  readonly to: CanvasRenderingContext2D
  done: number
}

export const groundOn = (canvas: HTMLCanvasElement): Ground => {
  const beside = canvas.ownerDocument.createElement("canvas")
  let kept: Kept | undefined
  let drawn: ReadonlyArray<EdgeMark> | undefined
  let job: Job | undefined
  let marks = marksFor(1)
  let markedWith: Palette | undefined
  let markedAt = 0

  const begin = (layout: Layout, palette: Palette): void => {
    drawn = layout.edges
    const to = clear(beside, layout.size, true)
    if (to !== undefined) job = { strokes: strokesOf(layout), palette, to, done: 0 }
  }
  const goOn = (many: number): void => {
    if (job === undefined) return
    const { palette, strokes, to } = job
    strokesOn(to, strokes, palette, job.done, many)
    job.done += many
    if (job.done < strokes.edges.length) return
    job = undefined
    const { height, width } = beside
    kept =
      width === 0 || height === 0
        ? undefined
        : {
            edges: to.getImageData(0, 0, width, height),
            still: ofSize(kept?.still, width, height),
            shown: ofSize(kept?.shown, width, height),
          }
  }
  return {
    still: (layout, palette, isSameShape) => {
      const ratio = ratioNow()
      const isSameInk = markedWith === palette && markedAt === ratio
      if (!isSameInk) {
        marks = marksFor(ratio)
        markedWith = palette
        markedAt = ratio
      }
      if (!isSameShape || !isSameInk || kept === undefined) {
        begin(layout, palette)
        goOn(Infinity)
      } else if (job === undefined && !areSame(drawn, layout.edges)) begin(layout, palette)
      if (kept === undefined) return
      kept.still.data.set(kept.edges.data)
      markDots(kept.still, marks, layout, palette)
    },
    isBusy: () => job !== undefined,
    show: (travelling) => {
      goOn(edgesAFrame)
      if (kept === undefined) return
      const { shown, still } = kept
      shown.data.set(still.data)
      travelling?.(shown, marks)
      if (canvas.width !== shown.width) canvas.width = shown.width
      if (canvas.height !== shown.height) canvas.height = shown.height
      canvas.getContext("2d", { willReadFrequently: true })?.putImageData(shown, 0, 0)
    },
  }
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

/** The same again where it has that size. */
const ofSize = (known: ImageData | undefined, width: number, height: number): ImageData =>
  known?.width === width && known.height === height ? known : new ImageData(width, height)
