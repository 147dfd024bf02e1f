/** Since when a service stood or not: its outages, the latest, and sums that hold for all of its time. */
import type { Position } from "../../core/event/Envelope.ts"

/** Outages kept of one service; of earlier ones only the sum. */
export const outagesMax = 1_000

export type Outage = {
  readonly fromMs: number
  /** Null while it lasts. */
  readonly toMs: number | null
  /** Of the event that began it. */
  readonly position: Position
}

export type Availability = {
  readonly sinceMs: number
  /** Oldest first. */
  readonly outages: ReadonlyArray<Outage>
  /** Of outages that are not kept any more, and when the last of them ended. */
  readonly forgottenMs: number
  readonly forgottenToMs: number | null
}

export const begin = (sinceMs: number): Availability => ({
  sinceMs,
  outages: [],
  forgottenMs: 0,
  forgottenToMs: null,
})

/** Takes in that the service stands, or does not. Reports out of order do not make an outage end before it began. */
export const turn = (
  known: Availability,
  stands: boolean,
  at: { readonly ms: number; readonly position: Position },
): Availability => {
  const last = known.outages.at(-1)
  const open = last?.toMs === null ? last : undefined
  if (stands === (open === undefined)) return known
  if (open === undefined)
    return bounded({
      ...known,
      outages: [...known.outages, { fromMs: at.ms, toMs: null, position: at.position }],
    })
  const ended = { ...open, toMs: Math.max(open.fromMs, at.ms) }
  return { ...known, outages: [...known.outages.slice(0, -1), ended] }
}

const bounded = (known: Availability): Availability => {
  const [oldest, ...outages] = known.outages
  if (known.outages.length <= outagesMax) return known
  const toMs = oldest.toMs ?? oldest.fromMs
  return {
    ...known,
    outages,
    forgottenMs: known.forgottenMs + toMs - oldest.fromMs,
    forgottenToMs: toMs,
  }
}

export interface Share {
  readonly fromMs: number
  readonly toMs: number
  readonly downMs: number
  /** 0..1; null for a period without length. */
  readonly share: number | null
  readonly outages: number
}

/** How much of a period it stood. The period is cut to what is known. */
export const shareOf = (known: Availability, fromMs: number, toMs: number): Share => {
  const from = Math.max(fromMs, known.sinceMs, known.forgottenToMs ?? -Infinity)
  const to = Math.max(from, toMs)
  let downMs = 0
  let outages = 0
  for (const outage of known.outages) {
    const overlap = Math.min(to, outage.toMs ?? to) - Math.max(from, outage.fromMs)
    if (overlap < 0 || (outage.toMs !== null && overlap === 0)) continue
    downMs += Math.max(0, overlap)
    outages++
  }
  const length = to - from
  return {
    fromMs: from,
    toMs: to,
    downMs,
    outages,
    share: length === 0 ? null : 1 - downMs / length,
  }
}
