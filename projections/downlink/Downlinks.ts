/**
 * Of each device what it was asked to be told: its last askings and what became of them, and how many of each there
 * were. A downlink that was sent and not confirmed counts in a row until one is.
 *
 * Only accepted messages ask, so there are no more devices here than were ever registered.
 */
import type { Position, Recorded } from "../../core/event/Envelope.ts"
import { outside } from "../../core/event/subjects.ts"
import { countUp, type Counts } from "../../core/kernel/countUp.ts"
import { keepRecent } from "../../core/kernel/keepRecent.ts"
import { sortedPairs, type Json, type Projection } from "../Projection.ts"

/** Askings kept of a device, the latest; older ones are found through the log's index. */
export const askingsMax = 8

export type Outcome =
  /** Its window is open, or its end was not told. */
  | "asked"
  | "scheduled"
  | "refused"
  | "transmitted"
  | "not-transmitted"
  | "confirmed"
  | "unconfirmed"

export type Asking = {
  readonly seq: number
  readonly epoch: number
  readonly askedMs: number
  readonly opensAtMs: number
  readonly closesAtMs: number
  readonly outcome: Outcome
  /** Why it was refused or not transmitted. */
  readonly reason: string | null
  readonly by: "customer" | "default" | null
  readonly station: string | null
  readonly transmitAtMs: number | null
  /** Of the downlink as the device heard it. */
  readonly rssiDbm: number | null
  /** Where it was asked, and what followed; a handful. */
  readonly because: ReadonlyArray<Position>
}

export type Device = {
  readonly device: string
  readonly asked: number
  readonly scheduled: number
  readonly transmitted: number
  readonly notTransmitted: number
  readonly confirmed: number
  readonly unconfirmed: number
  /** Sent and not confirmed since the last that was. */
  readonly unconfirmedInARow: number
  /** Confirmations of what this twin did not send. */
  readonly stray: number
  readonly refusedFor: Counts
  /** Where its default was set; null: it has none. */
  readonly defaultAt: Position | null
  /** Oldest first. */
  readonly askings: ReadonlyArray<Asking>
}

export interface State {
  readonly devices: Map<string, Device>
}

const apply = (draft: State, recorded: Recorded): void => {
  const { event, occurredMs, position } = recorded
  switch (event._tag) {
    case "DownlinkDefaultSet":
      return change(draft, event.device, () => ({
        defaultAt: event.payload === undefined ? null : position,
      }))
    case "DownlinkAsked": {
      const { closesAtMs, epoch, opensAtMs, seq } = event
      const asking: Asking = {
        ...fresh,
        seq,
        epoch,
        opensAtMs,
        closesAtMs,
        askedMs: occurredMs,
        because: [position],
      }
      return change(draft, event.device, ({ asked, askings }) => ({
        asked: asked + 1,
        askings: keepRecent(askings, asking, askingsMax),
      }))
    }
    case "DownlinkScheduled": {
      const { by, station, transmitAtMs } = event
      change(draft, event.device, ({ scheduled }) => ({ scheduled: scheduled + 1 }))
      return follow(draft, recorded, event, { outcome: "scheduled", by, station, transmitAtMs })
    }
    case "DownlinkRefused": {
      const { reason } = event
      change(draft, event.device, ({ refusedFor }) => ({ refusedFor: countUp(refusedFor, reason) }))
      return follow(draft, recorded, event, { outcome: "refused", reason })
    }
    case "DownlinkTransmitted":
      change(draft, event.device, ({ transmitted }) => ({ transmitted: transmitted + 1 }))
      return follow(draft, recorded, event, { outcome: "transmitted" })
    case "DownlinkNotTransmitted": {
      change(draft, event.device, ({ notTransmitted }) => ({ notTransmitted: notTransmitted + 1 }))
      const { error: reason, station } = event
      return follow(draft, recorded, event, { outcome: "not-transmitted", reason, station })
    }
    case "DownlinkConfirmed": {
      change(draft, event.device, ({ confirmed }) => ({
        confirmed: confirmed + 1,
        unconfirmedInARow: 0,
      }))
      return follow(draft, recorded, event, { outcome: "confirmed", rssiDbm: event.rssiDbm })
    }
    case "DownlinkUnconfirmed":
      change(draft, event.device, ({ unconfirmed, unconfirmedInARow }) => ({
        unconfirmed: unconfirmed + 1,
        unconfirmedInARow: unconfirmedInARow + 1,
      }))
      return follow(draft, recorded, event, { outcome: "unconfirmed" })
    case "StrayConfirmationHeard":
      return change(draft, event.device, ({ stray }) => ({ stray: stray + 1 }))
    default:
      return outside<"downlink">(event)
  }
}

export const projection: Projection<State> = {
  name: "downlink",
  version: 1,
  passesReceptions: true,
  initial: () => ({ devices: new Map() }),
  apply,
  copy: ({ devices }) => ({ devices: new Map(devices) }),
  encode: ({ devices }) => ({ devices: sortedPairs(devices).map(([, device]) => device) }),
  decode: (json: Json): State => {
    // Written by `encode` of the same version; snapshots carry a digest that was checked.
    const from = json as unknown as { readonly devices: ReadonlyArray<Device> }
    return { devices: new Map(from.devices.map((device) => [device.device, device])) }
  },
}

export const find = (state: State, device: string): Device | undefined => state.devices.get(device)

/** What became of a message's asking, where it is among the kept ones. */
export const ofMessage = (
  state: State,
  of: { readonly device: string; readonly seq: number; readonly epoch: number },
): Asking | undefined => {
  const askings = state.devices.get(of.device)?.askings ?? []
  return askings.findLast(({ epoch, seq }) => seq === of.seq && epoch === of.epoch)
}

const fresh = {
  outcome: "asked",
  reason: null,
  by: null,
  station: null,
  transmitAtMs: null,
  rssiDbm: null,
} as const

const change = (draft: State, id: string, how: (device: Device) => Partial<Device>): void => {
  const device = draft.devices.get(id) ?? {
    device: id,
    asked: 0,
    scheduled: 0,
    transmitted: 0,
    notTransmitted: 0,
    confirmed: 0,
    unconfirmed: 0,
    unconfirmedInARow: 0,
    stray: 0,
    refusedFor: {},
    defaultAt: null,
    askings: [],
  }
  draft.devices.set(id, { ...device, ...how(device) })
}

/** An asking has five events at most in a log of ours; others' may say more, and the first ones tell. */
const becauseMax = 8

/** Its asking may be among those no longer kept. */
const follow = (
  draft: State,
  { position }: Recorded,
  of: { readonly device: string; readonly seq: number; readonly epoch: number },
  what: Partial<Asking>,
): void =>
  change(draft, of.device, ({ askings }) => {
    const at = askings.findLastIndex(({ epoch, seq }) => seq === of.seq && epoch === of.epoch)
    const asking = askings[at]
    if (asking === undefined) return {}
    // The station's acknowledgement may come after the device's confirmation, and takes nothing back.
    const isLate = asking.outcome === "confirmed" && what.outcome === "transmitted"
    const because =
      asking.because.length < becauseMax ? [...asking.because, position] : asking.because
    return { askings: askings.with(at, { ...asking, ...(isLate ? {} : what), because }) }
  })
