/**
 * What is blocked now, for decisions: a fold of the log's firewall events.
 *
 * A block that has an end holds until an event lifts it: time passing is a fact too. The pipeline records
 * that before it decides on anything else (`due`).
 */
import { type Groups, lineOf } from "../access/Groups.ts"
import type { Recorded } from "../event/Envelope.ts"
import type { TrafficBlocked } from "../event/firewall.ts"

/** Blocks at a time. */
export const blocksMax = 10_000

/** What is named by a block. Exactly one of these. */
export type Target = Pick<TrafficBlocked, "station" | "device" | "customer" | "group">

export interface Block {
  readonly target: Target
  readonly at: number
  readonly untilMs: number | undefined
}

export interface Firewall {
  readonly blocks: Map<string, Block>
  /** The earliest end of a block; infinity where none ends. */
  nextMs: number
}

export const make = (): Firewall => ({ blocks: new Map(), nextMs: Number.POSITIVE_INFINITY })

/** Takes one event into a state that the caller owns. */
export const apply = (firewall: Firewall, { event, position }: Recorded): void => {
  if (event._tag !== "TrafficBlocked" && event._tag !== "TrafficUnblocked") return
  const target = targetOf(event)
  if (event._tag === "TrafficUnblocked") firewall.blocks.delete(keyOf(target))
  else firewall.blocks.set(keyOf(target), { target, at: position, untilMs: event.untilMs })
  firewall.nextMs = Number.POSITIVE_INFINITY
  for (const { untilMs } of firewall.blocks.values())
    if (untilMs !== undefined) firewall.nextMs = Math.min(firewall.nextMs, untilMs)
}

/** Blocks that are over at that instant and were not lifted yet. */
export const due = (firewall: Firewall, nowMs: number): ReadonlyArray<Block> =>
  firewall.nextMs > nowMs
    ? []
    : [...firewall.blocks.values()].filter(
        ({ untilMs }) => untilMs !== undefined && untilMs <= nowMs,
      )

export const find = (firewall: Firewall, target: Target): Block | undefined =>
  firewall.blocks.get(keyOf(target))

/** What blocks a reception, if something does: its station, device, customer, or a group above its device. */
export const blockOn = (
  firewall: Firewall,
  groups: Groups,
  heard: {
    readonly station: string
    readonly device: string
    readonly customer: string | undefined
    readonly group: string | undefined
  },
): Block | undefined => {
  const { blocks } = firewall
  if (blocks.size === 0) return undefined
  const { customer, device, group, station } = heard
  const own = blocks.get(`device/${device}`) ?? blocks.get(`station/${station}`)
  if (own !== undefined) return own
  const byCustomer = customer === undefined ? undefined : blocks.get(`customer/${customer}`)
  if (byCustomer !== undefined) return byCustomer
  for (const above of lineOf(groups, group)) {
    const byGroup = blocks.get(`group/${above}`)
    if (byGroup !== undefined) return byGroup
  }
  return undefined
}

export const targetOf = ({ customer, device, group, station }: Target): Target => {
  if (station !== undefined) return { station }
  if (device !== undefined) return { device }
  if (customer !== undefined) return { customer }
  return group === undefined ? {} : { group }
}

export const keyOf = ({ customer, device, group, station }: Target): string => {
  if (station !== undefined) return `station/${station}`
  if (device !== undefined) return `device/${device}`
  return customer === undefined ? `group/${group ?? ""}` : `customer/${customer}`
}

/** How many things are named. */
export const namedIn = ({ customer, device, group, station }: Target): number =>
  [customer, device, group, station].filter((each) => each !== undefined).length
