/**
 * Messages on their way, above what stands still. It holds what is in the air: a motion is
 * taken in once, by its serial, and forgotten when it has arrived.
 */
import type { Motion } from "../../../projections/chain/ChainView.ts"
import type { Travelling } from "../data/Picture.ts"
import type { Layout } from "../model/Layout.ts"
import { legsOf, placeAt, type Leg } from "../model/motionAt.ts"
import type { Ground } from "./groundOn.ts"
import { colourOf, travellingGlyph, type Palette } from "./paint.ts"
import type { Mark, Marks } from "./Pixels.ts"

/** In the air at once; more are not drawn. */
const flyingMax = 640
/** New motions are spread over about one step of the feed, or they would fly in bursts. */
const spreadMs = 120

interface Flying {
  readonly motion: Motion
  readonly legs: ReadonlyArray<Leg>
  readonly startMs: number
}

export interface Motions {
  /** Takes in what is new; whether anything is in the air. */
  readonly add: (motions: ReadonlyArray<Travelling>, layout: Layout, nowMs: number) => boolean
  /** Draws one frame; false when nothing is in the air any more. */
  readonly draw: (palette: Palette, nowMs: number) => boolean
  /** Nothing in the air: another source. */
  readonly clear: () => void
  /** What came up to this serial is not drawn any more. */
  readonly skip: (serial: number) => void
}

export const motionsOn = (ground: Ground): Motions => {
  let flying: Array<Flying> = []
  let seen = 0
  return {
    add: (motions, layout, nowMs) => {
      const fresh = motions.filter(({ serial }) => serial > seen)
      if (fresh.length === 0) return flying.length > 0
      seen = fresh[fresh.length - 1].serial
      const room = Math.max(0, flyingMax - flying.length)
      for (const [index, { motion }] of fresh.slice(0, room).entries()) {
        const legs = legsOf(layout, motion)
        if (legs.length > 0)
          flying.push({ motion, legs, startMs: nowMs + (index / fresh.length) * spreadMs })
      }
      return flying.length > 0
    },
    draw: (palette, nowMs) => {
      ground.show((on, marks) => {
        flying = flying.filter(({ legs, motion, startMs }) => {
          if (nowMs < startMs) return true
          const at = placeAt(legs, nowMs - startMs)
          if (at !== undefined) markOf(marks, motion, palette).put(on, at.x, at.y)
          return at !== undefined
        })
      })
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

const markOf = (marks: Marks, { kind, verdict }: Motion, palette: Palette): Mark =>
  marks.mark(`${kind} ${verdict}`, 8, (to) => {
    to.fillStyle = to.strokeStyle =
      kind === "evidence" && verdict === "ok" ? palette.good : colourOf(palette, verdict)
    // A copy is one of many: smaller than the message that they are of.
    to.globalAlpha = kind === "reception" && verdict === "ok" ? 0.55 : 1
    travellingGlyph(to, kind, verdict, 0, 0)
  })
