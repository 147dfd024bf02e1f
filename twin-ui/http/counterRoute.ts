/**
 * A device's counter over time, with the window that each number met: the same fold that the twin keeps, from the state
 * before the first decision that is shown.
 */
import * as Effect from "effect/Effect"
import type { Position, Recorded } from "../../core/event/Envelope.ts"
import { DeviceId } from "../../core/event/ids.ts"
import * as Replay from "../../projections/replay/Replay.ts"
import { Twin } from "../../projections/run/Twin.ts"
import {
  CounterAnswer,
  counterLimitDefault,
  counterLimitMax,
  type CounterPoint,
} from "../api/Counter.ts"
import { asOf } from "./asOf.ts"
import * as Parameter from "./Parameter.ts"
import * as Problem from "./Problem.ts"
import type { Reading } from "./Reading.ts"
import * as Route from "./Route.ts"
import * as Viewer from "./Viewer.ts"

const decided = ["MessageAccepted", "MessageRefused"]
/** What else moves the window. */
const moving = ["CounterDisengaged", "DeviceRegistered"]

export const make = (reading: Reading) =>
  Effect.map(Twin, (twin) => [
    Route.make({
      method: "GET",
      path: "/api/devices/:id/counter",
      operation: "getCounter",
      tag: "state",
      access: "api",
      filtered: true,
      summary: "A device's counter over time, with the window that each number met",
      params: { id: Parameter.device },
      query: {
        ...asOf,
        limit: Parameter.withDefault(
          Parameter.integer("Decisions in the answer, the latest.", {
            min: 1,
            max: counterLimitMax,
          }),
          counterLimitDefault,
        ),
      },
      answers: {
        200: {
          description: "The counter.",
          contentType: "application/json",
          schema: CounterAnswer,
        },
      },
      problems: ["bad-request", "not-there", "log-unavailable", "projection-stopped"],
      handle: ({ params: { id }, query: { at, clock, limit } }) =>
        Effect.gen(function* () {
          const viewer = yield* Viewer.Viewer
          if (!viewer.mayOn("read", { device: id }))
            return yield* Viewer.hidden(`there is no device ${id}`)
          const moment = yield* reading.momentOf(at, clock)
          const device = DeviceId.make(id)
          const now = yield* reading.state(Replay.projection, moment)
          const known = Replay.find(now, id)
          if (known === undefined)
            return yield* Problem.make(
              "not-there",
              `there is no counter of ${id} at that instant`,
              {
                where: "path.id",
              },
            )
          const found = yield* reading.newest({ device, kinds: decided, to: moment.to }, limit + 1)
          const decisions = found.slice(0, limit).toReversed()
          const from = decisions[0]?.position ?? moment.to
          const moved = yield* reading.newest(
            { device, kinds: moving, from, to: moment.to },
            counterLimitMax,
          )
          const policies = yield* reading.newest(
            { kinds: ["PolicyAdopted"], from, to: moment.to },
            counterLimitMax,
          )
          const before = Replay.projection.copy(yield* twin.asOf(Replay.projection, from))
          return Route.answer(CounterAnswer, {
            device: id,
            position: moment.to - 1,
            occurredMs: moment.occurredMs,
            rollover: Replay.rolloverOf(now, known),
            points: pointsOf(before, id, [...decisions, ...moved, ...policies]),
            isCut: found.length > limit,
            window: windowOf(now, known, moment.occurredMs),
          })
        }),
    }),
  ])

/** `state` is that before the first of the events, and is changed. */
const pointsOf = (
  state: Replay.State,
  id: string,
  events: ReadonlyArray<Recorded>,
): ReadonlyArray<CounterPoint> => {
  const points: Array<CounterPoint> = []
  for (const recorded of events.toSorted(byPosition)) {
    const { event, occurredMs: ms, position } = recorded
    const known = Replay.find(state, id)
    const window = known === undefined ? null : windowOf(state, known, ms)
    if (event._tag === "MessageAccepted")
      points.push({
        position,
        ms,
        seq: event.seq,
        epoch: event.epoch,
        accepted: true,
        reason: null,
        warning: event.warning ?? null,
        window,
      })
    if (event._tag === "MessageRefused")
      points.push({
        position,
        ms,
        seq: event.seq,
        epoch: null,
        accepted: false,
        reason: event.reason,
        warning: null,
        window,
      })
    Replay.projection.apply(state, recorded)
  }
  return points
}

const windowOf = (
  state: Replay.State,
  device: Replay.Device,
  atMs: number,
): CounterPoint["window"] => {
  const expected = Replay.expected(state, device, device.checked, atMs)
  if (expected === undefined) return null
  const { from, high, low } = expected
  const gapMax = state.policy.policy.unstatedBand === "accept" ? high : low
  return { from, to: (from + gapMax - 1) % Replay.rolloverOf(state, device), gapMax }
}

const byPosition = (
  a: { readonly position: Position },
  b: { readonly position: Position },
): number => a.position - b.position
