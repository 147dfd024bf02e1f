/**
 * The simulated stations' side of attestation, towards the real pipeline: they enrol their software TPMs, and answer each
 * challenge that stands in the log, as real ones do over HTTP.
 */
import * as Effect from "effect/Effect"
import * as Stream from "effect/Stream"
import type { Evidence, PriorState } from "../../core/attestation/Evidence.ts"
import { noCauses, type Recorded } from "../../core/event/Envelope.ts"
import type { Known } from "../../core/event/Event.ts"
import type { StationId } from "../../core/event/ids.ts"
import { streamOf } from "../../core/event/streamOf.ts"
import { Pipeline } from "../../core/ingest/Pipeline.ts"
import * as Agenda from "../../core/kernel/Agenda.ts"
import { EventLog } from "../../core/log/EventLog.ts"
import type { Attestation } from "../../core/sim/setup.ts"
import type { World } from "../../core/sim/World.ts"

export interface Attesting {
  /** The operator's word on their TPMs, and all of them enrolled. */
  readonly enrol: (atMs: number) => Effect.Effect<void>
  /** What a log of before says of them. */
  readonly recall: Effect.Effect<void>
  /** Challenges who is due. */
  readonly look: (atMs: number) => Effect.Effect<void>
  /** Presents what is due by then, of all challenges that stand in the log. */
  readonly answer: (untilMs: number) => Effect.Effect<void>
}

const kinds = ["ChallengeIssued", "EvidenceAppraised"]

interface Waiting {
  readonly station: StationId
  readonly evidence: Evidence
}

export const make = ({ attesters, ground, setup }: World) =>
  Effect.gen(function* () {
    const log = yield* EventLog
    const pipeline = yield* Pipeline
    /** Of each station's last accepted evidence: it sends only what is newer. */
    const accepted = new Map<string, PriorState>()
    const waiting = Agenda.make<Waiting>()
    let readTo = yield* log.head

    const takeIn = ({ event, occurredMs }: Recorded): void => {
      if (event._tag === "EvidenceAppraised" && event.result._tag === "QuoteAccepted")
        accepted.set(event.station, event.result.state)
      if (event._tag !== "ChallengeIssued") return
      const { nonce, station } = event
      const prior = accepted.get(station) ?? null
      for (const { delayMs, evidence } of attesters.answer({
        station,
        nonce,
        atMs: occurredMs,
        accepted: prior,
      }))
        waiting.add(occurredMs + delayMs, 0, { station, evidence })
    }

    const recall = Effect.gen(function* () {
      const batches = yield* Stream.runCollect(log.query({ kinds: ["EvidenceAppraised"] }))
      for (const recorded of batches.flat().toReversed()) takeIn(recorded)
    }).pipe(Effect.orDie)

    const follow = Effect.gen(function* () {
      const head = yield* log.head
      if (head === readTo) return
      const found = yield* Stream.runCollect(log.query({ kinds, from: readTo, to: head }))
      readTo = head
      for (const recorded of found.flat().toReversed()) takeIn(recorded)
    }).pipe(Effect.orDie)

    const answer = (untilMs: number) =>
      Effect.gen(function* () {
        yield* follow
        while (waiting.nextMs() <= untilMs) {
          const { atMs, thing } = waiting.take()
          if (thing !== undefined)
            yield* Effect.ignore(pipeline.attest({ _tag: "Present", ...thing, atMs }))
        }
        yield* follow
      })

    const enrol = (atMs: number) =>
      Effect.gen(function* () {
        yield* pipeline.record(
          wordsOf(setup.attestation()).map((event) => ({
            stream: streamOf(event),
            occurredMs: atMs,
            causes: noCauses,
            event,
          })),
        )
        for (const { id: station } of ground.stations) {
          const evidence = attesters.offer(station)
          const { outcome } = yield* pipeline.attest({ _tag: "Offer", station, evidence, atMs })
          if (outcome._tag !== "Credential") continue
          const secret = attesters.activate(station, outcome)
          yield* pipeline.attest({ _tag: "Activate", station, secret, atMs })
        }
      }).pipe(Effect.orDie)

    const attesting: Attesting = {
      enrol,
      recall,
      look: (atMs) => Effect.ignore(pipeline.attest({ _tag: "Look", atMs })),
      answer,
    }
    return attesting
  })

/** The operator's word, as events. */
const wordsOf = ({ pins, references }: Attestation): ReadonlyArray<Known> => [
  ...pins.map((pin): Known => ({ _tag: "EndorsementKeyPinned", ...pin })),
  ...references.flatMap(({ stations, superseded, values }): ReadonlyArray<Known> => [
    { _tag: "ReferenceValuesPublished", stations, values },
    ...(superseded ? [{ _tag: "ReferenceValuesSuperseded", id: values.id } as const] : []),
  ]),
]
