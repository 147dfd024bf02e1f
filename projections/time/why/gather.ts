/**
 * Which facts a verdict, a counter window or a station's trust rests on: all that the decider looked at, and no more.
 *
 * A window is the last `CounterWindow.recentMax` numbers taken, with the turn that the oldest of them says it was in,
 * and what happened since the last: a disengage, or the first number out of sequence. So a window is put together
 * from a dozen events however long its device has been sending.
 */
import * as Effect from "effect/Effect"
import { recentMax } from "../../../core/decide/CounterWindow.ts"
import type { Position, Recorded } from "../../../core/event/Envelope.ts"
import type { LogUnavailable } from "../../../core/log/EventLog.ts"
import type { Lookups } from "./Lookups.ts"

/** Decisions of one device looked through for the numbers taken last: many refusals may stand between. */
const decisionsMax = 512
/** Registrations and key changes of one device that are looked at. */
const registrationsMax = 64

type Found = Effect.Effect<ReadonlyArray<Recorded>, LogUnavailable>

/** What a device's counter window rests on before a position, oldest first. */
export const counterFacts = (lookups: Lookups, device: string, to: Position): Found =>
  Effect.map(
    lookups.until(
      { device, to, kinds: ["MessageAccepted", "MessageRefused", "CounterDisengaged"] },
      decisionsMax,
      fullAfter(recentMax),
    ),
    (newest) => {
      const taken: Array<Recorded> = []
      let since: Recorded | undefined
      let disengaged: Recorded | undefined
      for (const recorded of newest) {
        const { event } = recorded
        if (event._tag === "MessageAccepted") taken.push(recorded)
        else if (taken.length > 0) continue
        else if (event._tag === "CounterDisengaged") disengaged ??= recorded
        // Before a disengage an error no longer counts; of those behind it the first does.
        else if (disengaged === undefined && isOutOfSequence(event)) since = recorded
      }
      return [
        ...taken.toReversed(),
        ...(disengaged === undefined ? [] : [disengaged]),
        ...(since === undefined ? [] : [since]),
      ]
    },
  )

/** Says so of the acceptance that is the last one wanted. */
const fullAfter = (wanted: number): ((recorded: Recorded) => boolean) => {
  let taken = 0
  return ({ event }) => event._tag === "MessageAccepted" && ++taken >= wanted
}

const isOutOfSequence = (event: Recorded["event"]): boolean =>
  event._tag === "MessageRefused" &&
  (event.reason === "out-of-sequence" || event.reason === "unstated-band")

/** How a device is registered before a position, oldest first. */
export const registrationFacts = (lookups: Lookups, device: string, to: Position): Found =>
  Effect.map(
    lookups.newest(
      { device, to, kinds: ["DeviceRegistered", "DeviceKeyReplaced", "DeviceRetired"] },
      registrationsMax,
    ),
    // All of them: a window outlives a second registration.
    (newest) => newest.toReversed(),
  )

/** What a station's trust rests on before a position, oldest first: its reference values, and what changed it since. */
export const trustFacts = (lookups: Lookups, station: string, to: Position): Found =>
  Effect.gen(function* () {
    const [changed] = yield* lookups.newest({ station, to, kinds: trustKinds }, 1)
    if (changed === undefined) return []
    if (changed.event._tag === "ReferenceValuesAdopted") return [changed]
    const [reference] = yield* lookups.newest({ station, to, kinds: ["ReferenceValuesAdopted"] }, 1)
    return reference === undefined ? [changed] : [reference, changed]
  })

const trustKinds = ["ReferenceValuesAdopted", "StationTrustLost", "StationTrustRestored"]

/** Evidence and the like of one station that is looked through for its last good quote. */
const evidenceMax = 512

/** How a station stands before a position, oldest first: its TPM, and what came since its last accepted evidence. */
export const standingFacts = (
  lookups: Pick<Lookups, "newest">,
  station: string,
  to: Position,
): Found =>
  Effect.gen(function* () {
    const enrolled = yield* lookups.newest({ station, to, kinds: ["StationTpmEnrolled"] }, 1)
    const boots = yield* lookups.newest({ station, to, kinds: ["StationBootRefused"] }, 1)
    if (enrolled.length + boots.length === 0) return []
    const newest = yield* lookups.newest({ station, to, kinds: standingKinds }, evidenceMax)
    const good = newest.findIndex(isGood)
    const since = good < 0 ? newest : newest.slice(0, good + 1)
    // What was refused says nothing of how it stands; that it answered does, and the last says so.
    const answer = since.find(({ event }) => event._tag === "EvidenceAppraised")
    return [
      ...enrolled,
      ...since
        .filter(
          (each) => isGood(each) || each === answer || each.event._tag !== "EvidenceAppraised",
        )
        .toReversed(),
    ]
  })

const standingKinds = [
  "EvidenceAppraised",
  "StationFellSilent",
  "StationBootRefused",
  "StationRetired",
]

const isGood = ({ event }: Recorded): boolean =>
  event._tag === "EvidenceAppraised" && event.result._tag === "QuoteAccepted"

/** The policy that held at a position, where one was adopted. */
export const policyFact = (lookups: Lookups, to: Position): Found =>
  lookups.newest({ to, kinds: ["PolicyAdopted"] }, 1)
