/** The recent messages and their tallies: see `Tally.ts` for what belongs together. */
import { isControl } from "../../core/decide/Attempts.ts"
import type { Position, Recorded } from "../../core/event/Envelope.ts"
import { policyDefault } from "../../core/event/policy.ts"
import type { FrameHeard } from "../../core/event/reception.ts"
import type { MessageReported, ReceptionReported } from "../../core/event/report.ts"
import type { Json, Projection } from "../Projection.ts"
import * as Tally from "./Tally.ts"

export interface State {
  /** Oldest first. */
  readonly byDevice: Map<string, ReadonlyArray<Tally.Tally>>
  /** Device of message number n at n mod `messagesMax`: finds the oldest message when one must make room. */
  readonly ring: Array<string>
  /** Messages ever opened, and of those the ones that were reported. */
  opened: number
  openedReported: number
  tallyWindowMs: number
}

const apply = (draft: State, recorded: Recorded): void => {
  const { event } = recorded
  switch (event._tag) {
    case "FrameHeard":
      if (event.check === "ok") heard(draft, recorded, event)
      return
    case "MessageAccepted": {
      const { epoch, policy, warning } = event
      return decided(draft, event.device, recorded, epoch, {
        position: recorded.position,
        accepted: true,
        reason: null,
        warning: warning ?? null,
        policy,
      })
    }
    case "MessageRefused": {
      const { policy, reason } = event
      return decided(draft, event.device, recorded, null, {
        position: recorded.position,
        accepted: false,
        reason,
        warning: null,
        policy,
      })
    }
    case "MessageReported":
      return messageReported(draft, recorded, event)
    case "ReceptionReported":
      return receptionReported(draft, recorded, event)
    case "PolicyAdopted":
      draft.tallyWindowMs = event.policy.tallyWindowMs
      return
    case "BytesHeard":
    case "ServiceReported":
    case "DeviceRegistered":
    case "DeviceKeyReplaced":
    case "DeviceRetired":
    case "CounterDisengaged":
    case "StationEnrolled":
    case "StationRetired":
    case "DataCentreOpened":
    case "CustomerRegistered":
    case "CustomerRetired":
    case "DestinationAdded":
    case "DestinationRemoved":
    case "ReferenceValuesAdopted":
    case "StationTrustLost":
    case "StationTrustRestored":
    case "DeliveryOwed":
    case "DeliverySucceeded":
    case "DeliveryFailed":
    case "DeliveryAbandoned":
    case "LinkReported":
    case "DemoBegan":
    case "Ticked":
    case "Unknown":
      return
  }
}

const initial = (): State => ({
  byDevice: new Map(),
  ring: [],
  opened: 0,
  openedReported: 0,
  tallyWindowMs: policyDefault.tallyWindowMs,
})

export const projection: Projection<State> = {
  name: "tally",
  version: 1,
  initial,
  apply,
  copy: (state) => ({
    ...state,
    byDevice: new Map(state.byDevice),
    ring: state.ring.slice(),
  }),
  encode: ({ byDevice, opened, openedReported, tallyWindowMs }) => ({
    opened,
    openedReported,
    tallyWindowMs,
    tallies: [...byDevice.values()].flat().toSorted((a, b) => a.serial - b.serial),
  }),
  decode: (json: Json): State => {
    // Written by `encode` of the same version; snapshots carry a digest that was checked.
    const { tallies, ...from } = json as unknown as Encoded
    const state = { ...initial(), ...from }
    // Places of messages that are no longer kept stay empty: nothing is found through them.
    state.ring.length = Math.min(from.opened, Tally.messagesMax)
    state.ring.fill("")
    const lists = new Map<string, Array<Tally.Tally>>()
    for (const tally of tallies) {
      state.ring[tally.serial % Tally.messagesMax] = tally.device
      const list = lists.get(tally.device)
      if (list === undefined) lists.set(tally.device, [tally])
      else list.push(tally)
    }
    return { ...state, byDevice: lists }
  },
}

interface Encoded {
  readonly opened: number
  readonly openedReported: number
  readonly tallyWindowMs: number
  readonly tallies: ReadonlyArray<Tally.Tally>
}

/** Kept messages of a device, newest first. */
export const ofDevice = (state: State, device: string): ReadonlyArray<Tally.Tally> =>
  (state.byDevice.get(device) ?? []).toReversed()

/** The device's newest kept message of that number; of that epoch, where one is given. */
export const find = (
  state: State,
  device: string,
  seq: number,
  epoch?: number,
): Tally.Tally | undefined =>
  state.byDevice
    .get(device)
    ?.findLast((tally) => tally.seq === seq && (epoch === undefined || tally.epoch === epoch))

/** The kept message that a source names so. Walks over all that are kept. */
export const findById = (state: State, source: string, id: string): Tally.Tally | undefined => {
  for (const tallies of state.byDevice.values())
    for (const tally of tallies) if (tally.id === id && tally.source === source) return tally
  return undefined
}

/** The kept message whose first reception or report stands at this position. */
export const openedAt = (
  state: State,
  device: string,
  firstAt: Position,
): Tally.Tally | undefined =>
  state.byDevice.get(device)?.findLast((tally) => tally.firstAt === firstAt)

/** The hot path: most events are receptions. */
const heard = (draft: State, recorded: Recorded, event: FrameHeard): void => {
  const { occurredMs, position } = recorded
  const { device, seq } = event
  const { digest } = event.payload
  const control = isControl(event.frameType)
  const known = draft.byDevice.get(device)
  const cell = {
    position,
    station: event.station,
    rank: event.rank,
    repetitions: null,
    rssiDbm: event.rssiDbm ?? null,
    snrDb: event.snrDb ?? null,
    frequencyHz: event.frequencyHz ?? null,
  }
  if (known !== undefined)
    for (let i = known.length - 1; i >= 0; i--) {
      const tally = known[i]
      if (
        tally.seq === seq &&
        !tally.reported &&
        tally.digest === digest &&
        tally.isControl === control &&
        Math.abs(occurredMs - tally.firstMs) <= draft.tallyWindowMs
      ) {
        draft.byDevice.set(device, known.with(i, Tally.withCell(tally, cell, occurredMs)))
        return
      }
    }
  open(draft, {
    serial: draft.opened,
    device,
    reported: false,
    source: event.source,
    seq,
    epoch: null,
    id: null,
    isControl: control,
    digest,
    payloadLength: event.payload.length,
    firstAt: position,
    firstMs: occurredMs,
    lastMs: occurredMs,
    cells: [{ ...cell, delayMs: 0 }],
    cellsOver: 0,
    verdict: null,
    reportedLqi: null,
  })
}

/** The first cause of a decision is the message's first reception. */
const decided = (
  draft: State,
  device: string,
  { causes }: Recorded,
  epoch: number | null,
  verdict: Tally.TallyVerdict,
): void => {
  const known = draft.byDevice.get(device)
  if (known === undefined) return
  const at = known.findLastIndex((tally) => tally.firstAt === causes[0] && !tally.reported)
  if (at < 0) return
  const tally = known[at]
  draft.byDevice.set(device, known.with(at, { ...tally, epoch: epoch ?? tally.epoch, verdict }))
}

const messageReported = (draft: State, recorded: Recorded, event: MessageReported): void => {
  const { occurredMs, position } = recorded
  const known = draft.byDevice.get(event.device) ?? []
  const at = known.findLastIndex(
    (tally) =>
      tally.reported &&
      tally.source === event.source &&
      (event.seq === undefined
        ? event.id !== undefined && tally.id === event.id
        : tally.seq === event.seq && Math.abs(occurredMs - tally.firstMs) <= draft.tallyWindowMs),
  )
  let tally: Tally.Tally =
    at >= 0 ? known[at] : reported(draft, recorded, event.device, event.source)
  tally = {
    ...tally,
    seq: event.seq ?? tally.seq,
    id: event.id ?? tally.id,
    digest: event.payload?.digest ?? tally.digest,
    payloadLength: event.payload?.length ?? tally.payloadLength,
    reportedLqi: event.lqi ?? tally.reportedLqi,
  }
  for (const { frequencyHz, repetitions, rssiDbm, snrDb, station } of event.stations)
    // Several reports may name one station: the first that did so counts.
    if (!tally.cells.some((cell) => cell.station === station))
      tally = Tally.withCell(
        tally,
        {
          position,
          station,
          rank: null,
          repetitions: repetitions ?? null,
          rssiDbm: rssiDbm ?? null,
          snrDb: snrDb ?? null,
          frequencyHz: frequencyHz ?? null,
        },
        occurredMs,
      )
  if (at >= 0) draft.byDevice.set(event.device, known.with(at, tally))
  else open(draft, tally)
}

const receptionReported = (draft: State, recorded: Recorded, event: ReceptionReported): void => {
  const { occurredMs, position } = recorded
  const known = draft.byDevice.get(event.device) ?? []
  const at = known.findLastIndex(
    (tally) => tally.reported && tally.source === event.source && tally.id === event.id,
  )
  const tally = Tally.withCell(
    at >= 0
      ? known[at]
      : { ...reported(draft, recorded, event.device, event.source), id: event.id },
    {
      position,
      station: event.station,
      rank: null,
      repetitions: null,
      rssiDbm: event.rssiDbm ?? null,
      snrDb: null,
      frequencyHz: null,
    },
    occurredMs,
  )
  if (at >= 0) draft.byDevice.set(event.device, known.with(at, tally))
  else open(draft, tally)
}

const reported = (
  draft: State,
  recorded: Recorded,
  device: string,
  source: string,
): Tally.Tally => ({
  serial: draft.opened,
  device,
  reported: true,
  source,
  seq: null,
  epoch: null,
  id: null,
  isControl: false,
  digest: null,
  payloadLength: null,
  firstAt: recorded.position,
  firstMs: recorded.occurredMs,
  lastMs: recorded.occurredMs,
  cells: [],
  cellsOver: 0,
  verdict: null,
  reportedLqi: null,
})

const open = (draft: State, tally: Tally.Tally): void => {
  const slot = draft.opened % Tally.messagesMax
  if (draft.opened >= Tally.messagesMax) makeRoom(draft, draft.ring[slot])
  draft.ring[slot] = tally.device
  draft.opened++
  if (tally.reported) draft.openedReported++
  const known = draft.byDevice.get(tally.device) ?? []
  const kept = known.length < Tally.perDeviceMax ? known.slice() : known.slice(1)
  kept.push(tally)
  draft.byDevice.set(tally.device, kept)
}

/** The message that was opened `messagesMax` ago goes, unless it went for a newer one of its device. */
const makeRoom = (draft: State, device: string): void => {
  const known = draft.byDevice.get(device)
  if (known === undefined || known[0].serial !== draft.opened - Tally.messagesMax) return
  if (known.length === 1) draft.byDevice.delete(device)
  else draft.byDevice.set(device, known.slice(1))
}
