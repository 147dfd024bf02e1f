/**
 * The recent messages and their tallies: see `Tally.ts` for what belongs together.
 *
 * A device's tallies are changed in place by the state that owns them (see `kernel/owner.ts`), since
 * most events are receptions; all other states copy them first.
 */
import { isControl } from "../../core/decide/Attempts.ts"
import type { Position, Recorded } from "../../core/event/Envelope.ts"
import { policyDefault } from "../../core/event/policy.ts"
import type { FrameHeard } from "../../core/event/reception.ts"
import type { MessageReported, ReceptionReported } from "../../core/event/report.ts"
import { outside } from "../../core/event/subjects.ts"
import { type Owned, owner, type Owner } from "../../core/kernel/owner.ts"
import type { Json, Projection } from "../Projection.ts"
import * as Tally from "./Tally.ts"

export interface State {
  owner: Owner
  readonly byDevice: Map<string, Entry>
  /** Device of message number n at n mod `messagesMax`: finds the oldest message when one must make room. */
  readonly ring: Array<string>
  /** Messages ever opened, and of those the ones that were reported. */
  opened: number
  openedReported: number
  tallyWindowMs: number
}

export interface Entry extends Owned {
  /** Oldest first. */
  readonly tallies: Array<Tally.Kept>
}

const apply = (draft: State, recorded: Recorded): void => {
  const { event } = recorded
  switch (event._tag) {
    case "FrameHeard":
      if (event.check === "ok") heard(draft, recorded, event)
      return
    case "MessageAccepted": {
      const { epoch, policy, standing = "unknown", warning } = event
      return decided(draft, event.device, recorded, epoch, {
        position: recorded.position,
        accepted: true,
        reason: null,
        warning: warning ?? null,
        standing,
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
        standing: null,
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
    case "ReceptionsRepeated":
    case "EarlierTwinFound":
      return
    default:
      return outside<"decision" | "policy" | "reception" | "report">(event)
  }
}

const initial = (): State => ({
  owner: {},
  byDevice: new Map(),
  ring: [],
  opened: 0,
  openedReported: 0,
  tallyWindowMs: policyDefault.tallyWindowMs,
})

export const projection: Projection<State> = {
  name: "tally",
  version: 2,
  initial,
  apply,
  copy: (state) => {
    state.owner = {}
    return {
      ...state,
      owner: {},
      byDevice: new Map(state.byDevice),
      ring: state.ring.slice(),
    }
  },
  encode: ({ byDevice, opened, openedReported, tallyWindowMs }) => ({
    opened,
    openedReported,
    tallyWindowMs,
    tallies: [...byDevice.values()]
      .flatMap(({ tallies }) => tallies)
      .toSorted((a, b) => a.serial - b.serial),
  }),
  decode: (json: Json): State => {
    // Written by `encode` of the same version; snapshots carry a digest that was checked.
    const { tallies, ...from } = json as unknown as Encoded
    const state = { ...initial(), ...from }
    // Places of messages that are no longer kept stay empty: nothing is found through them.
    state.ring.length = Math.min(from.opened, Tally.messagesMax)
    state.ring.fill("")
    for (const tally of tallies) {
      state.ring[tally.serial % Tally.messagesMax] = tally.device
      entryOf(state, tally.device).tallies.push({ ...tally, cells: tally.cells.slice() })
    }
    return state
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
  (state.byDevice.get(device)?.tallies ?? []).toReversed()

/** The device's newest kept message of that number; of that epoch, where one is given. */
export const find = (
  state: State,
  device: string,
  seq: number,
  epoch?: number,
): Tally.Tally | undefined =>
  state.byDevice
    .get(device)
    ?.tallies.findLast(
      (tally) => tally.seq === seq && (epoch === undefined || tally.epoch === epoch),
    )

/** The kept message that a source names so. Walks over all that are kept. */
export const findById = (state: State, source: string, id: string): Tally.Tally | undefined => {
  for (const { tallies } of state.byDevice.values())
    for (const tally of tallies) if (tally.id === id && tally.source === source) return tally
  return undefined
}

/** The kept message whose first reception or report stands at this position. */
export const openedAt = (
  state: State,
  device: string,
  firstAt: Position,
): Tally.Tally | undefined =>
  state.byDevice.get(device)?.tallies.findLast((tally) => tally.firstAt === firstAt)

/** The device's entry, to be changed in place. */
const entryOf = (draft: State, device: string): Entry => {
  const known = draft.byDevice.get(device)
  if (known !== undefined && known[owner] === draft.owner) return known
  const tallies = (known?.tallies ?? []).map(copyOf)
  const entry = { [owner]: draft.owner, tallies }
  draft.byDevice.set(device, entry)
  return entry
}

const copyOf = (tally: Tally.Kept): Tally.Kept => {
  const { cells, ...rest } = tally
  return { ...rest, cells: cells.slice() }
}

/** The hot path: most events are receptions. */
const heard = (draft: State, recorded: Recorded, event: FrameHeard): void => {
  const { occurredMs, position } = recorded
  const { device, seq } = event
  const { digest } = event.payload
  const isControlFrame = isControl(event.frameType)
  const cell = {
    position,
    station: event.station,
    rank: event.rank,
    repetitions: null,
    rssiDbm: event.rssiDbm ?? null,
    snrDb: event.snrDb ?? null,
    frequencyHz: event.frequencyHz ?? null,
    delayMs: 0,
  }
  const { tallies } = entryOf(draft, device)
  for (let i = tallies.length - 1; i >= 0; i--) {
    const tally = tallies[i]
    if (
      tally.seq === seq &&
      !tally.reported &&
      tally.digest === digest &&
      tally.isControl === isControlFrame &&
      Math.abs(occurredMs - tally.firstMs) <= draft.tallyWindowMs
    )
      return Tally.addCell(tally, cell, occurredMs)
  }
  open(draft, tallies, {
    serial: draft.opened,
    device,
    reported: false,
    source: event.source,
    seq,
    epoch: null,
    id: null,
    isControl: isControlFrame,
    digest,
    payloadLength: event.payload.length,
    firstAt: position,
    firstMs: occurredMs,
    lastMs: occurredMs,
    cells: [cell],
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
  if (!draft.byDevice.has(device)) return
  const { tallies } = entryOf(draft, device)
  const tally = tallies.findLast((each) => each.firstAt === causes[0] && !each.reported)
  if (tally === undefined) return
  tally.epoch = epoch ?? tally.epoch
  tally.verdict = verdict
}

const messageReported = (draft: State, recorded: Recorded, event: MessageReported): void => {
  const { occurredMs, position } = recorded
  const { tallies } = entryOf(draft, event.device)
  const known = tallies.findLast(
    (each) =>
      each.reported &&
      each.source === event.source &&
      (event.seq === undefined
        ? event.id !== undefined && each.id === event.id
        : each.seq === event.seq && Math.abs(occurredMs - each.firstMs) <= draft.tallyWindowMs),
  )
  const tally = known ?? reported(draft, recorded, event.device, event.source)
  tally.seq = event.seq ?? tally.seq
  tally.id = event.id ?? tally.id
  tally.digest = event.payload?.digest ?? tally.digest
  tally.payloadLength = event.payload?.length ?? tally.payloadLength
  tally.reportedLqi = event.lqi ?? tally.reportedLqi
  for (const { frequencyHz, repetitions, rssiDbm, snrDb, station } of event.stations)
    // Several reports may name one station: the first that did so counts.
    if (!tally.cells.some((cell) => cell.station === station))
      Tally.addCell(
        tally,
        {
          position,
          station,
          rank: null,
          repetitions: repetitions ?? null,
          rssiDbm: rssiDbm ?? null,
          snrDb: snrDb ?? null,
          frequencyHz: frequencyHz ?? null,
          delayMs: 0,
        },
        occurredMs,
      )
  if (known === undefined) open(draft, tallies, tally)
}

const receptionReported = (draft: State, recorded: Recorded, event: ReceptionReported): void => {
  const { occurredMs, position } = recorded
  const { tallies } = entryOf(draft, event.device)
  const known = tallies.findLast(
    (each) => each.reported && each.source === event.source && each.id === event.id,
  )
  const tally = known ?? reported(draft, recorded, event.device, event.source)
  tally.id = event.id
  Tally.addCell(
    tally,
    {
      position,
      station: event.station,
      rank: null,
      repetitions: null,
      rssiDbm: event.rssiDbm ?? null,
      snrDb: null,
      frequencyHz: null,
      delayMs: 0,
    },
    occurredMs,
  )
  if (known === undefined) open(draft, tallies, tally)
}

const reported = (
  draft: State,
  recorded: Recorded,
  device: string,
  source: string,
): Tally.Kept => ({
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

/** `tallies` are those of the message's device. */
const open = (draft: State, tallies: Array<Tally.Kept>, tally: Tally.Kept): void => {
  const slot = draft.opened % Tally.messagesMax
  if (tallies.length === Tally.perDeviceMax) tallies.shift()
  tallies.push(tally)
  if (draft.opened >= Tally.messagesMax) makeRoom(draft, draft.ring[slot])
  draft.ring[slot] = tally.device
  draft.opened++
  if (tally.reported) draft.openedReported++
}

/** The message that was opened `messagesMax` ago goes, unless it went for a newer one of its device. */
const makeRoom = (draft: State, device: string): void => {
  const known = draft.byDevice.get(device)
  if (known?.tallies[0].serial !== draft.opened - Tally.messagesMax) return
  if (known.tallies.length === 1) draft.byDevice.delete(device)
  else entryOf(draft, device).tallies.shift()
}
