/**
 * What a block would have refused of messages that were accepted: a fold of past events, for trying a block before it is made.
 *
 * Through a blocked station a message is lost only where no other station heard it; so the receptions of each
 * message are held until its tally window is over.
 */
import { type Groups, isWithin } from "../../core/access/Groups.ts"
import type { Target } from "../../core/decide/Firewall.ts"
import type { Recorded } from "../../core/event/Envelope.ts"

/** As it is registered now. */
export interface Owner {
  readonly customer: string | undefined
  readonly group: string | undefined
}

interface Heard {
  readonly device: string
  readonly firstMs: number
  byTarget: boolean
  byOthers: boolean
  accepted: boolean
}

export interface Effect {
  /** Messages that were accepted in all. */
  accepted: number
  /** Of these, messages that would have been refused. */
  refused: number
  /** Messages that a blocked station heard and another one too: they would have come in all the same. */
  heardByOthers: number
  /** Refused ones by device. */
  readonly devices: Map<string, number>
  readonly customers: Map<string, { messages: number; readonly devices: Set<string> }>
}

export interface Trial {
  readonly effect: Effect
  readonly take: (recorded: Recorded) => void
  /** Counts what is still open. */
  readonly end: () => void
}

export const start = (given: {
  readonly target: Target
  readonly groups: Groups
  readonly ownerOf: (device: string) => Owner | undefined
  readonly tallyWindowMs: number
}): Trial => {
  const { groups, ownerOf, tallyWindowMs, target } = given
  const effect: Effect = {
    accepted: 0,
    refused: 0,
    heardByOthers: 0,
    devices: new Map(),
    customers: new Map(),
  }
  /** In the order of their first receptions. */
  const open = new Map<string, Heard>()

  const count = (device: string): void => {
    effect.refused++
    effect.devices.set(device, (effect.devices.get(device) ?? 0) + 1)
    const customer = ownerOf(device)?.customer
    if (customer === undefined) return
    const hit = effect.customers.get(customer) ?? { messages: 0, devices: new Set() }
    hit.messages++
    hit.devices.add(device)
    effect.customers.set(customer, hit)
  }

  const close = (key: string, heard: Heard): void => {
    open.delete(key)
    if (!heard.accepted || !heard.byTarget) return
    if (heard.byOthers) effect.heardByOthers++
    else count(heard.device)
  }

  const isOwners = (device: string): boolean => {
    const owner = ownerOf(device)
    if (target.device !== undefined) return target.device === device
    if (target.customer !== undefined) return owner?.customer === target.customer
    return target.group !== undefined && isWithin(groups, owner?.group, target.group)
  }

  return {
    effect,
    take: ({ event, occurredMs }) => {
      if (event._tag === "MessageAccepted") {
        effect.accepted++
        if (target.station === undefined) {
          if (isOwners(event.device)) count(event.device)
          return
        }
        const heard = open.get(`${event.device}:${event.seq}`)
        if (heard !== undefined) heard.accepted = true
        return
      }
      if (target.station === undefined || event._tag !== "FrameHeard" || event.check !== "ok")
        return
      for (const [key, heard] of open) {
        if (occurredMs - heard.firstMs <= tallyWindowMs) break
        close(key, heard)
      }
      const key = `${event.device}:${event.seq}`
      const heard = open.get(key) ?? {
        device: event.device,
        firstMs: occurredMs,
        byTarget: false,
        byOthers: false,
        accepted: false,
      }
      open.set(key, heard)
      if (event.station === target.station) heard.byTarget = true
      else heard.byOthers = true
    },
    end: () => {
      for (const [key, heard] of open) close(key, heard)
    },
  }
}
