/**
 * Plays a simulated world through the real pipeline, on a virtual clock, with modelled deliveries.
 *
 * Time goes on in steps: what the core network got in a step is recorded at its end, as a batch would be,
 * then the deliveries that were settled in it. One thing at a time and everything from the seed, so the
 * same world gives the same events to the byte.
 */
import * as Effect from "effect/Effect"
import * as Stream from "effect/Stream"
import type { ReceivedFrame } from "../../core/decide/ReceivedFrame.ts"
import type { NewEvent } from "../../core/event/Envelope.ts"
import { Pipeline } from "../../core/ingest/Pipeline.ts"
import { Vault } from "../../core/keys/Vault.ts"
import { EventLog } from "../../core/log/EventLog.ts"
import * as DeliveryModel from "../../core/sim/DeliveryModel.ts"
import type { World } from "../../core/sim/World.ts"
import { invariant } from "../../core/kernel/invariant.ts"

/** How long after its arrival something may be recorded at most. */
export const stepMsDefault = 1_000

export interface Played {
  receptions: number
  accepted: number
  readonly refused: Record<string, number>
}

export const playWorld = (
  world: World,
  given: {
    readonly originMs: number
    readonly endMs: number
    readonly setClock: (ms: number) => void
    readonly report: (atMs: number, receptions: number) => void
    /** Longer ones make fewer commits: for a history nobody watches being made. */
    readonly stepMs?: number
  },
) =>
  Effect.gen(function* () {
    const stepMs = given.stepMs ?? stepMsDefault
    const log = yield* EventLog
    const pipeline = yield* Pipeline
    const vault = yield* Vault
    const deliveries = DeliveryModel.make(world.answer)
    const played: Played = { receptions: 0, accepted: 0, refused: {} }
    let readTo = 0

    /** What became owed since it was last asked. */
    const owe = (atMs: number) =>
      Effect.gen(function* () {
        const head = yield* log.head
        yield* Stream.runForEach(log.read(readTo, head), (events) =>
          Effect.sync(() => {
            for (const { event, position } of events)
              if (event._tag === "DeliveryOwed")
                invariant(deliveries.owe(event, atMs, position), "what is due was asked for")
          }),
        )
        readTo = head
      })
    const submit = (frames: ReadonlyArray<ReceivedFrame>) =>
      Effect.gen(function* () {
        if (frames.length === 0) return
        const taken = yield* pipeline.submit(frames.map((frame) => ({ _tag: "Frame", frame })))
        played.receptions += frames.length
        played.accepted += taken.accepted
        for (const [reason, n] of Object.entries(taken.refused))
          played.refused[reason] = (played.refused[reason] ?? 0) + n
      })
    const record = (events: ReadonlyArray<NewEvent>) =>
      events.length === 0 ? Effect.void : pipeline.record(events)
    /** One step's outputs, in their order: frames that follow each other go together. */
    const settle = (endMs: number, step: Step) =>
      Effect.gen(function* () {
        given.setClock(endMs)
        for (const part of step.parts)
          yield* part._tag === "Frames" ? submit(part.frames) : record(part.events)
        yield* owe(endMs)
        yield* record([...deliveries.next(endMs)])
        given.report(endMs, played.receptions)
      })

    given.setClock(given.originMs)
    const { events, keys } = world.setup
    yield* vault.putRadioKeys(keys.map(({ device, key }) => ({ device, version: 1, key })))
    for (let i = 0; i < events.length; i += setupAtOnce)
      yield* record(events.slice(i, i + setupAtOnce))

    let step: Step = { endMs: -Infinity, parts: [] }
    for (const output of world.next(given.endMs)) {
      if (output.atMs >= step.endMs) {
        if (step.parts.length > 0) yield* settle(step.endMs, step)
        const endMs = (Math.floor(output.atMs / stepMs) + 1) * stepMs
        // Deliveries of a quiet time are dated in it, not when something is heard again.
        yield* quiet(deliveries, step.endMs, endMs - stepMs, settle)
        step = { endMs, parts: [] }
      }
      const last = step.parts.at(-1)
      if (output._tag === "Facts") step.parts.push({ _tag: "Facts", events: output.events })
      else if (last?._tag === "Frames") last.frames.push(...output.frames)
      else step.parts.push({ _tag: "Frames", frames: [...output.frames] })
    }
    if (step.parts.length > 0) yield* settle(step.endMs, step)
    yield* quiet(deliveries, step.endMs, given.endMs, settle)
    return played
  })

const setupAtOnce = 5_000

/** While nothing is heard, time goes on in steps of this length as long as deliveries wait. */
const quietMs = 60_000

const quiet = <E, R>(
  deliveries: DeliveryModel.DeliveryModel,
  fromMs: number,
  toMs: number,
  settle: (endMs: number, step: Step) => Effect.Effect<void, E, R>,
): Effect.Effect<void, E, R> =>
  Effect.gen(function* () {
    for (let atMs = fromMs + quietMs; atMs <= toMs && deliveries.waiting() > 0; atMs += quietMs)
      yield* settle(atMs, { endMs: atMs, parts: [] })
  })

type Part =
  | { readonly _tag: "Frames"; readonly frames: Array<ReceivedFrame> }
  | { readonly _tag: "Facts"; readonly events: ReadonlyArray<NewEvent> }

interface Step {
  readonly endMs: number
  readonly parts: Array<Part>
}
