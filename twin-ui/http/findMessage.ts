/**
 * Finds a message's tally as of a moment: among the recent ones the twin holds, else by folding again what
 * the log's index tells of its device around its decision or report.
 */
import * as Effect from "effect/Effect"
import type { Recorded } from "../../core/event/Envelope.ts"
import type { Filter, LogUnavailable } from "../../core/log/EventLog.ts"
import * as Tallies from "../../projections/tally/Tallies.ts"
import { findAccepted } from "../../projections/time/why/findAccepted.ts"
import type * as Tally from "../../projections/tally/Tally.ts"
import type { MessageName } from "./MessageName.ts"
import type { Moment, Reading } from "./Reading.ts"

/** Most events of one device that are looked through for an old message. */
export const soughtMax = 20_000

/** Events of the device folded again around an old message: three ranks at each of many stations. */
export const refoldedMax = 2_000

export const findMessage = Effect.fn("findMessage")(function* (
  reading: Reading,
  recent: Tallies.State,
  name: MessageName,
  moment: Moment,
) {
  const { named, numbered } = name
  const kept =
    (numbered === undefined
      ? undefined
      : Tallies.find(recent, numbered.device, numbered.seq, numbered.epoch)) ??
    (named === undefined ? undefined : Tallies.findById(recent, named.source, named.id))
  if (kept !== undefined) return kept
  const opening =
    (yield* openingOfNumbered(reading, numbered, moment)) ??
    (yield* openingOfNamed(reading, named, moment))
  return opening === undefined ? undefined : yield* refold(reading, opening, moment)
})

interface Opening {
  readonly device: string
  /** Of its first reception or report. */
  readonly firstAt: number
}

const openingOfNumbered = (
  reading: Reading,
  numbered: MessageName["numbered"],
  { to }: Moment,
): Effect.Effect<Opening | undefined, LogUnavailable> => {
  if (numbered === undefined) return Effect.succeed(undefined)
  const { device, epoch, seq } = numbered
  return epoch === undefined
    ? firstFound(
        reading,
        { device, to, kinds: ["MessageAccepted", "MessageRefused", "MessageReported"] },
        ({ event }) => "seq" in event && event.seq === seq,
      )
    : Effect.map(findAccepted(reading, numbered, to), openingOf)
}

const openingOfNamed = (
  reading: Reading,
  named: MessageName["named"],
  { to }: Moment,
): Effect.Effect<Opening | undefined, LogUnavailable> =>
  named === undefined
    ? Effect.succeed(undefined)
    : firstFound(reading, { to, kinds: ["MessageReported", "ReceptionReported"] }, ({ event }) =>
        event._tag === "MessageReported" || event._tag === "ReceptionReported"
          ? event.source === named.source && event.id === named.id
          : false,
      )

const firstFound = (
  reading: Reading,
  filter: Filter,
  isIt: (recorded: Recorded) => boolean,
): Effect.Effect<Opening | undefined, LogUnavailable> =>
  Effect.map(reading.newest(filter, soughtMax), (found) => openingOf(found.find(isIt)))

const openingOf = (it: Recorded | undefined): Opening | undefined => {
  if (it === undefined || !("device" in it.event)) return undefined
  const decided = it.event._tag === "MessageAccepted" || it.event._tag === "MessageRefused"
  const firstAt = decided ? (it.causes[0] ?? it.position) : it.position
  return { device: String(it.event.device), firstAt }
}

const refold = (
  reading: Reading,
  { device, firstAt }: Opening,
  { to }: Moment,
): Effect.Effect<Tally.Tally | undefined, LogUnavailable> =>
  Effect.gen(function* () {
    const first = yield* reading.event(firstAt)
    if (first === undefined) return undefined
    const { tallyWindowMs } = Tallies.projection.initial()
    const around = yield* reading.newest(
      {
        device,
        from: firstAt,
        to,
        fromMs: first.occurredMs - tallyWindowMs,
        toMs: first.occurredMs + tallyWindowMs + 1,
      },
      refoldedMax,
    )
    const state = Tallies.projection.initial()
    for (const recorded of around.toReversed()) Tallies.projection.apply(state, recorded)
    return Tallies.openedAt(state, device, firstAt)
  })
