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
  /**
   * By device, then by packet or by the report's name of it; those of one name, oldest first. Two maps: a key made of both
   * would be put together and hashed for each reception, which took a tenth of all that building the tables takes (measured).
   */
  readonly byDevice: Map<string, Map<string, Array<Opened>>>
  readonly byPosition: Map<Position, Opened>
  /** Positions and names in the order in which they were opened, to forget them again. */
  readonly order: Array<readonly [at: Position, device: string, name: string]>
  forgotten: number
}

export const make = (): Openers => ({
  byDevice: new Map(),
  byPosition: new Map(),
  order: [],
  forgotten: 0,
})

/** The message of that name opened within the window of `ms`, the newest first. */
export const find = (
  openers: Openers,
  device: string,
  name: string,
  ms: number,
  windowMs: number,
): Opened | undefined => {
  const opened = openers.byDevice.get(device)?.get(name)
  if (opened === undefined) return undefined
  for (let i = opened.length - 1; i >= 0; i--)
    if (Math.abs(ms - opened[i].ms) <= windowMs) return opened[i]
  return undefined
}

export const openedAt = (openers: Openers, position: Position): Opened | undefined =>
  openers.byPosition.get(position)

export const open = (
  openers: Openers,
  device: string,
  name: string,
  at: Position,
  ms: number,
): Opened => {
  const opened: Opened = { at, ms, isTold: false }
  const names = openers.byDevice.get(device)
  const known = names?.get(name)
  if (names === undefined) openers.byDevice.set(device, new Map([[name, [opened]]]))
  else if (known === undefined) names.set(name, [opened])
  else known.push(opened)
  openers.byPosition.set(at, opened)
  openers.order.push([at, device, name])
  return opened
}

/** Forgets what was opened too long before this position. */
export const forget = (openers: Openers, position: Position): void => {
  const { byDevice, byPosition, order } = openers
  while (openers.forgotten < order.length) {
    const [at, device, name] = order[openers.forgotten]
    if (at > position - eventsMax) break
    openers.forgotten++
    byPosition.delete(at)
    const names = byDevice.get(device)
    const known = names?.get(name)
    if (known !== undefined && known.length > 1) known.shift()
    else if (names !== undefined && names.size > 1) names.delete(name)
    else byDevice.delete(device)
  }
  if (openers.forgotten > eventsMax) {
    order.splice(0, openers.forgotten)
    openers.forgotten = 0
  }
}
