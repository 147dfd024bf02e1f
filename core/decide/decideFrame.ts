/**
 * Decides on one reception: what to record, and whether its message is accepted.
 *
 * A message is accepted on its first good reception; further copies are recorded and nothing more.
 * Costly checks and sealing come in as functions and are asked once a packet, not once a copy.
 */
import type { Cause, Recorded } from "../event/Envelope.ts"
import type { MessageKind, RefusalReason as Refusal } from "../event/decision.ts"
import type { Event } from "../event/Event.ts"
import { addressOf, type DeviceId, deviceIdOf } from "../event/ids.ts"
import type { Told } from "../event/registration.ts"
import type { BytesHeard, FrameCheck, FrameHeard, FrameSign } from "../event/reception.ts"
import type { Sealed } from "../event/sealed.ts"
import * as ControlPayload from "../frame/ControlPayload.ts"
import type { RefusalReason } from "../frame/Frame.ts"
import { headerLength } from "../frame/FrameType.ts"
import type * as Slot from "../frame/Slot.ts"
import * as Uplink from "../frame/Uplink.ts"
import * as WrapPadding from "../frame/WrapPadding.ts"
import * as Bytes from "../kernel/Bytes.ts"
import * as Rejected from "../kernel/Rejected.ts"
import * as Attested from "./Attested.ts"
import * as Attempts from "./Attempts.ts"
import * as CounterWindow from "./CounterWindow.ts"
import { confirmedOrStray, downlinkAsked } from "./askedDownlink.ts"
import * as Downlinks from "./Downlinks.ts"
import * as Firewall from "./Firewall.ts"
import type * as Network from "./Network.ts"
import { unknownStation } from "./Network.ts"
import { owe } from "./owed.ts"
import * as Rates from "./Rates.ts"
import type { ReceivedFrame } from "./ReceivedFrame.ts"

/** What a decision needs and may not do itself. */
export interface Checks {
  /** Whether the MAC of the packet in the slot holds under the device's key of that version. */
  readonly macHolds: (slot: Slot.Slot, keyVersion: number) => boolean
  /** Seals a payload under the device's data key, or, for strangers, under one they share. */
  readonly seal: (what: {
    readonly device: DeviceId
    readonly stranger: boolean
    /** All that the digest is over. */
    readonly packet: Uint8Array
    readonly payload: Uint8Array
  }) => Sealed
}

/**
 * Records an event and lets the state take it in (unless it is told that it changes nothing there).
 * Gives the position it will have.
 */
export type Emit = (
  event: Event,
  occurredMs: number,
  causes: ReadonlyArray<Cause>,
  changesState?: boolean,
) => number

/** Decides on the frame in the slot, which `Uplink.decodeInto` read with this outcome. */
export const decideFrame = (
  state: Network.State,
  checks: Checks,
  slot: Slot.Slot,
  outcome: "ok" | "crc" | "reserved-flag",
  received: ReceivedFrame,
  emit: Emit,
): void => {
  switch (outcome) {
    case "ok":
      return decidePacket(state, checks, slot, received, emit)
    case "crc":
      emit(claimedFrame(checks, slot, received, "wrong-crc", true), received.heardAtMs, [])
      return
    case "reserved-flag": {
      const device = deviceIdOf(slot.device)
      const isKnown = knownDevice(state, device) !== undefined
      const check = isKnown ? "reserved-flag" : "unknown-device"
      const frame = claimedFrame(checks, slot, received, check, !isKnown)
      const at = emit(frame, received.heardAtMs, [])
      return refuse(state, device, slot.seq, check, at, received.heardAtMs, emit)
    }
  }
}

/** The fact that a station handed on bytes which are no frame. */
export const bytesHeard = (
  checks: Checks,
  slot: Slot.Slot,
  reason: Exclude<RefusalReason, "crc" | "reserved-flag">,
  received: ReceivedFrame,
): BytesHeard => {
  const { field, offset } = Uplink.refusalOf(reason, slot, received.frame)
  const bytes = bytesOf(received.frame)
  const device = deviceIdOf(0)
  return {
    _tag: "BytesHeard",
    source: received.source,
    station: received.station,
    bytes: checks.seal({ device, stranger: true, packet: bytes, payload: bytes }),
    reason,
    field,
    offset,
    ...(received.rssiDbm === undefined ? {} : { rssiDbm: received.rssiDbm }),
  }
}

/** A frame that is exactly one: checked, put to its attempt, decided on if that is new. */
const decidePacket = (
  state: Network.State,
  checks: Checks,
  slot: Slot.Slot,
  received: ReceivedFrame,
  emit: Emit,
): void => {
  const id = deviceIdOf(slot.device)
  const device = knownDevice(state, id)
  const attempts = device === undefined ? state.strangers : state.attempts
  const { heardAtMs } = received
  const windowMs = state.policy.policy.tallyWindowMs
  const sought = {
    device: id,
    seq: slot.seq,
    control: slot.control,
    heardAtMs,
    windowMs,
    body: slot.body,
    packetLength: slot.packetLength,
  }
  const remembered = Attempts.findByPacket(attempts, sought)
  if (remembered !== undefined) {
    const copy = frameHeard(slot, received, id, remembered)
    // Who heard a message that asks is asked when it is answered; of others a copy changes nothing.
    const at = emit(copy, heardAtMs, [], Downlinks.asks(slot.flags))
    return judge(state, device, remembered, slot, received, at, emit)
  }
  const packet = slot.body.slice(0, slot.packetLength)
  const payload = packet.subarray(headerLength, headerLength + slot.payloadLength)
  const sealed = checks.seal({ device: id, stranger: device === undefined, packet, payload })
  const known = Attempts.findByDigest(attempts, { ...sought, digest: sealed.digest })
  const check = known?.check ?? checkOf(device, checks, slot)
  const keyVersion =
    known?.keyVersion ?? (check === "unknown-device" ? 0 : (device?.keyVersion ?? 0))
  const signs = known === undefined ? signsOf(check, slot, packet, payload) : known.signs
  const mac = hexOfRange(slot.body, headerLength + slot.payloadLength, slot.packetLength)
  const at = emit(
    frameHeard(slot, received, id, { check, keyVersion, payload: sealed, signs, mac }),
    heardAtMs,
    [],
  )
  const attempt =
    known === undefined
      ? Attempts.openedAt(attempts, id, at)
      : Attempts.findByDigest(attempts, { ...sought, digest: sealed.digest })
  if (attempt !== undefined) {
    attempt.packet = packet
    attempt.mac = mac
  }
  judge(state, device, attempt, slot, received, at, emit)
}

/**
 * Decides again on a reception as it was recorded, under what the state holds now: its checks were made when it came
 * in and are taken as they are. The slot's bytes are not filled, since the payload is sealed: what a confirmation
 * says is not read again.
 */
export const decideAgain = (
  state: Network.State,
  recorded: Pick<Recorded, "occurredMs">,
  frame: FrameHeard,
  emit: Emit,
): void => {
  const heardAtMs = recorded.occurredMs
  const at = emit(frame, heardAtMs, [])
  const received = { ...frame, heardAtMs, frame: "" }
  const { check, device: id, seq } = frame
  if (check === "wrong-crc") return
  if (check === "reserved-flag") return refuse(state, id, seq, check, at, heardAtMs, emit)
  const isStranger = check === "unknown-device"
  const attempts = isStranger ? state.strangers : state.attempts
  // What could not be read for its flag has no MAC: it is refused as what it is.
  if (isStranger && frame.mac === "") return refuse(state, id, seq, check, at, heardAtMs, emit)
  const attempt = Attempts.findByDigest(attempts, {
    device: id,
    seq,
    control: Attempts.isControl(frame.frameType),
    heardAtMs,
    windowMs: state.policy.policy.tallyWindowMs,
    digest: frame.payload.digest,
  })
  const device = isStranger ? undefined : knownDevice(state, id)
  judge(state, device, attempt, slotOf(frame), received, at, emit)
}

/** What a recorded reception says of its packet. */
const slotOf = (frame: FrameHeard): Slot.Slot => ({
  body: noBytes,
  packetLength: headerLength + frame.payload.length + frame.mac.length / 2,
  payloadLength: frame.payload.length,
  macLength: frame.mac.length / 2,
  frameType: frame.frameType,
  rank: frame.rank,
  control: Attempts.isControl(frame.frameType),
  flags: frame.flags,
  seq: frame.seq,
  device: addressOf(frame.device) ?? 0,
  crc: frame.crc,
})

const noBytes = new Uint8Array(0)

/** The one place where a reception that is in leads to decisions: about its station, then about its message. */
const judge = (
  state: Network.State,
  device: Network.Device | undefined,
  attempt: Attempts.Attempt | undefined,
  slot: Slot.Slot,
  received: ReceivedFrame,
  at: number,
  emit: Emit,
): void => {
  // Of a copy the state may not have heard.
  state.rates.station = received.station
  lookAtStation(state, received, at, emit)
  if (attempt === undefined) return
  if (attempt.verdict === "open" || isAboutStation(attempt.reason))
    decideMessage(state, device, attempt, slot, received, at, emit)
}

/** Refusals that a copy by another station may still turn. */
const isAboutStation = (reason: Refusal | undefined): boolean =>
  reason === "station-not-trusted" || reason === "blocked" || reason === "station-rate"

/** What only the plain payload shows. Of frames with a right MAC: what others hold proves nothing. */
const signsOf = (
  check: FrameCheck,
  slot: Slot.Slot,
  packet: Uint8Array,
  payload: Uint8Array,
): ReadonlyArray<FrameSign> | undefined => {
  if (check !== "ok") return undefined
  if (slot.control) return isOddControl(payload) ? controlOdd : undefined
  const withoutMac = packet.subarray(0, packet.length - slot.macLength)
  return WrapPadding.originOf(withoutMac) === undefined ? undefined : wrapPadding
}

const wrapPadding: ReadonlyArray<FrameSign> = ["wrap-padding"]
const controlOdd: ReadonlyArray<FrameSign> = ["control-odd"]

const isOddControl = (payload: Uint8Array): boolean => {
  const control = ControlPayload.decode(payload)
  return Rejected.is(control) || ControlPayload.oddities(control).length > 0
}

/** A device without a key is a stranger here: nothing it sends can be checked. */
const knownDevice = (state: Network.State, id: string): Network.Device | undefined => {
  const device = state.devices.get(id)
  return device === undefined || device.keyVersion === 0 ? undefined : device
}

const checkOf = (
  device: Network.Device | undefined,
  checks: Checks,
  slot: Slot.Slot,
): FrameCheck => {
  if (device === undefined) return "unknown-device"
  return checks.macHolds(slot, device.keyVersion) ? "ok" : "wrong-mac"
}

const decideMessage = (
  state: Network.State,
  device: Network.Device | undefined,
  attempt: Attempts.Attempt,
  slot: Slot.Slot,
  received: ReceivedFrame,
  at: number,
  emit: Emit,
): void => {
  const id = deviceIdOf(slot.device)
  const { heardAtMs } = received
  const causes = at === attempt.firstAt ? [at] : [attempt.firstAt, at]
  const no = (reason: Refusal, more: ReadonlyArray<number> = [], limits = {}): void => {
    // A second copy by an untrusted or blocked station changes nothing.
    if (attempt.verdict === "refused" && attempt.reason === reason) return
    const refusedAt = emit(
      {
        _tag: "MessageRefused",
        device: id,
        seq: slot.seq,
        reason,
        ...limits,
        policy: state.policy.version,
      },
      heardAtMs,
      [...causes, ...more],
    )
    if (device === undefined || reason !== "out-of-sequence") return
    const message = { device: id, seq: slot.seq, epoch: device.window.epoch }
    owe(state, message, toldOfEvent, { at: refusedAt, atMs: heardAtMs }, emit)
  }
  if (device === undefined) return no("unknown-device")
  if (attempt.check === "wrong-mac") return no("wrong-mac")
  if (device.retired) return no("retired-device")
  const block = Firewall.blockOn(state.firewall, state.access.groups, {
    station: received.station,
    device: id,
    customer: device.customer,
    group: device.group,
  })
  if (block !== undefined) return no("blocked", [block.at])
  const station = state.stations.get(received.station) ?? unknownStation
  if (station.trust === "lost" && state.policy.policy.untrustedStations === "refuse")
    return no("station-not-trusted", [station.trustAt])
  const { policy } = state.policy
  const judgement = CounterWindow.judge(device.window, {
    seq: slot.seq,
    atMs: heardAtMs,
    contractPerDay: device.contractPerDay || policy.contractPerDay,
    rollover: device.rollover || policy.rollover,
    policy,
  })
  const standing = Attested.standingAt(
    station.attested,
    station.trust === "lost",
    heardAtMs,
    policy,
  )
  const rule = state.policy.position >= 0 ? [state.policy.position] : []
  if (!judgement.accepted) {
    const { expectedSeq, gapMax } = judgement
    return no(judgement.reason, rule, { expectedSeq, gapMax })
  }
  const over = Rates.overOf(state.rates, policy, device.customer)
  if (over !== undefined) {
    exceeded(state, over, { at, atMs: heardAtMs, rule }, emit)
    if (policy.shedding !== "detect") {
      no("station" in over ? "station-rate" : "customer-rate", rule)
      return blockedByPolicy(state, over, { at, atMs: heardAtMs, rule }, emit)
    }
  }
  const acceptedAt = emit(
    {
      _tag: "MessageAccepted",
      device: id,
      seq: slot.seq,
      epoch: judgement.epoch,
      kind: kindOf(slot),
      downlinkAsked: (slot.flags & 2) !== 0,
      missing: judgement.missing,
      ...(judgement.warning === undefined ? {} : { warning: judgement.warning }),
      ...(standing === "unknown" ? {} : { standing }),
      policy: state.policy.version,
    },
    heardAtMs,
    [...causes, ...rule],
  )
  const message = { device: id, seq: slot.seq, epoch: judgement.epoch }
  const because = { at: acceptedAt, atMs: heardAtMs }
  owe(state, message, toldAtOnce, because, emit)
  if (slot.control) owe(state, message, toldOfStatus, because, emit)
  if (judgement.warning === "break") owe(state, message, toldOfEvent, because, emit)
  if (Downlinks.asks(slot.flags))
    emit(downlinkAsked(device, message, slot, heardAtMs), heardAtMs, [acceptedAt, at])
  if (slot.control && attempt.signs === undefined) {
    const confirmed = confirmedOrStray(state, message, slot, heardAtMs)
    if (confirmed !== undefined) emit(confirmed.event, heardAtMs, [acceptedAt, ...confirmed.causes])
  }
}

interface Because {
  readonly at: number
  readonly atMs: number
  /** Position of the policy. */
  readonly rule: ReadonlyArray<number>
}

/** Says once that it is over its rate. */
const exceeded = (state: Network.State, over: Rates.Of, because: Because, emit: Emit): void => {
  const { policy, version } = state.policy
  const perMinute = Rates.perMinuteOf(policy, over)
  if (policy.shedding === "off" || Rates.isSaid(state.rates, over, perMinute)) return
  const { at, atMs, rule } = because
  const step = policy.shedding
  emit({ _tag: "RateExceeded", ...namedBy(over), perMinute, step, policy: version }, atMs, [
    at,
    ...rule,
  ])
}

/** The last step: what goes on for long is blocked for a while, unless that is done already or there is no room for it. */
const blockedByPolicy = (
  state: Network.State,
  over: Rates.Of,
  { at, atMs, rule }: Because,
  emit: Emit,
): void => {
  const { policy } = state.policy
  const { blockAfterShed, blockForMs } = policy
  if (policy.shedding !== "block" || Rates.shedOf(state.rates, over) < blockAfterShed) return
  if (state.firewall.blocks.size >= Firewall.blocksMax) return
  const target = namedBy(over)
  if (Firewall.find(state.firewall, target) !== undefined) return
  const perMinute = Rates.perMinuteOf(policy, over)
  const why = `${blockAfterShed} messages beyond ${perMinute} a minute were shed`
  const untilMs = state.rates.nowMs + blockForMs
  emit({ _tag: "TrafficBlocked", ...target, by: "policy", why, untilMs }, atMs, [at, ...rule])
}

const namedBy = (over: Rates.Of): Firewall.Target =>
  "station" in over ? { station: over.station } : { customer: over.customer }

const toldAtOnce: ReadonlyArray<Told> = ["bidir", "uplink", "data-advanced"]
const toldOfStatus: ReadonlyArray<Told> = ["status"]
const toldOfEvent: ReadonlyArray<Told> = ["event"]

/** A reception carries the station's configuration digest: a change of it changes the station's trust. */
const lookAtStation = (
  state: Network.State,
  received: ReceivedFrame,
  at: number,
  emit: Emit,
): void => {
  const { configDigest: seen, station: id, heardAtMs } = received
  const station = state.stations.get(id)
  if (seen === undefined || station?.reference === undefined) return
  const isSame = seen === station.reference
  if (isSame === (station.trust === "trusted") || heardAtMs < station.trustSinceMs) return
  // What a station says of itself can cost its trust; where it has a TPM, only evidence gives it back.
  if (isSame && station.attested !== null && station.attested.identity !== null) return
  const causes = station.trustAt >= 0 ? [at, station.trustAt] : [at]
  const policy = state.policy.version
  if (isSame)
    emit(
      { _tag: "StationTrustRestored", station: id, configDigest: seen, policy },
      heardAtMs,
      causes,
    )
  else
    emit(
      { _tag: "StationTrustLost", station: id, expected: station.reference, seen, policy },
      heardAtMs,
      causes,
    )
}

const refuse = (
  state: Network.State,
  device: DeviceId,
  seq: number,
  reason: Refusal,
  at: number,
  atMs: number,
  emit: Emit,
): void => {
  // Only the first copy: the others find the attempt decided.
  const attempts = reason === "unknown-device" ? state.strangers : state.attempts
  if (Attempts.openedAt(attempts, device, at) === undefined) return
  emit({ _tag: "MessageRefused", device, seq, reason, policy: state.policy.version }, atMs, [at])
}

const frameHeard = (
  slot: Slot.Slot,
  received: ReceivedFrame,
  device: DeviceId,
  known: {
    readonly check: FrameCheck
    readonly keyVersion: number
    readonly payload: Sealed
    readonly signs: ReadonlyArray<FrameSign> | undefined
    readonly mac: string
  },
): FrameHeard => {
  const frame: FrameHeard = {
    _tag: "FrameHeard",
    source: received.source,
    station: received.station,
    device,
    frameType: slot.frameType,
    rank: slot.rank,
    flags: slot.flags,
    seq: slot.seq,
    mac: known.mac,
    crc: slot.crc,
    payload: known.payload,
    check: known.check,
    keyVersion: known.keyVersion,
    ...measured(received),
  }
  return known.signs === undefined ? frame : { ...frame, signs: known.signs }
}

/**
 * A frame whose CRC or flag is wrong: its length indicator cannot be believed, so all bytes behind the
 * header are sealed as its payload and `mac` is empty.
 */
const claimedFrame = (
  checks: Checks,
  slot: Slot.Slot,
  received: ReceivedFrame,
  check: FrameCheck,
  stranger: boolean,
): FrameHeard => {
  const device = deviceIdOf(slot.device)
  const packet = slot.body.slice(0, slot.packetLength)
  const payload = packet.subarray(headerLength)
  return {
    _tag: "FrameHeard",
    source: received.source,
    station: received.station,
    device,
    frameType: slot.frameType,
    rank: slot.rank,
    flags: slot.flags,
    seq: slot.seq,
    mac: "",
    crc: slot.crc,
    payload: checks.seal({ device, stranger, packet, payload }),
    check,
    keyVersion: 0,
    ...measured(received),
  }
}

type Measured = Pick<FrameHeard, "rssiDbm" | "snrDb" | "frequencyHz" | "configDigest">

const measured = (received: ReceivedFrame): Measured => {
  const { rssiDbm, snrDb, frequencyHz, configDigest } = received
  if (rssiDbm !== undefined && snrDb !== undefined && frequencyHz !== undefined)
    return configDigest === undefined
      ? { rssiDbm, snrDb, frequencyHz }
      : { rssiDbm, snrDb, frequencyHz, configDigest }
  return {
    ...(rssiDbm === undefined ? {} : { rssiDbm }),
    ...(snrDb === undefined ? {} : { snrDb }),
    ...(frequencyHz === undefined ? {} : { frequencyHz }),
    ...(configDigest === undefined ? {} : { configDigest }),
  }
}

const kindOf = (slot: Slot.Slot): MessageKind => {
  if (slot.control) return "control"
  return slot.payloadLength > 0 ? "data" : slot.flags >> 2 === 0 ? "empty" : "bit"
}

const hexOfRange = (bytes: Uint8Array, from: number, to: number): string => {
  let hex = ""
  for (let i = from; i < to; i++) hex += Bytes.hexPair(bytes[i])
  return hex
}

/** What came in, as bytes to be sealed: the hex digits' own, or the text's where they are none. */
const bytesOf = (text: string): Uint8Array =>
  Bytes.fromHex(text.length % 2 === 0 ? text : `${text}0`) ??
  new TextEncoder().encode(text.slice(0, 64))
