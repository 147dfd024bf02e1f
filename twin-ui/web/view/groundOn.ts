/**
 * The canvas of the chain: edges, devices, and above them what travels. What stands still is kept as pixels beside the screen:
 * a frame in which only things travel copies it and puts them on. One canvas, because without a graphics processor
 * each layer of the screen is blended anew with each frame.
 */
import type { Layout } from "../model/Layout.ts"
import { edgesOn, markDots } from "./drawGround.ts"
import { clear, type Palette, ratioNow } from "./paint.ts"
import { type Marks, marksFor, type Pixels } from "./Pixels.ts"

export interface Ground {
  /** Draws what stands still. Edges run as they ran where they are not drawn, too. */
  readonly still: (layout: Layout, palette: Palette, what: { readonly edges: boolean }) => void
  /** Shows what stands still, with what `travelling` puts on it. */
  readonly show: (travelling?: (on: Pixels, marks: Marks) => void) => void
}

interface Kept {
  readonly edges: ImageData
  readonly still: ImageData
  readonly shown: ImageData
}

export const groundOn = (canvas: HTMLCanvasElement): Ground => {
  const beside = canvas.ownerDocument.createElement("canvas")
  let kept: Kept | undefined
  let marks = marksFor(1)
  let markedWith: Palette | undefined
  let markedAt = 0
  const drawEdges = (layout: Layout, palette: Palette): void => {
    const to = clear(beside, layout.size, true)
    if (to === undefined) return
    edgesOn(to, layout, palette)
    const { height, width } = beside
    if (width === 0 || height === 0) kept = undefined
    else
      kept = {
        edges: to.getImageData(0, 0, width, height),
        still: ofSize(kept?.still, width, height),
        shown: ofSize(kept?.shown, width, height),
      }
  }
  return {
    still: (layout, palette, what) => {
      const ratio = ratioNow()
      if (markedWith !== palette || markedAt !== ratio) {
        marks = marksFor(ratio)
        markedWith = palette
        markedAt = ratio
      }
      if (what.edges || kept === undefined) drawEdges(layout, palette)
      if (kept === undefined) return
      kept.still.data.set(kept.edges.data)
      markDots(kept.still, marks, layout, palette)
    },
    show: (travelling) => {
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

/** The same again where it has that size. */
const ofSize = (known: ImageData | undefined, width: number, height: number): ImageData =>
  known?.width === width && known.height === height ? known : new ImageData(width, height)
