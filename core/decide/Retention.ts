/** For how long payloads are kept, by customer and group: a fold of the log's retention events. */
import type { Recorded } from "../event/Envelope.ts"
import type { RetentionSet } from "../event/erasure.ts"

/** Customers and groups with a retention of their own. */
export const retentionsMax = 10_000
export const daysMax = 36_500

export type Target = Pick<RetentionSet, "customer" | "group">

export interface Retention {
  readonly target: Target
  readonly days: number
  readonly by: string
  readonly at: number
  readonly sinceMs: number
  /** Day of the last time that keys were renewed and destroyed; -1 for never. */
  readonly doneDay: number
  /** Keys destroyed so far. */
  readonly destroyed: number
}

export type State = Map<string, Retention>

export const make = (): State => new Map()

export const apply = (state: State, { event, position, recordedMs }: Recorded): void => {
  if (event._tag === "RetentionSet") {
    const { by, days } = event
    const target = targetOf(event)
    const known = state.get(keyOf(target))
    if (days === undefined) state.delete(keyOf(target))
    else
      state.set(keyOf(target), {
        target,
        days,
        by,
        at: position,
        sinceMs: recordedMs,
        doneDay: known?.doneDay ?? -1,
        destroyed: known?.destroyed ?? 0,
      })
  }
  if (event._tag === "PayloadsExpired") {
    const known = state.get(keyOf(event))
    if (known !== undefined)
      state.set(keyOf(event), {
        ...known,
        doneDay: event.day,
        destroyed: known.destroyed + event.destroyed,
      })
  }
}

export const targetOf = ({ customer, group }: Target): Target => ({
  ...(customer === undefined ? {} : { customer }),
  ...(group === undefined ? {} : { group }),
})

export const keyOf = ({ customer, group }: Target): string =>
  customer === undefined ? `group ${group ?? ""}` : `customer ${customer}`

const dayMs = 86_400_000

export const dayOf = (ms: number): number => Math.floor(ms / dayMs)

/** Days between two renewals: what is kept for `days` is gone an eighth of that later at most, and a day where that is less. */
export const everyDays = (days: number): number => Math.max(1, Math.ceil(days / 8))

/** Whether keys are to be renewed and destroyed now. */
export const isDue = ({ days, doneDay }: Retention, today: number): boolean =>
  doneDay < 0 || today >= doneDay + everyDays(days)
