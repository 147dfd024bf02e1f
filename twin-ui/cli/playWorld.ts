/**
 * Plays a simulated world through the real pipeline, on a virtual clock, with modelled deliveries.
 *
 * Time goes on in steps: what the core network got in a step is recorded at its end, as a batch would be,
 * then the deliveries that were settled in it. One thing at a time and everything from the seed, so the
 * same world gives the same events to the byte.
 */
import * as Clock from "effect/Clock"
import * as Effect from "effect/Effect"
import * as Stream from "effect/Stream"
import type { ReceivedFrame } from "../../core/decide/ReceivedFrame.ts"
import { sealedDefault } from "../../core/decide/decideDownlink.ts"
import { type NewEvent, noCauses } from "../../core/event/Envelope.ts"
import { streamOf } from "../../core/event/streamOf.ts"
import { Pipeline } from "../../core/ingest/Pipeline.ts"
import { Vault } from "../../core/keys/Vault.ts"
import * as AttestWorld from "./attestWorld.ts"
import { EventLog } from "../../core/log/EventLog.ts"
import * as DeliveryModel from "../../core/sim/DeliveryModel.ts"
import { makeDownlinks } from "../../core/network/downlink.ts"
import type { Output, World } from "../../core/sim/World.ts"
import * as VirtualClock from "./VirtualClock.ts"
import { simulatedStations } from "./simulatedStations.ts"
import * as Bytes from "../../core/kernel/Bytes.ts"
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
    /** Stations are challenged no oftener than that. */
    readonly lookEveryMs?: number
  },
) =>
  Effect.gen(function* () {
    const stepMs = given.stepMs ?? stepMsDefault
    const log = yield* EventLog
    const pipeline = yield* Pipeline
    const vault = yield* Vault
    const deliveries = DeliveryModel.make(world.answer)
    // Steps of downlinks are dated by the world, also where the log's own clock is another.
    const virtual = yield* VirtualClock.make
    const downlinks = yield* makeDownlinks((send) => send).pipe(
      Effect.provide(simulatedStations(world)),
    )
    const attesting = yield* AttestWorld.make(world)
    const lookEveryMs = given.lookEveryMs ?? lookEveryMsDefault
    let lookedMs = -Infinity
    const played: Played = { receptions: 0, accepted: 0, refused: {} }
    let readTo = 0

    /** What became owed, and who asked, since it was last looked at. */
    const follow = (atMs: number) =>
      Effect.gen(function* () {
        const head = yield* log.head
        yield* Stream.runForEach(log.read(readTo, head), (events) =>
          Effect.sync(() => {
            for (const recorded of events) {
              const { event, position } = recorded
              if (event._tag === "DeliveryOwed")
                invariant(deliveries.owe(event, atMs, position), "what is due was asked for")
              downlinks.takeIn(recorded)
            }
          }),
        )
        readTo = head
      })
    /** Each downlink's step makes events that the next one follows from. */
    const answerDevices = (atMs: number) =>
      Effect.gen(function* () {
        while (downlinks.nextMs() < atMs) {
          yield* downlinks.act.pipe(Effect.provideService(Clock.Clock, virtual.clock))
          yield* follow(atMs)
        }
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
    /** One step's outputs, in their order. */
    const settle = (endMs: number, parts: ReadonlyArray<Part>) =>
      Effect.gen(function* () {
        given.setClock(endMs)
        virtual.set(endMs)
        for (const part of parts)
          yield* part._tag === "Frames" ? submit(part.frames) : record(part.events)
        if (endMs - lookedMs >= lookEveryMs) {
          lookedMs = endMs
          yield* attesting.look(endMs)
          // A step may be longer than a challenge is open.
          yield* attesting.answer(endMs + answeredWithinMs)
        }
        yield* follow(endMs)
        yield* record([...deliveries.next(endMs)])
        yield* answerDevices(endMs)
        given.report(endMs, played.receptions)
      })

    given.setClock(given.originMs)
    const { events, keys } = world.setup
    yield* vault.putRadioKeys(keys.map(({ device, key }) => ({ device, version: 1, key })))
    for (let i = 0; i < events.length; i += setupAtOnce)
      yield* record(events.slice(i, i + setupAtOnce))

    yield* attesting.enrol(given.originMs)
    yield* attesting.answer(given.originMs + answeredWithinMs)

    let isTold = false
    /** From the story's beginning on devices are answered; in a history they were not. */
    const beginAnswering = Effect.gen(function* () {
      if (isTold) return
      isTold = true
      // Not as commands: those are dated by the pipeline's clock, which need not be the world's.
      const defaults = world.setup.downlinkDefaults.map(({ device, payload: hex }): NewEvent => {
        const bytes = Bytes.fromHex(hex)
        invariant(bytes !== undefined, "the setup gives payloads as hex")
        const event = {
          _tag: "DownlinkDefaultSet",
          device,
          payload: sealedDefault(vault, device, bytes),
        } as const
        const occurredMs = world.ground.ages.startMs
        return { stream: streamOf(event), occurredMs, causes: noCauses, event }
      })
      for (let i = 0; i < defaults.length; i += setupAtOnce)
        yield* record(defaults.slice(i, i + setupAtOnce))
    })

    while (true) {
      const nextMs = Math.min(world.nextMs(), deliveries.nextMs(), downlinks.nextMs())
      if (!(nextMs < given.endMs)) break
      if (nextMs >= world.ground.ages.startMs) yield* beginAnswering
      const endMs = Math.min(given.endMs, (Math.floor(nextMs / stepMs) + 1) * stepMs)
      const parts = partsOf(world.next(endMs))
      if (parts.length > 0 || deliveries.nextMs() < endMs || downlinks.nextMs() < endMs)
        yield* settle(endMs, parts)
    }
    if (given.endMs >= world.ground.ages.startMs) yield* beginAnswering
    return played
  }).pipe(Effect.scoped)

/** A challenge is at most so late. */
const lookEveryMsDefault = 60_000

/** Stations answer within seconds; evidence that is sent too late is late all the same. */
const answeredWithinMs = 3_700_000

const setupAtOnce = 5_000

/** Frames that follow each other go together. */
const partsOf = (outputs: Iterable<Output>): ReadonlyArray<Part> => {
  const parts: Array<Part> = []
  for (const output of outputs) {
    const last = parts.at(-1)
    if (output._tag === "Facts") parts.push({ _tag: "Facts", events: output.events })
    else if (last?._tag === "Frames") last.frames.push(...output.frames)
    else parts.push({ _tag: "Frames", frames: [...output.frames] })
  }
  return parts
}

type Part =
  | { readonly _tag: "Frames"; readonly frames: Array<ReceivedFrame> }
  | { readonly _tag: "Facts"; readonly events: ReadonlyArray<NewEvent> }
