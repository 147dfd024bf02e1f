/** What of two frames is the same, and need not be drawn anew. */
import type { Layout } from "../model/Layout.ts"
import type { Frame } from "./Frame.ts"

/** Edges run where they ran: the same stage, selection and search, and no station came, went or changed its trust. */
export const sameShape = (a: Frame, b: Frame): boolean =>
  a.picture.source === b.picture.source &&
  a.picture.by === b.picture.by &&
  a.picture.fresh === b.picture.fresh &&
  a.picture.view?.totals.stationsLost === b.picture.view?.totals.stationsLost &&
  a.picture.view?.totals.stations === b.picture.view?.totals.stations &&
  a.stage === b.stage &&
  a.ui.address.selection === b.ui.address.selection &&
  a.ui.address.also === b.ui.address.also &&
  a.ui.address.query === b.ui.address.query &&
  a.ui.address.closed === b.ui.address.closed &&
  a.ui.address.problemsOnly === b.ui.address.problemsOnly

/** Only events went on: nobody did anything, nothing was asked or answered, the feed is as it was. */
export const onlyMoved = (a: Frame, b: Frame): boolean =>
  sameShape(a, b) &&
  a.ui === b.ui &&
  a.desk === b.desk &&
  a.answers === b.answers &&
  a.differences === b.differences &&
  a.time === b.time &&
  a.picture.feed._tag === b.picture.feed._tag &&
  a.picture.isNow === b.picture.isNow &&
  a.picture.behind === b.picture.behind &&
  a.picture.gap === b.picture.gap &&
  a.picture.loading === b.picture.loading

/** Everything stands where it stood. */
export const samePlaces = (a: Layout, b: Layout): boolean =>
  samePlace(a.groups, b.groups) &&
  samePlace(a.stations, b.stations) &&
  samePlace(a.centres, b.centres) &&
  samePlace(a.customers, b.customers) &&
  samePlace(a.headings, b.headings)

interface Placed {
  readonly y: number
  readonly height?: number
}

const samePlace = (a: ReadonlyArray<Placed>, b: ReadonlyArray<Placed>): boolean =>
  a.length === b.length &&
  a.every(({ height, y }, index) => y === b[index].y && height === b[index].height)
