/**
 * Messages on their way, on a canvas of its own above everything. It holds what is in the air: a motion is
 * taken in once, by its serial, and forgotten when it has arrived.
 */
import type { Travelling } from "../data/Picture.ts"
import type { Layout } from "../model/Layout.ts"
import { legsOf, placeAt, type Leg } from "../model/motionAt.ts"
import { clear, colourOf, travellingGlyph, type Palette } from "./paint.ts"

/** In the air at once; more are not drawn. */
const flyingMax = 640
/** New motions are spread over about one step of the feed, or they would fly in bursts. */
const spreadMs = 120

interface Flying {
  readonly travelling: Travelling
  readonly legs: ReadonlyArray<Leg>
  readonly startMs: number
}

export interface Motions {
  /** Takes in what is new. */
  readonly add: (motions: ReadonlyArray<Travelling>, layout: Layout, nowMs: number) => void
  /** Draws one frame; false when nothing is in the air any more. */
  readonly draw: (layout: Layout, palette: Palette, nowMs: number) => boolean
  /** Nothing in the air: another source. */
  readonly clear: () => void
  /** What came up to this serial is not drawn any more. */
  readonly skip: (serial: number) => void
}

export const motionsOn = (canvas: HTMLCanvasElement): Motions => {
  let flying: ReadonlyArray<Flying> = []
  let seen = 0
  return {
    add: (motions, layout, nowMs) => {
      const fresh = motions.filter(({ serial }) => serial > seen)
      if (fresh.length === 0) return
      seen = fresh[fresh.length - 1].serial
      const room = Math.max(0, flyingMax - flying.length)
      const added = fresh.slice(0, room).map((travelling, index) => ({
        travelling,
        legs: legsOf(layout, travelling.motion),
        startMs: nowMs + (index / fresh.length) * spreadMs,
      }))
      flying = [...flying, ...added]
    },
    draw: (layout, palette, nowMs) => {
      const to = clear(canvas, layout.size)
      if (to === undefined) return false
      flying = flying.filter(
        ({ legs, startMs }) => nowMs < startMs || placeAt(legs, nowMs - startMs) !== undefined,
      )
      for (const { travelling, legs, startMs } of flying) {
        const at = placeAt(legs, nowMs - startMs)
        if (at === undefined) continue
        const { kind, verdict } = travelling.motion
        to.fillStyle = to.strokeStyle =
          kind === "evidence" && verdict === "ok" ? palette.good : colourOf(palette, verdict)
        // A copy is one of many: smaller than the message that they are of.
        to.globalAlpha = kind === "reception" && verdict === "ok" ? 0.55 : 1
        travellingGlyph(to, kind, verdict, at.x, at.y)
      }
      to.globalAlpha = 1
      return flying.length > 0
    },
    clear: () => {
      flying = []
    },
    skip: (serial) => {
      seen = Math.max(seen, serial)
    },
  }
}
