/**
 * Which messages have a history that memory does not reach: they are looked up in the log's index after they
 * were decided on, so that no reception waits for it. What is found is recorded (`EarlierTwinFound`), and
 * projections stay pure.
 *
 * Memory keeps a device's last `CounterWindow.recentMax` numbers. Beyond them a frame that was sent before
 * shows only where it stands out, so only such messages are looked up: a number taken ahead of its turn
 * once the counter wrapped, and a number refused for being seen before or out of turn.
 */
import type { RefusalReason } from "../event/decision.ts"
import type { Event } from "../event/Event.ts"
import type { DeviceId } from "../event/ids.ts"
import * as Attempts from "./Attempts.ts"
import type * as Network from "./Network.ts"

/** A message whose earlier twin is looked for. */
export interface Sought {
  readonly device: DeviceId
  readonly seq: number
  /** Keyed digest of its packet: number, MAC and payload are in it. */
  readonly digest: string
  /** The same bytes as a data frame are no twin of a control frame. */
  readonly control: boolean
  /** Its first reception. */
  readonly firstAt: number
  readonly firstMs: number
}

/** The message to look up, if this decision calls for it. `state` has taken the decision in. */
export const soughtOf = (
  state: Network.State,
  event: Event,
  causes: ReadonlyArray<number>,
): Sought | undefined => {
  const isAhead = event._tag === "MessageAccepted" && event.epoch > 0 && event.missing > 0
  const isOutOfTurn = event._tag === "MessageRefused" && outOfTurn.has(event.reason)
  return isAhead || isOutOfTurn ? seek(state, event, causes) : undefined
}

const outOfTurn: ReadonlySet<RefusalReason> = new Set<RefusalReason>([
  "out-of-sequence",
  "unstated-band",
  "locked",
  "number-seen",
])

/** Whether a reception is an earlier twin: the same packet, heard before the message's own receptions. */
export const isTwin = (
  sought: Sought,
  heard: {
    readonly event: Event
    readonly occurredMs: number
    readonly position: number
  },
  windowMs: number,
): boolean =>
  heard.event._tag === "FrameHeard" &&
  heard.position < sought.firstAt &&
  heard.occurredMs < sought.firstMs - windowMs &&
  heard.event.seq === sought.seq &&
  heard.event.payload.digest === sought.digest &&
  Attempts.isControl(heard.event.frameType) === sought.control

const seek = (
  state: Network.State,
  { device, seq }: { readonly device: DeviceId; readonly seq: number },
  causes: ReadonlyArray<number>,
): Sought | undefined => {
  const [firstAt] = causes
  const attempt = Attempts.openedAt(state.attempts, device, firstAt)
  if (attempt === undefined) return undefined
  // Heard before the last one taken: a station handed it on late, and its number is rightly behind.
  if (attempt.firstMs < (state.devices.get(device)?.window.lastMs ?? 0)) return undefined
  const { control, firstMs, payload } = attempt
  return { device, seq, digest: payload.digest, control, firstAt, firstMs }
}
