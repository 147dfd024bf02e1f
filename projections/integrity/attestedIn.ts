/**
 * Was a station fully attested in a stretch of time? One question with one answer: how it stood, from when to when,
 * found by folding what happened to it and by knowing when evidence goes stale.
 */
import * as Attested from "../../core/decide/Attested.ts"
import type { Standing } from "../../core/event/attestation.ts"
import type { Position, Recorded } from "../../core/event/Envelope.ts"

/** How the station stood at the beginning. */
export interface Start {
  readonly attested: Attested.Attested | null
  readonly isTrustLost: boolean
  readonly evidenceStaleMs: number
}

export interface Span {
  readonly standing: Standing
  readonly fromMs: number
  readonly toMs: number
  /** The event it began with; null for how it was before, or where time alone did it. */
  readonly at: Position | null
}

/** Spans that an answer lists; they follow each other without gaps. */
export const spansMax = 1_000

/** Of the events about the station (and of policies) within the stretch, in their order. */
export const attestedIn = (
  start: Start,
  events: ReadonlyArray<Recorded>,
  stretch: { readonly fromMs: number; readonly toMs: number },
): ReadonlyArray<Span> => {
  const spans: Array<Span> = []
  let { attested, evidenceStaleMs, isTrustLost } = start
  let nowMs = stretch.fromMs
  let at: Position | null = null
  const standing = (ms: number): Standing =>
    Attested.standingAt(attested, isTrustLost, ms, { evidenceStaleMs })
  const add = (kind: Standing, untilMs: number): void => {
    const last = spans.at(-1)
    if (last?.standing === kind && spans.length > 0)
      spans[spans.length - 1] = { ...last, toMs: Math.max(last.toMs, untilMs) }
    else if (spans.length < spansMax)
      spans.push({ standing: kind, fromMs: nowMs, toMs: untilMs, at })
  }
  const goTo = (ms: number): void => {
    const staleMs = attested?.good == null ? Infinity : attested.good.ms + evidenceStaleMs
    if (standing(nowMs) === "attested" && staleMs < ms) {
      add("attested", Math.max(nowMs, staleMs))
      nowMs = Math.max(nowMs, staleMs + 1)
      at = null
    }
    add(standing(nowMs), Math.max(nowMs, ms))
    nowMs = Math.max(nowMs, ms)
  }
  for (const recorded of events) {
    const { event, occurredMs, position } = recorded
    goTo(Math.min(Math.max(occurredMs, nowMs), stretch.toMs))
    if (attested !== null || event._tag !== "PolicyAdopted")
      attested = Attested.evolve(attested ?? Attested.initial, recorded)
    if (event._tag === "PolicyAdopted") evidenceStaleMs = event.policy.evidenceStaleMs
    if (event._tag === "StationTrustLost") isTrustLost = true
    if (event._tag === "StationTrustRestored" || event._tag === "ReferenceValuesAdopted")
      isTrustLost = false
    at = position
  }
  goTo(stretch.toMs)
  // A standing that lasted for no time at all is none, but where the stretch is an instant.
  const lasting = spans.filter(({ fromMs, toMs }) => toMs > fromMs)
  return lasting.length === 0 ? spans.slice(-1) : lasting
}
