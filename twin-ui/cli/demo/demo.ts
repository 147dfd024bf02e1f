/**
 * The demo: a seeded world played into the log, sixty times as fast as life (slower where the machine does not keep up) until it
 * has caught up with the wall clock, then at its pace. Its customers are real HTTP endpoints on loopback.
 *
 * It plays only into an empty log or one that a demo began, and goes on there where it stopped.
 */
import * as Clock from "effect/Clock"
import * as Console from "effect/Console"
import * as Effect from "effect/Effect"
import * as Stream from "effect/Stream"
import { CustomerId, DestinationId } from "../../../core/event/ids.ts"
import { policyDefault } from "../../../core/event/policy.ts"
import type { Recorded } from "../../../core/event/Envelope.ts"
import type { Input } from "../../../core/ingest/Input.ts"
import { Pipeline } from "../../../core/ingest/Pipeline.ts"
import * as Instant from "../../../core/kernel/Instant.ts"
import { invariant } from "../../../core/kernel/invariant.ts"
import { EventLog } from "../../../core/log/EventLog.ts"
import { act } from "../../../core/network/act.ts"
import type { Poster } from "../../../core/network/post.ts"
import { scenarios } from "../../../core/sim/scenarios.ts"
import * as World from "../../../core/sim/World.ts"
import * as AttestWorld from "../attestWorld.ts"
import { playWorld } from "../playWorld.ts"
import { playingStations } from "../simulatedStations.ts"
import type { DemoOptions } from "./DemoOptions.ts"
import { endpoints } from "./endpoints.ts"
import { scaledClock } from "./scaledClock.ts"

/** Twelve hours of story in twelve minutes. */
const speed = 60

/** What a customer is given to answer: ten seconds of the wall's clock, however fast the demo's runs. */
const answerWithinMs = 10_000 * speed

/** The demo's clock runs at most so far ahead of what was played: a quarter of what a station has to answer a challenge. */
const leadMs = policyDefault.challengeWithinMs / 4

/** How often the world is asked what happened, by the wall's clock. */
const pollMs = 100

/** What a log is to the demo: nothing yet, its own, or somebody else's. */
export type Found =
  | { readonly _tag: "Empty" }
  | {
      readonly _tag: "Began"
      readonly options: DemoOptions
      /** Where the history began. */
      readonly originMs: number
      /** Of the last reception. */
      readonly lastMs: number
    }
  | { readonly _tag: "Other" }

export const find = Effect.gen(function* () {
  const log = yield* EventLog
  if ((yield* log.head) === 0) return { _tag: "Empty" } satisfies Found
  const [first] = (yield* Stream.runCollect(log.read(0, 1))).flat()
  if (first?.event._tag !== "DemoBegan") return { _tag: "Other" } satisfies Found
  const newest = yield* log.query({ kinds: ["FrameHeard"] }).pipe(
    Stream.take(1),
    Stream.runCollect,
    Effect.map((batches): ReadonlyArray<Recorded> => batches.flat()),
  )
  const { seed, devices, stations } = first.event
  const lastMs = newest[0]?.occurredMs ?? first.occurredMs
  return {
    _tag: "Began",
    options: { seed, devices, stations },
    originMs: first.occurredMs,
    lastMs,
  } satisfies Found
})

/** Plays until it is interrupted; says what it does on the console. */
export const demo = Effect.fn("demo")(function* (given: DemoOptions, poster: Poster) {
  const found = yield* find
  invariant(found._tag !== "Other", "a demo is played only into its own log")
  const { historyDays, spanMs } = scenarios.demo
  const nowMs = yield* Clock.currentTimeMillis
  const options = found._tag === "Began" ? found.options : given
  const startMs = found._tag === "Began" ? found.originMs + historyDays * dayMs : nowMs - spanMs
  // A pause longer than the story is a pause: devices were silent meanwhile.
  const resumeMs = found._tag === "Began" ? Math.max(found.lastMs + 1, nowMs - spanMs) : startMs
  const { clock, move } = yield* scaledClock({
    startMs: Math.min(resumeMs, nowMs),
    speed,
    leadMs,
  })
  const play = Effect.gen(function* () {
    const doors = yield* endpoints
    const world = World.make({
      ...options,
      startMs,
      scenario: "demo",
      historyDays,
      destination: (customer) => ({ url: doors.urlOf(customer), loopbackAllowed: true }),
    })
    if (found._tag === "Empty") yield* begin(world, startMs)
    else yield* goOn(world, resumeMs, doors.urlOf)
    doors.lookUpIn(world.answer)
    const attesting = yield* AttestWorld.make(world)
    yield* attesting.recall
    move()
    yield* Effect.forkScoped(
      act({ poster, answerWithinMs }).pipe(Effect.provide(playingStations(world))),
    )
    const next = Effect.andThen(step(world, attesting), pause)
    return yield* Effect.forever(Effect.andThen(Effect.sync(move), next))
  })
  return yield* play.pipe(Effect.provideService(Clock.Clock, clock))
}, Effect.scoped)

const dayMs = 86_400_000

const begin = Effect.fnUntraced(function* (world: World.World, startMs: number) {
  yield* Console.log("demo  sixty days of history first, made at once …")
  const { receptions } = yield* playWorld(world, {
    originMs: startMs - scenarios.demo.historyDays * dayMs,
    endMs: startMs,
    setClock: () => {},
    report: () => {},
    stepMs: historyStepMs,
    lookEveryMs: dayMs,
  })
  yield* Console.log(
    `demo  ${receptions.toLocaleString("en")} receptions are in; the story begins, ${speed} times as fast as life`,
  )
})

/** Of the history: a commit for each six hours. */
const historyStepMs = 6 * 3_600_000

const goOn = Effect.fnUntraced(function* (
  world: World.World,
  resumeMs: number,
  urlOf: (customer: string) => string,
) {
  const pipeline = yield* Pipeline
  world.skip(resumeMs)
  yield* Console.log(`demo  goes on from ${Instant.toIso(resumeMs)}`)
  // The customers are the same, their addresses are new.
  for (const { event } of world.setup.events)
    if (event._tag === "DestinationAdded")
      yield* pipeline.execute({
        _tag: "AddDestination",
        customer: CustomerId.make(event.customer),
        destination: DestinationId.make(event.destination),
        url: urlOf(event.customer),
        loopbackAllowed: true,
      })
})

/** Takes in what happened in the world until now. */
const step = Effect.fnUntraced(function* (world: World.World, attesting: AttestWorld.Attesting) {
  const pipeline = yield* Pipeline
  const now = yield* Clock.currentTimeMillis
  let inputs: Array<Input> = []
  for (const output of world.next(now)) {
    if (output._tag === "Frames") {
      for (const frame of output.frames) inputs.push({ _tag: "Frame", frame })
      continue
    }
    yield* pipeline.submit(inputs)
    inputs = []
    yield* pipeline.record(output.events)
  }
  if (inputs.length > 0) yield* pipeline.submit(inputs)
  yield* attesting.answer(now)
})

// Not by the demo's clock: the page wants some steps a second, whatever the speed.
const pause = Effect.promise(() => new Promise<void>((resume) => setTimeout(resume, pollMs)))
