/**
 * Where stations fetch their orders: the network hands an order in, the station that waits for one takes it and says
 * what it did. Stations call in; nothing is ever opened towards them.
 *
 * - An order is given to its station once. What the station does not say within the order's time counts as not sent.
 * - A station that has not called for `linkedMs` has no link: its orders fail at once instead of waiting in vain.
 * - Bounded: `perStationMax` orders wait for a station, `stationsMax` stations are remembered, the one that called
 *   longest ago makes room.
 */
import * as Clock from "effect/Clock"
import * as Context from "effect/Context"
import * as Deferred from "effect/Deferred"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import type { StationId } from "../event/ids.ts"
import { type Order, Stations, StationUnreachable } from "./Stations.ts"

/** Orders waiting for one station; its window would be over before it came to more. */
export const perStationMax = 16
/** Stations remembered: an operator's whole network. */
export const stationsMax = 16_384
/** Longest wait of one call, so that what lies between does not cut it. */
export const waitMs = 25_000
/** A station calls again at once: after so long it is gone. */
export const linkedMs = 5_000

export interface Handed extends Order {
  /** Names the order in the station's answer. */
  readonly id: string
}

export interface OrderDeskShape {
  /** The next order of a station, or undefined when none came within `waitMs`. */
  readonly next: (station: StationId) => Effect.Effect<Handed | undefined>
  /** What the station did with it; false where no such order is out with that station. */
  readonly answer: (station: StationId, id: string, isSent: boolean) => Effect.Effect<boolean>
}

export class OrderDesk extends Context.Service<OrderDesk, OrderDeskShape>()(
  "sigtwin/core/network/OrderDesk",
) {}

type Outcome = Deferred.Deferred<void, StationUnreachable>

interface Line {
  calls: number
  lastCallMs: number
  readonly waiting: Array<{ readonly handed: Handed; readonly outcome: Outcome }>
  readonly out: Map<string, Outcome>
  /** Wakes who waits, when an order comes in. */
  arrived: Deferred.Deferred<void>
}

export const make = Effect.sync(() => {
  const lines = new Map<StationId, Line>()
  let orders = 0

  const lineOf = (station: StationId): Line => {
    const line = lines.get(station) ?? {
      calls: 0,
      lastCallMs: -Infinity,
      waiting: [],
      out: new Map(),
      arrived: Deferred.makeUnsafe<void>(),
    }
    lines.delete(station)
    lines.set(station, line)
    for (const [oldest, { calls, out, waiting }] of lines) {
      if (lines.size <= stationsMax) break
      if (calls === 0 && out.size === 0 && waiting.length === 0) lines.delete(oldest)
    }
    return line
  }

  const take = (line: Line): Handed | undefined => {
    const next = line.waiting.shift()
    if (next === undefined) return undefined
    line.out.set(next.handed.id, next.outcome)
    return next.handed
  }

  const next = Effect.fnUntraced(function* (station: StationId) {
    const line = lineOf(station)
    line.calls++
    const wait = Effect.gen(function* () {
      while (line.waiting.length === 0) yield* Deferred.await(line.arrived)
    })
    const left = Effect.flatMap(Clock.currentTimeMillis, (now) =>
      Effect.sync(() => {
        line.calls--
        line.lastCallMs = now
      }),
    )
    return yield* Effect.timeoutOption(wait, waitMs).pipe(
      Effect.map(() => take(line)),
      Effect.ensuring(left),
    )
  })

  const transmit = Effect.fnUntraced(function* (order: Order) {
    const { station } = order
    const line = lineOf(station)
    const now = yield* Clock.currentTimeMillis
    if (line.calls === 0 && now - line.lastCallMs > linkedMs)
      return yield* new StationUnreachable({ station, reason: "no-link" })
    if (line.waiting.length + line.out.size >= perStationMax)
      return yield* new StationUnreachable({ station, reason: "refused" })
    const outcome = yield* Deferred.make<void, StationUnreachable>()
    const handed = { ...order, id: String(orders++) }
    const entry = { handed, outcome }
    line.waiting.push(entry)
    const { arrived } = line
    line.arrived = Deferred.makeUnsafe<void>()
    yield* Deferred.succeed(arrived, undefined)
    // Who gives up on it takes it back: it must not be sent after its window.
    const takeBack = Effect.sync(() => {
      const at = line.waiting.indexOf(entry)
      if (at >= 0) line.waiting.splice(at, 1)
      line.out.delete(handed.id)
    })
    return yield* Effect.ensuring(Deferred.await(outcome), takeBack)
  })

  const answer = Effect.fnUntraced(function* (station: StationId, id: string, isSent: boolean) {
    const outcome = lines.get(station)?.out.get(id)
    if (outcome === undefined) return false
    return yield* isSent
      ? Deferred.succeed(outcome, undefined)
      : Deferred.fail(outcome, new StationUnreachable({ station, reason: "refused" }))
  })

  return { desk: OrderDesk.of({ next, answer }), stations: Stations.of({ transmit }) }
})

export const layer: Layer.Layer<OrderDesk | Stations> = Layer.effectContext(
  Effect.map(make, ({ desk, stations }) =>
    Context.make(OrderDesk, desk).pipe(Context.add(Stations, stations)),
  ),
)
