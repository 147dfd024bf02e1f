/**
 * Decides whether and how a device that asked is answered: by its customer, else by its default, through the
 * enrolled station that kept its trust and heard it best, within its window and its quota, or not at all and why.
 *
 * Times are the source's: the window is counted by the stations' clocks, and `atMs` is ours.
 */
import type { DownlinkBy, DownlinkRefusalReason } from "../event/downlink.ts"
import type { DeviceId, StationId } from "../event/ids.ts"
import type { Told } from "../event/registration.ts"
import type { Sealed } from "../event/sealed.ts"
import * as DownlinkWindow from "../frame/DownlinkWindow.ts"
import type { Checks, Emit } from "./decideFrame.ts"
import * as Downlinks from "./Downlinks.ts"
import type * as Network from "./Network.ts"
import { owe } from "./owed.ts"

/** Bytes of a downlink's payload (SIGFOX.md part 2). */
export const payloadLength = 8

/** What a station is given to make ready. This project's own choice. */
export const leadMs = 500

/** A station's acknowledgement is waited for so long after the window. This project's own choice. */
export const acknowledgedWithinMs = 5_000

/** The uplink that asked. */
export interface Asking {
  readonly device: DeviceId
  readonly seq: number
  readonly epoch: number
}

/** What happened to an asking, or that its time came. */
export type Step = Asking & { readonly atMs: number } & (
    | {
        readonly _tag: "Answered"
        /** Whether the message that was answered asked. */
        readonly asked: boolean
        /** Undefined: the answer is not eight bytes for this device. */
        readonly payload: Uint8Array | undefined
      }
    | { readonly _tag: "FellDue" }
    | { readonly _tag: "Transmitted"; readonly station: StationId; readonly mac: string }
    | { readonly _tag: "NotTransmitted"; readonly station: StationId; readonly error: string }
  )

type Of<Tag extends Step["_tag"]> = Extract<Step, { readonly _tag: Tag }>

/** `causes`: what led to this step, such as the answer's delivery. Nothing is emitted for what is settled already. */
export const decideDownlink = (
  state: Network.State,
  checks: Pick<Checks, "seal">,
  step: Step,
  causes: ReadonlyArray<number>,
  emit: Emit,
): void => {
  const ask = Downlinks.find(state.downlinks, step)
  switch (step._tag) {
    case "Answered":
      return answered(state, checks, step, ask, causes, emit)
    case "FellDue":
      if (ask !== undefined) fellDue(state, step, ask, emit)
      return
    case "Transmitted":
      if (ask !== undefined) transmitted(state, step, ask, emit)
      return
    case "NotTransmitted":
      if (ask?.stage === "scheduled" && ask.transmittedAt < 0)
        notTransmitted(state, step, ask, step, emit)
      return
  }
}

/** When the asking is to be looked at next, by its state; undefined when it is settled. */
export const dueMs = (ask: Downlinks.Ask, hasDefault: boolean): number | undefined => {
  switch (ask.stage) {
    case "asked":
      return hasDefault ? ask.opensAtMs : ask.closesAtMs
    case "scheduled":
      return ask.transmittedAt < 0 ? ask.closesAtMs + acknowledgedWithinMs : ask.confirmByMs
    case "heard":
    case "over":
      return undefined
  }
}

const answered = (
  state: Network.State,
  checks: Pick<Checks, "seal">,
  step: Of<"Answered">,
  ask: Downlinks.Ask | undefined,
  causes: ReadonlyArray<number>,
  emit: Emit,
): void => {
  if (!step.asked) return refuse(state, step, "not-asked", causes, emit)
  // Forgotten under a flood, or asked before this twin began: either way its window is long over.
  if (ask === undefined) return refuse(state, step, "window-closed", causes, emit)
  if (ask.stage !== "asked") return
  const because = [ask.askedAt, ...causes]
  const { payload } = step
  if (payload?.length !== payloadLength)
    return refuse(state, step, "invalid-payload", because, emit)
  schedule(
    state,
    step,
    ask,
    { by: "customer", seal: () => sealed(checks, step, payload), because },
    emit,
  )
}

const fellDue = (
  state: Network.State,
  step: Of<"FellDue">,
  ask: Downlinks.Ask,
  emit: Emit,
): void => {
  const device = state.devices.get(step.device)
  const due = dueMs(ask, device?.downlinkDefault !== undefined)
  if (due === undefined || step.atMs < due) return
  if (ask.stage === "asked") {
    const given = device?.downlinkDefault
    if (given === undefined) return refuse(state, step, "no-answer", [ask.askedAt], emit)
    const because = [ask.askedAt, given.at]
    return schedule(state, step, ask, { by: "default", seal: () => given.payload, because }, emit)
  }
  const { station } = ask
  if (station === undefined) return
  if (ask.transmittedAt < 0)
    return notTransmitted(state, step, ask, { station, error: "no-acknowledgement" }, emit)
  emit({ _tag: "DownlinkUnconfirmed", ...asking(step), station }, step.atMs, [ask.transmittedAt])
}

const schedule = (
  state: Network.State,
  step: Asking & { readonly atMs: number },
  ask: Downlinks.Ask,
  what: {
    readonly by: DownlinkBy
    readonly seal: () => Sealed
    readonly because: ReadonlyArray<number>
  },
  emit: Emit,
): void => {
  const device = state.devices.get(step.device)
  const no = (reason: DownlinkRefusalReason): void =>
    refuse(state, step, reason, what.because, emit)
  if (device === undefined || device.retired) return no("retired-device")
  const transmitAtMs = Math.max(ask.opensAtMs, Math.ceil(step.atMs + leadMs))
  if (transmitAtMs + DownlinkWindow.airtimeMs > ask.closesAtMs) return no("window-closed")
  if (Downlinks.usedOn(device.downlinks, transmitAtMs) >= state.policy.policy.downlinksPerDay)
    return no("quota")
  const by = ask.heard.find(({ station }) => maySend(state.stations.get(station)))
  if (by === undefined) return no("no-station")
  const zone = DownlinkWindow.zoneOf(device.radioZone)
  const rule = state.policy.position >= 0 ? [state.policy.position] : []
  emit(
    {
      _tag: "DownlinkScheduled",
      ...asking(step),
      station: by.station,
      by: what.by,
      payload: what.seal(),
      keyVersion: ask.keyVersion,
      ...(by.frequencyHz === undefined
        ? {}
        : { frequencyHz: DownlinkWindow.answerHz(zone, by.rank, by.frequencyHz) }),
      transmitAtMs,
      closesAtMs: ask.closesAtMs,
      policy: state.policy.version,
    },
    step.atMs,
    [...what.because, by.at, ...rule],
  )
}

const transmitted = (
  state: Network.State,
  step: Of<"Transmitted">,
  ask: Downlinks.Ask,
  emit: Emit,
): void => {
  // A confirmation may overtake the station's acknowledgement; both are recorded.
  if (ask.scheduledAt < 0 || ask.transmittedAt >= 0) return
  const { mac, station } = step
  const { tallyWindowMs } = state.policy.policy
  const confirmByMs = Math.max(ask.confirmByMs, Downlinks.confirmBy(step.atMs, tallyWindowMs))
  const at = emit(
    { _tag: "DownlinkTransmitted", ...asking(step), station, mac, confirmByMs },
    step.atMs,
    [ask.scheduledAt],
  )
  acknowledge(state, step, at, emit)
}

const notTransmitted = (
  state: Network.State,
  step: Asking & { readonly atMs: number },
  ask: Downlinks.Ask,
  what: { readonly station: StationId; readonly error: string },
  emit: Emit,
): void => {
  const { error, station } = what
  const at = emit({ _tag: "DownlinkNotTransmitted", ...asking(step), station, error }, step.atMs, [
    ask.scheduledAt,
  ])
  acknowledge(state, step, at, emit)
}

const refuse = (
  state: Network.State,
  step: Asking & { readonly atMs: number },
  reason: DownlinkRefusalReason,
  causes: ReadonlyArray<number>,
  emit: Emit,
): void => {
  const policy = state.policy.version
  const event = { _tag: "DownlinkRefused", ...asking(step), reason, policy } as const
  const at = emit(event, step.atMs, causes)
  // Who answered a message that asked for nothing is told nothing.
  if (reason !== "not-asked") acknowledge(state, step, at, emit)
}

/** What became of it is owed to whom it concerns (SIGFOX.md part 6, ACKNOWLEDGE). */
const acknowledge = (
  state: Network.State,
  step: Asking & { readonly atMs: number },
  at: number,
  emit: Emit,
): void => owe(state, step, toldOfDownlink, { at, atMs: step.atMs }, emit)

const toldOfDownlink: ReadonlyArray<Told> = ["acknowledge"]

/** Enrolled, and nothing speaks against it. Not yet attested stations are taken, as their receptions are. */
const maySend = (station: Network.Station | undefined): boolean =>
  station !== undefined && station.enrolled && !station.retired && station.trust !== "lost"

const asking = ({ device, epoch, seq }: Asking): Asking => ({ device, seq, epoch })

const sealed = (
  checks: Pick<Checks, "seal">,
  { device, epoch, seq }: Asking,
  payload: Uint8Array,
): Sealed =>
  checks.seal({ device, stranger: false, packet: named(`${seq}@${epoch}`, payload), payload })

/** The payload of a device's default, sealed. */
export const sealedDefault = (
  checks: Pick<Checks, "seal">,
  device: DeviceId,
  payload: Uint8Array,
): Sealed => checks.seal({ device, stranger: false, packet: named("default", payload), payload })

/** What a digest is over. Longer than any uplink packet and not begun as any report's, so that no two are alike. */
const named = (name: string, payload: Uint8Array): Uint8Array => {
  const bytes = new TextEncoder().encode(`\0downlink ${name} `)
  const packet = new Uint8Array(bytes.length + payload.length)
  packet.set(bytes)
  packet.set(payload, bytes.length)
  return packet
}
