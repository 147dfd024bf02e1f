/**
 * Who is alerted and how each alert stands: a fold of the log's alert events, for whoever sends them and for whoever looks.
 *
 * Bounded: the last `keptMax` alerts are kept, and by `raisedMax` it is known what was said already.
 */
import type { AlertPhase, AlertRaised, AlertTargetAdded } from "../event/alert.ts"
import type { Position, Recorded } from "../event/Envelope.ts"
import * as FifoMap from "../kernel/FifoMap.ts"

export const keptMax = 512
const raisedMax = 16_384

export type Told = {
  readonly target: string
  readonly state: "pending" | "sent" | "given-up"
  readonly attempts: number
  readonly error: string | null
  readonly status: number | null
  /** When it may be tried, by our clock. */
  readonly nextMs: number
  /** Of the last attempt. */
  readonly at: Position | null
}

export type Alert = {
  readonly at: Position
  readonly atMs: number
  readonly raised: Omit<AlertRaised, "_tag">
  readonly told: ReadonlyArray<Told>
}

export interface Alerts {
  readonly targets: Map<string, AlertTargetAdded>
  readonly alerts: FifoMap.FifoMap<Alert, Position>
  /** What was said, by anomaly and phase. */
  readonly raised: FifoMap.FifoMap<true>
}

export const make = (): Alerts => ({
  targets: new Map(),
  alerts: FifoMap.make<Alert, Position>(keptMax),
  raised: FifoMap.make(raisedMax),
})

/** Takes one event into a state that the caller owns. */
export const apply = (state: Alerts, recorded: Recorded): void => {
  const { causes, event, occurredMs, position } = recorded
  if (event._tag === "AlertTargetAdded") state.targets.set(event.target, event)
  else if (event._tag === "AlertTargetRemoved") state.targets.delete(event.target)
  else if (event._tag === "AlertRaised") {
    const { _tag: _, ...raised } = event
    FifoMap.set(state.raised, nameOf(raised), true)
    FifoMap.set(state.alerts, position, {
      at: position,
      atMs: occurredMs,
      raised,
      told: raised.targets.map((target): Told => ({
        target,
        state: "pending",
        attempts: 0,
        error: null,
        status: null,
        nextMs: 0,
        at: null,
      })),
    })
  } else if (event._tag === "AlertSent" || event._tag === "AlertFailed") {
    const alert = FifoMap.get(state.alerts, causes[0])
    if (alert === undefined) return
    const told = alert.told.map((one): Told =>
      one.target === event.target ? { ...afterAttempt(event), at: position } : one,
    )
    FifoMap.set(state.alerts, alert.at, { ...alert, told })
  }
}

/** What may be tried at that instant, and of which alert. */
export const due = (
  { alerts }: Alerts,
  nowMs: number,
): ReadonlyArray<{ readonly alert: Alert; readonly told: Told }> =>
  [...alerts.values.values()].flatMap((alert) =>
    alert.told
      .filter(({ nextMs, state }) => state === "pending" && nextMs <= nowMs)
      .map((told) => ({ alert, told })),
  )

export const isRaised = (
  { raised }: Alerts,
  of: { readonly anomaly: string; readonly phase: AlertPhase },
): boolean => FifoMap.get(raised, nameOf(of)) === true

/** Newest first. */
export const newestFirst = ({ alerts }: Alerts): ReadonlyArray<Alert> =>
  FifoMap.pairsOldestFirst(alerts)
    .map(([, alert]) => alert)
    .toReversed()

const nameOf = ({
  anomaly,
  phase,
}: {
  readonly anomaly: string
  readonly phase: AlertPhase
}): string => `${phase} ${anomaly}`

type Attempted = Extract<Recorded["event"], { readonly _tag: "AlertSent" | "AlertFailed" }>

const afterAttempt = (event: Attempted): Omit<Told, "at"> => {
  const { attempt: attempts, target } = event
  if (event._tag === "AlertSent")
    return { target, state: "sent", attempts, error: null, status: event.status, nextMs: 0 }
  const { error, nextAttemptAtMs, status = null } = event
  return nextAttemptAtMs === undefined
    ? { target, state: "given-up", attempts, error, status, nextMs: 0 }
    : { target, state: "pending", attempts, error, status, nextMs: nextAttemptAtMs }
}
