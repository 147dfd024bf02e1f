/** A pipeline whose deliveries run: on a clock that begins long ago and runs a thousand times as fast. */
import * as Clock from "effect/Clock"
import * as Effect from "effect/Effect"
import * as Fiber from "effect/Fiber"
import * as Layer from "effect/Layer"
import * as Redacted from "effect/Redacted"
import * as Stream from "effect/Stream"
import type { Command } from "../../../core/decide/Command.ts"
import type { Recorded } from "../../../core/event/Envelope.ts"
import { CustomerId, DestinationId } from "../../../core/event/ids.ts"
import { Pipeline } from "../../../core/ingest/Pipeline.ts"
import * as pipelineLive from "../../../core/ingest/pipelineLive.ts"
import { secretsMemory } from "../../../core/keys/secretsMemory.ts"
import * as Vault from "../../../core/keys/Vault.ts"
import { EventLog } from "../../../core/log/EventLog.ts"
import * as memory from "../../../core/log/memory.ts"
import { deliver, type Options } from "../../../core/network/deliver.ts"
import * as post from "../../../core/network/post.ts"
import { scaledClock } from "../../../twin-ui/cli/demo/scaledClock.ts"
import type { radio } from "../ingest/radio.ts"

/** A thousand times as fast: a retry after a minute comes after 60 ms. */
const speed = 1_000

/** What an answer may take of a test's own time: 2 s. */
export const answerWithinMs = 2_000 * speed

export const world = () =>
  Layer.unwrap(
    Effect.map(scaledClock({ startMs: Date.UTC(2020, 0, 1), speed }), ({ clock, move }) => {
      move()
      return Layer.fresh(
        Layer.provideMerge(
          pipelineLive.layer,
          Layer.mergeAll(memory.layer, Vault.layer(secretsMemory)),
        ).pipe(Layer.provideMerge(Layer.succeed(Clock.Clock, clock))),
      )
    }),
  )

type Destination = Partial<Extract<Command, { readonly _tag: "AddDestination" }>> & {
  readonly url: string
}

/** A customer with one destination, `main`, and these devices. */
export const register = Effect.fnUntraced(function* (
  name: string,
  to: Destination,
  devices: ReadonlyArray<ReturnType<typeof radio>>,
) {
  const pipeline = yield* Pipeline
  const customer = CustomerId.make(name)
  yield* pipeline.execute({ _tag: "RegisterCustomer", customer })
  yield* pipeline.execute({
    _tag: "AddDestination",
    customer,
    destination: DestinationId.make("main"),
    loopbackAllowed: true,
    ...to,
  })
  for (const device of devices)
    yield* pipeline.execute({
      _tag: "RegisterDevice",
      device: device.id,
      customer,
      group: "meters",
      key: Redacted.make(device.keyHex),
    })
})

/** `hydro 7 ok 1`: whose, which number, what came of it, at which attempt. */
export const outcomes = (events: ReadonlyArray<Recorded>): ReadonlyArray<string> =>
  events.flatMap(({ event }) => {
    // Only what became of deliveries matters here.
    // oxlint-disable-next-line typescript/switch-exhaustiveness-check
    switch (event._tag) {
      case "DeliverySucceeded":
        return [
          `${event.customer} ${event.seq} ok ${event.attempt}${event.repeat ? " repeat" : ""}`,
        ]
      case "DeliveryFailed":
        return [`${event.customer} ${event.seq} ${event.error} ${event.attempt}`]
      case "DeliveryAbandoned":
        return [`${event.customer} ${event.seq} given up, ${event.error}`]
      case "CircuitOpened":
        return [`${event.customer} held back`]
      case "CircuitClosed":
        return [`${event.customer} answers`]
      default:
        return []
    }
  })

/** Delivers until what is in the log fits, and gives all of its outcomes. */
export const deliverUntil = Effect.fnUntraced(function* (
  fits: (outcomes: ReadonlyArray<string>) => boolean,
  options: Partial<Options> = {},
) {
  const log = yield* EventLog
  const poster = options.poster ?? post.make()
  const running = yield* Effect.forkChild(deliver({ answerWithinMs, ...options, poster }))
  const seen: Array<string> = []
  yield* log.follow(0).pipe(
    Stream.takeUntil((events) => {
      seen.push(...outcomes(events))
      return fits(seen)
    }),
    Stream.runDrain,
  )
  yield* Fiber.interrupt(running)
  poster.close()
  return seen
})

export const so = (count: number) => (seen: ReadonlyArray<unknown>) => seen.length >= count
