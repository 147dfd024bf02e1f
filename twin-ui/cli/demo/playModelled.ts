/**
 * Plays a stretch of a simulated world into the pipeline at once, with modelled deliveries: what
 * each customer would have answered, on the world's clock.
 */
import * as Effect from "effect/Effect"
import * as Stream from "effect/Stream"
import type { NewEvent } from "../../../core/event/Envelope.ts"
import type { Input } from "../../../core/ingest/Input.ts"
import { Pipeline } from "../../../core/ingest/Pipeline.ts"
import { EventLog } from "../../../core/log/EventLog.ts"
import * as DeliveryModel from "../../../core/sim/DeliveryModel.ts"
import type { Output, World } from "../../../core/sim/World.ts"

/** Receptions handed to the pipeline together. */
const inputsAtOnce = 4_000

export interface Progress {
  readonly atMs: number
  readonly receptions: number
}

export const playModelled = Effect.fn("demo.playModelled")(function* (options: {
  readonly world: World
  readonly untilMs: number
  /** Sets the clock, where there is one to set, to the world's time before each commit. */
  readonly setTime?: (atMs: number) => void
  readonly progress?: (progress: Progress) => void
}) {
  const pipeline = yield* Pipeline
  const log = yield* EventLog
  const { world, untilMs } = options
  const model = DeliveryModel.make(world.answer)
  let inputs: Array<Input> = []
  let facts: Array<NewEvent> = []
  let receptions = 0

  /** Takes in what is gathered, then all deliveries that end before `atMs`. */
  const flush = Effect.fnUntraced(function* (atMs: number) {
    options.setTime?.(atMs)
    if (facts.length > 0) yield* pipeline.record(facts)
    const before = yield* log.head
    if (inputs.length > 0) yield* pipeline.submit(inputs)
    receptions += inputs.length
    inputs = []
    facts = []
    yield* log.read(before).pipe(
      Stream.runForEach((events) =>
        Effect.sync(() => {
          for (const { event, occurredMs, position } of events)
            if (event._tag === "DeliveryOwed") model.owe(event, occurredMs, position)
        }),
      ),
    )
    const outcomes = [...model.next(atMs)]
    for (let from = 0; from < outcomes.length; from += inputsAtOnce)
      yield* pipeline.record(outcomes.slice(from, from + inputsAtOnce))
    options.progress?.({ atMs, receptions })
  })

  for (const output of world.next(untilMs)) {
    gather(output, inputs, facts)
    if (inputs.length >= inputsAtOnce || output._tag === "Facts") yield* flush(output.atMs)
  }
  yield* flush(untilMs)
  return receptions
})

/** Facts stand between the receptions before and after them, so they end a batch. */
const gather = (output: Output, inputs: Array<Input>, facts: Array<NewEvent>): void => {
  if (output._tag === "Facts") facts.push(...output.events)
  else for (const frame of output.frames) inputs.push({ _tag: "Frame", frame })
}
