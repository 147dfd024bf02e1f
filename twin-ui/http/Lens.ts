/**
 * The picture as a viewer sees it: what the feed and the answers about the whole chain look through. Whoever sees the whole twin
 * looks through nothing.
 *
 * Asked anew for each picture, so that a right that was taken away is gone with the next step, and a past picture is
 * narrowed by the permissions of now.
 */
import type { Recorded } from "../../core/event/Envelope.ts"
import type { ChainView, Grouping, Incident, Step } from "../../projections/chain/ChainView.ts"
import {
  hiddenTotals,
  narrowed,
  seesHappening,
  type Sight,
} from "../../projections/chain/narrow.ts"
import type { State } from "../../projections/chain/State.ts"
import { stepOf, type Stepped } from "../../projections/chain/stepOf.ts"
import { viewOf } from "../../projections/chain/view.ts"
import * as Device from "../../projections/device/Device.ts"
import { seesEvent, type Viewer } from "./Viewer.ts"

export interface Lens {
  /** `device` is of the position of `state`; it is not looked at for who sees the whole twin. */
  readonly view: (
    state: State,
    device: Device.State | undefined,
    found: ReadonlyArray<Incident>,
  ) => ChainView
  readonly step: (
    before: ChainView,
    state: State,
    device: Device.State | undefined,
    events: ReadonlyArray<Recorded>,
    found: ReadonlyArray<Incident>,
  ) => Stepped
}

export const of = (viewer: Viewer, by: Grouping): Lens => ({
  view: (state, device, found) => {
    if (viewer.whole) return viewOf(state, found, by)
    const sight = sightOf(viewer)
    return told(viewOf(narrowed(state, device ?? nobody, sight), seen(sight, found), by))
  },
  step: (before, state, device, events, found) => {
    if (viewer.whole) return stepOf(before, state, events, found, by)
    const sight = sightOf(viewer)
    const own = events.filter((recorded) => seesEvent(viewer, recorded))
    const after = narrowed(state, device ?? nobody, sight)
    const { step, view } = stepOf(before, after, own, seen(sight, found), by)
    return { step: told<Step>(step), view: told(view) }
  },
})

const nobody = Device.projection.initial()

/** The questions that a picture puts, as the viewer answers them. */
export const sightOf = (viewer: Viewer): Sight => ({
  device: (device) => viewer.mayOn("read", { device }),
  customer: (customer) => viewer.mayOn("read", { customer }),
  station: (station) => viewer.mayOn("read", { station }),
  network: viewer.mayOn("read", "network"),
})

/** Of incidents, those that are about what the viewer sees. */
export const seen = <About extends Incident>(
  sight: Sight,
  found: ReadonlyArray<About>,
): ReadonlyArray<About> => found.filter((incident) => seesHappening(sight, incident))

/** Says which totals are hidden. */
const told = <Shown extends Pick<ChainView, "totals">>(shown: Shown): Shown => ({
  ...shown,
  totals: { ...shown.totals, hidden: hiddenTotals },
})
