/**
 * Where a travelling thing is: along the same curves as the edges. A message goes from its device over a station to the
 * data centre, where it gets its verdict; a delivery goes on from there; challenges and downlinks come the other way.
 */
import type { Motion } from "../../../projections/chain/ChainView.ts"
import type { Layout, Point } from "./Layout.ts"

export type Leg = readonly [from: Point, to: Point]

/** The time one leg takes on the screen. */
export const legMs = 620

/** The legs of a motion in this layout; none when neither end is drawn. */
export const legsOf = (layout: Layout, motion: Motion): ReadonlyArray<Leg> => {
  const group = layout.groups.find(({ key }) => key === motion.group)
  const dot = group?.dots.find(({ id }) => id === motion.device)
  const station = layout.stations.find(({ id }) => id === motion.station)
  const centre = layout.centres.find(({ id }) => id === motion.dataCentre)
  const customer = layout.customers.find(({ id }) => id === motion.customer)
  const inbound: ReadonlyArray<Leg> =
    group === undefined || station === undefined ? [] : [[dot ?? group.out, station.in]]
  const across: ReadonlyArray<Leg> =
    station === undefined || centre === undefined
      ? []
      : [[station.out, { x: centre.x, y: centre.y + centre.height / 2 }]]
  const onward: ReadonlyArray<Leg> =
    centre === undefined || customer === undefined
      ? []
      : [
          [
            { x: centre.x + centre.width, y: centre.y + centre.height / 2 },
            { x: customer.x, y: customer.y + customer.height / 2 },
          ],
        ]
  switch (motion.kind) {
    case "reception":
      return inbound
    case "message":
      return [...inbound, ...across]
    case "evidence":
      return across
    case "challenge":
      return across.map(back)
    case "delivery":
      return onward
    case "downlink":
      return [...across.map(back), ...inbound.map(back)]
  }
}

const back = ([from, to]: Leg): Leg => [to, from]

/** The place after so many ms; undefined when it has arrived. */
export const placeAt = (legs: ReadonlyArray<Leg>, ms: number): Point | undefined => {
  const index = Math.floor(ms / legMs)
  if (index >= legs.length || index < 0) return undefined
  const [from, to] = legs[index]
  return onCurve(from, to, ms / legMs - index)
}

/** A point of the horizontal link that d3-shape draws: its control points stand at half the width. */
const onCurve = (from: Point, to: Point, t: number): Point => {
  const middle = (from.x + to.x) / 2
  const u = 1 - t
  return {
    x: u * u * u * from.x + 3 * u * t * middle + t * t * t * to.x,
    y: (u * u * u + 3 * u * u * t) * from.y + (3 * u * t * t + t * t * t) * to.y,
  }
}
