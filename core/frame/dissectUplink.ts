/**
 * Takes an uplink frame apart, good or refused.
 *
 * At ranks 2 and 3 the raw values are those of rank 1, after decoding: on air a field's bits run into
 * the next one's.
 */
import * as Bytes from "../kernel/Bytes.ts"
import * as ControlPayload from "./ControlPayload.ts"
import * as Crc16 from "./Crc16.ts"
import {
  type Dissection,
  macMeaning,
  macSummary,
  macVerdict,
  refusalRow,
  type Row,
  row,
  span,
} from "./Dissection.ts"
import { type Claimed, type Frame, type FrameRefused, withoutMac } from "./Frame.ts"
import { formOf, headerLength } from "./FrameType.ts"
import * as Uplink from "./Uplink.ts"
import * as WrapPadding from "./WrapPadding.ts"

/** The MAC of a packet that lacks it, under the key that the reader gave. */
export type UplinkMac = (packetWithoutMac: Uint8Array, length: number) => Uint8Array

export const dissectUplink = (hex: string, mac?: UplinkMac): Dissection => {
  const read = Uplink.decode(hex)
  if (read._tag === "FrameRefused") return dissectRefused(hex, read)
  const macAt = headerLength + read.payload.length
  const isMacRight =
    mac === undefined ? undefined : Bytes.equal(mac(withoutMac(read), read.mac.length), read.mac)
  const place = placesOf(hex)
  return {
    good: isMacRight !== false,
    summary: `${read.kind} frame of rank ${read.rank} from device ${read.deviceHex}, number ${read.seq}${macSummary(isMacRight)}`,
    rows: [
      ...leadRows(hex, read.frameType),
      ...headerRows(hex, read),
      ...payloadRows(place, read),
      row(
        "MAC",
        place(8 * macAt, 8 * read.mac.length),
        read.mac,
        macMeaning(isMacRight),
        macVerdict(isMacRight),
      ),
      crcRow(hex, read.packet, read.crc),
    ],
  }
}

const dissectRefused = (hex: string, refused: FrameRefused): Dissection => {
  const { claimed, detail, field, offset } = refused
  const summary = `no frame: ${field} at bit ${4 * offset}: ${detail}`
  if (claimed === undefined)
    return { good: false, summary, rows: [refusalRow(hex, detail, offset)] }
  const { packet } = claimed
  const rest = packet.slice(headerLength)
  return {
    good: false,
    summary: `${summary}; it claims to be from device ${claimed.deviceHex}, number ${claimed.seq}`,
    rows: [
      ...leadRows(hex, claimed.frameType),
      ...headerRows(hex, claimed),
      row(
        "payload and MAC",
        placesOf(hex)(8 * headerLength, 8 * rest.length),
        rest,
        "where one ends is not to be trusted",
        "not checked",
      ),
      crcRow(hex, packet, claimed.crc),
    ],
  }
}

const leadLength = (hex: string): number => (hex.length % 2 === 0 ? 8 : 3)

/** Where bits of the body are in what was given. */
const placesOf =
  (hex: string) =>
  (bit: number, count: number): string =>
    span(4 * leadLength(hex) + bit, count)

const leadRows = (hex: string, frameType: number): ReadonlyArray<Row> => {
  const form = formOf(frameType)
  const rank = form === undefined ? 0 : form.types.indexOf(frameType) + 1
  const meaning = `${form?.name ?? "unknown"}, rank ${rank}${rank > 1 ? ` (${codings[rank]})` : ""}`
  const isBitstream = hex.length % 2 === 0
  const type = row(
    "frame type",
    isBitstream ? span(19, 13) : span(0, 12),
    Bytes.hexOf(frameType, isBitstream ? 4 : 3),
    `${meaning}; under neither MAC nor CRC`,
    "ok",
  )
  return isBitstream
    ? [row("preamble", span(0, 19), `${hex.slice(0, 4)} 101`, "19 bits 1010…101", "ok"), type]
    : [type]
}

const codings: Readonly<Record<number, string>> = { 2: "code 7 octal", 3: "code 5 octal" }

const headerRows = (hex: string, header: Claimed): ReadonlyArray<Row> => {
  const place = placesOf(hex)
  const { flags } = header
  const isIndicatorKnown = (formOf(header.frameType)?.macLengths[flags >> 2] ?? 0) > 0
  return [
    row(
      "LI",
      place(0, 2),
      (flags >> 2).toString(2).padStart(2, "0"),
      isIndicatorKnown ? `length indicator ${flags >> 2}` : "not used with this type",
      isIndicatorKnown ? "ok" : "wrong",
    ),
    row(
      "BF",
      place(2, 1),
      String((flags >> 1) & 1),
      flags & 2 ? "asks for a downlink" : "asks nothing",
      "ok",
    ),
    row("REP", place(3, 1), String(flags & 1), "must be 0", flags & 1 ? "wrong" : "ok"),
    row("number", place(4, 12), Bytes.hexOf(header.seq, 3), String(header.seq), "ok"),
    row(
      "device",
      place(16, 32),
      header.packet.slice(2, 6),
      `${header.deviceHex}, little-endian`,
      "ok",
    ),
  ]
}

const payloadRows = (
  place: (bit: number, count: number) => string,
  frame: Frame,
): ReadonlyArray<Row> => {
  const { kind, payload } = frame
  if (kind === "empty") return [row("payload", "-", "", "empty", "ok")]
  if (kind === "bit") return [row("payload", "-", "", `the bit ${frame.bit}, told by LI`, "ok")]
  const at = place(8 * headerLength, 8 * payload.length)
  if (kind === "control") {
    const control = ControlPayload.decode(payload)
    if (control._tag === "Rejected") {
      return [row("control", at, payload, `${control.detail}: relabelled?`, "odd")]
    }
    const odd = ControlPayload.oddities(control)
    const meaning = [controlText(control), ...odd.map((text) => `unlikely ${text}`)].join("; ")
    return [row("control", at, payload, meaning, odd.length > 0 ? "odd" : "ok")]
  }
  const origin = WrapPadding.originOf(withoutMac(frame))
  return [
    origin === undefined
      ? row("payload", at, payload, `${payload.length} bytes`, "ok")
      : row(
          "payload",
          at,
          payload,
          `its tail repeats the frame's head: made of a frame of ${origin.payloadLength} bytes?`,
          "odd",
        ),
  ]
}

const controlText = (control: ControlPayload.ControlPayload): string => {
  const measured = `${control.idleMv} mV at rest, ${control.transmitMv} mV sending, ${control.temperatureDeciC / 10} C`
  return control._tag === "KeepAlive"
    ? `keep-alive: ${measured}`
    : `downlink confirmation: ${measured}, heard at ${control.rssiDbm} dBm`
}

const crcRow = (hex: string, packet: Uint8Array, crc: number): Row => {
  const computed = Crc16.of(packet)
  return row(
    "CRC-16",
    placesOf(hex)(8 * packet.length, 16),
    Bytes.hexOf(crc, 4),
    `computed ${Bytes.hexOf(computed, 4)}`,
    computed === crc ? "ok" : "wrong",
  )
}
