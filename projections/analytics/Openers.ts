/**
 * Which message a reception or a report belongs to: the one that was opened by the same packet of the same device
 * within the tally window, or by an earlier report of the same message.
 *
 * A message is known for `eventsMax` positions after the event that opened it. So what is known at a position
 * follows from the events since then and from which of them opened one, and both can be read again:
 * nothing of this needs to be saved.
 */
import type { Position } from "../../core/event/Envelope.ts"

/** How long a message is known, in events: at the published peak of 926 messages/s with 20 receptions each, 7 s of all traffic. */
export const eventsMax = 131_072

interface Opened {
  readonly at: Position
  readonly ms: number
  /** It has a row in `messages`. */
  isTold: boolean
}

export interface Openers {
  /** By packet or by the report's name of it; those of one key, oldest first. */
  readonly byKey: Map<string, Array<Opened>>
  readonly byPosition: Map<Position, Opened>
  /** Keys and positions in the order in which they were opened, to forget them again. */
  readonly order: Array<readonly [Position, string]>
  forgotten: number
}

export const make = (): Openers => ({
  byKey: new Map(),
  byPosition: new Map(),
  order: [],
  forgotten: 0,
})

/** The message of that key opened within the window of `ms`, the newest first. */
export const find = (
  openers: Openers,
  key: string,
  ms: number,
  windowMs: number,
): Opened | undefined =>
  openers.byKey.get(key)?.findLast((opened) => Math.abs(ms - opened.ms) <= windowMs)

export const openedAt = (openers: Openers, position: Position): Opened | undefined =>
  openers.byPosition.get(position)

export const open = (openers: Openers, key: string, at: Position, ms: number): Opened => {
  const opened: Opened = { at, ms, isTold: false }
  const known = openers.byKey.get(key)
  if (known === undefined) openers.byKey.set(key, [opened])
  else known.push(opened)
  openers.byPosition.set(at, opened)
  openers.order.push([at, key])
  return opened
}

/** Forgets what was opened too long before this position. */
export const forget = (openers: Openers, position: Position): void => {
  const { byKey, byPosition, order } = openers
  while (openers.forgotten < order.length) {
    const [at, key] = order[openers.forgotten]
    if (at > position - eventsMax) break
    openers.forgotten++
    byPosition.delete(at)
    const known = byKey.get(key)
    if (known === undefined || known.length === 1) byKey.delete(key)
    else known.shift()
  }
  if (openers.forgotten > eventsMax) {
    order.splice(0, openers.forgotten)
    openers.forgotten = 0
  }
}
