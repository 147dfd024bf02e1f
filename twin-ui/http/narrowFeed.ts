/**
 * The live picture of somebody who sees a part of the twin: made for one reader, so less often than the one that all others share
 * (`ChainHub.ts`). It begins with a view, also for a reader that comes back.
 */
import * as Effect from "effect/Effect"
import { Chain } from "../../projections/chain/Chain.ts"
import type { ChainView, Grouping } from "../../projections/chain/ChainView.ts"
import * as Device from "../../projections/device/Device.ts"
import type { Twin } from "../../projections/run/Twin.ts"
import * as ChainHub from "./ChainHub.ts"
import * as Findings from "./findings.ts"
import * as Lens from "./Lens.ts"
import type { Viewer } from "./Viewer.ts"

/** Between two steps. */
export const stepMs = 500

export const liveThrough = (
  twin: Twin["Service"],
  viewer: Viewer,
  by: Grouping,
  send: (sent: ChainHub.Sent) => Effect.Effect<void>,
): Effect.Effect<never, ChainHub.Failure> =>
  Effect.gen(function* () {
    const lens = Lens.of(viewer, by)
    const whole = Effect.gen(function* () {
      const view = yield* lookAt(twin, (state, device, found) => lens.view(state, device, found))
      yield* send(ChainHub.textOf({ _tag: "view", view }, view.position))
      return view
    })
    let picture: ChainView = yield* whole
    for (;;) {
      yield* twin.reached(picture.position + 2)
      yield* Effect.sleep(stepMs)
      const from = picture.position + 1
      const to = yield* twin.position
      if (to - from > ChainHub.eventsPerStepMax) {
        yield* send(ChainHub.textOf({ _tag: "gap", from, to: to - 1 }, picture.position))
        picture = yield* whole
        continue
      }
      const before = picture
      const events = yield* ChainHub.readEvents(twin, from, to)
      const { step, view } = yield* lookAt(twin, (state, device, found) =>
        lens.step(before, state, device, events, found),
      )
      picture = view
      yield* send(ChainHub.textOf({ _tag: "step", step }, view.position))
    }
  })

/** The live states at one moment. */
const lookAt = <A>(
  twin: Twin["Service"],
  use: (...states: Parameters<Lens.Lens["view"]>) => A,
): Effect.Effect<A, ChainHub.Failure> =>
  Effect.gen(function* () {
    const anomaly = yield* Findings.liveOf(twin)
    const device = yield* twin.state(Device.projection)
    const state = yield* twin.state(Chain)
    // From here on nothing else runs: the live states would change.
    return use(
      state,
      device,
      anomaly === undefined ? [] : Findings.incidentsOf(anomaly, state.nowMs),
    )
  })
