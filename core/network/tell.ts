/**
 * What there is to tell of an obligation: the variables of its callback, read from the log where they are not in memory.
 *
 * Nothing is told of what cannot be read any more: its payload was erased, or its events are not in this log.
 */
import * as Effect from "effect/Effect"
import * as Stream from "effect/Stream"
import type { Position, Recorded } from "../event/Envelope.ts"
import type { MessageAccepted, MessageRefused } from "../event/decision.ts"
import type {
  DownlinkNotTransmitted,
  DownlinkRefused,
  DownlinkTransmitted,
} from "../event/downlink.ts"
import * as ControlPayload from "../frame/ControlPayload.ts"
import { linkQuality } from "../frame/linkQuality.ts"
import * as Bytes from "../kernel/Bytes.ts"
import * as Rejected from "../kernel/Rejected.ts"
import { readPayload, type Adoption } from "../keys/readPayload.ts"
import type { VaultShape } from "../keys/Vault.ts"
import type { EventLog, LogUnavailable } from "../log/EventLog.ts"
import * as Ledger from "./Ledger.ts"
import { locate, type Place } from "./locate.ts"
import type { Variables } from "./Template.ts"

/** Receptions of one message that its tally tells of. */
const duplicatesMax = 100

/** Copies come in within this time of each other. */
const copiesWithinMs = 60_000

export interface Told {
  readonly variables: Variables
  readonly message: Ledger.Message | undefined
}

/** What is known of a device besides its messages. */
export interface About {
  readonly group: string | undefined
  readonly radioZone: string | undefined
  readonly adoptions: ReadonlyArray<Adoption>
  readonly operator: Operator
  /** Where a station stands; undefined where that is not known. */
  readonly placeOf: (station: string) => Place | undefined
}

/** Who runs the network, as callbacks name it. */
export interface Operator {
  readonly name?: string | undefined
  /** ISO 3166-1 numeric, as the backend gives it. */
  readonly countryCode?: string | undefined
}

/** Undefined where nothing can be told. */
export const tell = (
  log: EventLog["Service"],
  vault: VaultShape,
  about: About,
  owed: Ledger.Owed,
): Effect.Effect<Told | undefined, LogUnavailable> => {
  const { notice } = owed.obligation
  const given = { log, vault, about, owed }
  if (notice === undefined) return atOnce(given)
  switch (notice) {
    case "uplink":
      return atOnce(given)
    case "status":
      return status(given)
    case "data-advanced":
      return advanced(given)
    case "acknowledge":
    case "event":
    case "error":
      return because(given)
  }
}

interface Given {
  readonly log: EventLog["Service"]
  readonly vault: VaultShape
  readonly about: About
  readonly owed: Ledger.Owed
}

type Telling = Effect.Effect<Told | undefined, LogUnavailable>

const atOnce = (given: Given): Telling =>
  Effect.map(messageOf(given), (message) => {
    const payload = message === undefined ? undefined : payloadOf(given, message)
    return message === undefined || payload === undefined
      ? undefined
      : { message, variables: variablesOf(given, message, payload) }
  })

const status = (given: Given): Telling =>
  Effect.map(messageOf(given), (message) => {
    const payload = message === undefined ? undefined : payloadOf(given, message)
    if (message === undefined || payload === undefined) return undefined
    const control = ControlPayload.decode(payload)
    const { data: _, ...variables } = variablesOf(given, message, payload)
    if (Rejected.is(control)) return { message, variables }
    return {
      message,
      variables: {
        ...variables,
        batt: control.idleMv / 1000,
        temp: control.temperatureDeciC / 10,
      },
    }
  })

const advanced = Effect.fnUntraced(function* (given: Given) {
  const { about, log, owed } = given
  const told = yield* atOnce(given)
  const heardAt = yield* heardAtOf(given)
  if (told?.message === undefined) return undefined
  const { payload, sentMs } = told.message
  const found = yield* log
    .query({
      device: owed.obligation.device,
      kinds: ["FrameHeard"],
      packet: payload.digest,
      from: heardAt,
      fromMs: sentMs - copiesWithinMs,
      toMs: sentMs + copiesWithinMs,
    })
    .pipe(Stream.flattenIterable, Stream.take(duplicatesMax), Stream.runCollect)
  const copies = found.flatMap(({ event }) => (event._tag === "FrameHeard" ? [event] : []))
  const byStation = new Map<string, Duplicate>()
  for (const { rssiDbm, snrDb, station } of copies.toReversed()) {
    const known = byStation.get(station) ?? { bsId: station, nbRep: 0 }
    known.nbRep++
    if (rssiDbm !== undefined && rssiDbm > (known.rssi ?? -Infinity)) known.rssi = rssiDbm
    if (snrDb !== undefined && snrDb > (known.snr ?? -Infinity)) known.snr = snrDb
    byStation.set(station, known)
  }
  const cells = copies.map(({ rssiDbm = null, station }) => ({ rssiDbm, station }))
  const quality = linkQuality(cells, about.radioZone ?? null)
  const snrs = copies.flatMap(({ snrDb }) => (snrDb === undefined ? [] : [snrDb]))
  return {
    message: told.message,
    variables: {
      ...told.variables,
      duplicates: [...byStation.values()],
      ...operatorOf(about.operator),
      ...locationOf(about.placeOf, [...byStation.values()]),
      duplicate: copies.length > 1,
      ...(quality === undefined ? {} : { linkQuality: quality, lqi: qualities[quality] }),
      ...(snrs.length === 0
        ? {}
        : { avgSnr: Math.round((snrs.reduce((a, b) => a + b, 0) / snrs.length) * 100) / 100 }),
    },
  }
})

interface Duplicate {
  readonly bsId: string
  nbRep: number
  rssi?: number
  snr?: number
}

const operatorOf = ({ countryCode, name }: Operator): Variables => ({
  ...(name === undefined ? {} : { operatorName: name }),
  ...(countryCode === undefined ? {} : { countryCode }),
})

/**
 * Where the device seems to be: the middle of the stations that heard it, the stronger the nearer (`core/network/locate.ts`). `lat` and `lng`
 * are the backend's older fields: the first station's place in whole degrees.
 */
const locationOf = (placeOf: About["placeOf"], heardBy: ReadonlyArray<Duplicate>): Variables => {
  const computed = locate(
    heardBy.flatMap(({ bsId, rssi }) => {
      const place = placeOf(bsId)
      return place === undefined ? [] : [{ ...place, dbm: rssi ?? unmeasuredDbm }]
    }),
  )
  const first = heardBy.length === 0 ? undefined : placeOf(heardBy[0].bsId)
  return {
    ...(computed === undefined ? {} : { computedLocation: computed }),
    ...(first === undefined ? {} : { lat: Math.round(first.lat), lng: Math.round(first.lng) }),
  }
}

/** Where a station measured nothing: at the edge of what is heard. */
const unmeasuredDbm = -135

const qualities = ["Limit", "Average", "Good", "Excellent"]

const because = (given: Given): Telling =>
  Effect.gen(function* () {
    const cause = yield* causeOf(given.log, given.owed.owedAt)
    if (cause === undefined) return undefined
    const { event, occurredMs } = cause
    const { device, seq } = given.owed.obligation
    const base = { ...groupOf(given.about), device, time: Math.floor(occurredMs / 1000) }
    const told = (variables: Variables): Told => ({
      variables: { ...base, ...variables },
      message: undefined,
    })
    // Only what makes something owed matters here.
    // oxlint-disable-next-line typescript/switch-exhaustiveness-check
    switch (event._tag) {
      case "DownlinkTransmitted":
      case "DownlinkRefused":
      case "DownlinkNotTransmitted":
        return told({ ...acknowledgement(event), seqNumber: seq })
      case "MessageAccepted":
        return given.owed.obligation.notice === "error"
          ? told({ info: "no message since", severity: "ERROR", seqNumber: seq })
          : told(sequence(event))
      case "MessageRefused":
        return told(sequence(event))
      default:
        return undefined
    }
  })

/** Codes of SIGFOX.md part 6; ACKED means that the station sent it. */
const acknowledgement = (
  event: DownlinkTransmitted | DownlinkRefused | DownlinkNotTransmitted,
): Variables => {
  const [infoCode, infoMessage] = infoOf(event)
  return {
    infoCode,
    infoMessage,
    downlinkAck: infoCode === 0,
    downlinkOverusage: event._tag === "DownlinkRefused" && event.reason === "quota",
  }
}

const infoOf = (
  event: DownlinkTransmitted | DownlinkRefused | DownlinkNotTransmitted,
): readonly [number, string] => {
  if (event._tag === "DownlinkTransmitted") return [0, "ACKED"]
  if (event._tag === "DownlinkNotTransmitted") return [4, "NETWORK_ERROR"]
  switch (event.reason) {
    case "no-answer":
    case "window-closed":
    case "not-asked":
      return [1, "NO_ANSWER"]
    case "invalid-payload":
      return [2, "INVALID_PAYLOAD"]
    case "quota":
      return [3, "OVERRUN_ERROR"]
    case "no-station":
      return [4, "NETWORK_ERROR"]
    case "retired-device":
      return [6, "NO_DOWNLINK_CONTRACT"]
  }
}

/** Where a counter turns that nobody set otherwise. */
const turn = 4096

const sequence = (event: MessageAccepted | MessageRefused): Variables => {
  const own = {
    eventType: "SEQUENCE_NUMBER",
    deviceMessageSeqnumber: event.seq,
    seqNumber: event.seq,
  }
  if (event._tag === "MessageRefused")
    return {
      ...own,
      severity: "ERROR",
      info: "out of message sequence",
      deviceExpectedSeqnumber: event.expectedSeq,
    }
  const last = (event.seq - event.missing - 1 + 2 * turn) % turn
  return { ...own, severity: "WARN", info: "break in message sequence", deviceLastSeqnumber: last }
}

const groupOf = ({ group }: About): Variables =>
  group === undefined ? {} : { deviceTypeId: group }

const variablesOf = (
  { about, owed }: Given,
  message: Ledger.Message,
  payload: Uint8Array,
): Variables => ({
  device: owed.obligation.device,
  ...groupOf(about),
  time: Math.floor(message.sentMs / 1000),
  data: Bytes.toHex(payload),
  seqNumber: owed.obligation.seq,
  ack: message.downlinkAsked,
  longPolling: false,
  station: message.station,
  rssi: message.rssiDbm,
  snr: message.snrDb,
})

const payloadOf = (
  { about, owed, vault }: Given,
  { control, payload: sealed }: Ledger.Message,
): Uint8Array | undefined =>
  readPayload(vault, about.adoptions, {
    ...owed.obligation,
    control,
    sealed,
    position: owed.owedAt,
  })?.payload

const messageOf = Effect.fnUntraced(function* (given: Given) {
  const { log, owed } = given
  if (owed.message !== undefined) return owed.message
  const heard = yield* eventAt(log, yield* heardAtOf(given))
  return heard?.event._tag === "FrameHeard"
    ? Ledger.messageOf(heard.event, heard.occurredMs)
    : undefined
})

/** The first reception: what its acceptance, which made it owed, names first. */
const heardAtOf = Effect.fnUntraced(function* ({ log, owed }: Given) {
  if (owed.heardAt !== undefined) return owed.heardAt
  const accepted = yield* causeOf(log, owed.owedAt)
  return accepted?.causes[0] ?? owed.owedAt
})

const causeOf = Effect.fnUntraced(function* (log: EventLog["Service"], position: Position) {
  const cause = (yield* eventAt(log, position))?.causes[0]
  return cause === undefined ? undefined : yield* eventAt(log, cause)
})

const eventAt = (
  log: EventLog["Service"],
  position: Position,
): Effect.Effect<Recorded | undefined, LogUnavailable> =>
  Effect.map(Stream.runCollect(log.read(position, position + 1)), (batches) => batches[0]?.[0])
