/** Checks the vector records about uplinks: made, spoilt, captured and forged ones. */
import * as Bytes from "../kernel/Bytes.ts"
import * as Crc16 from "./Crc16.ts"
import { bytesOf, deviceOf, type Findings, type Header, type Keyed, same } from "./Finding.ts"
import { type Frame, refusalText, withoutMac } from "./Frame.ts"
import * as Uplink from "./Uplink.ts"
import type * as VectorRecord from "./VectorRecord.ts"
import * as WrapPadding from "./WrapPadding.ts"

export const checkUplink = (record: VectorRecord.Uplink, keyed: Keyed): Findings => {
  if (record.messageType.startsWith("control") && !/^(.{14}|.{16})$/.test(record.payloadHex)) {
    return ["a control payload has seven or eight bytes"]
  }
  const findings: Array<string> = []
  for (const hex of [record.frameHex, record.bitstreamHex]) {
    if (hex === null) continue
    findings.push(...withFrame(hex, (frame) => checkUplinkFrame(record, frame, keyed)))
  }
  const covered = bytesOf(record.macInputHex)
  const payload = bytesOf(record.payloadHex)
  const content =
    record.bit !== null
      ? { bit: record.bit }
      : record.messageType.startsWith("control")
        ? { control: payload }
        : { payload }
  const encoded = Uplink.encode(
    { ...sentOf(record), ...content, rank: record.replica },
    keyed.uplinkMac,
  )
  return [
    ...findings,
    same("padded MAC input", Bytes.toHex(WrapPadding.macInput(covered)), record.macPaddedHex),
    same("whole MAC", Bytes.toHex(keyed.uplinkMac(covered, 16)), record.macFullHex),
    same("encoded frame", String(encoded.frameHex), String(record.frameHex)),
    same("encoded bitstream", encoded.bitstreamHex, record.bitstreamHex),
    same("encoded packet", Bytes.toHex(encoded.packet), record.packetHex),
  ]
}

const messageTypes = { data: "bytes", bit: "bit", empty: "empty" } as const

const checkUplinkFrame = (record: VectorRecord.Uplink, frame: Frame, keyed: Keyed): Findings => [
  ...checkHeader(record, frame, keyed),
  same("rank", frame.rank, record.replica),
  same("downlink asked", frame.downlinkAsked, record.requestDownlink),
  same(
    "kind",
    frame.kind === "control"
      ? frame.payload[0] === 8
        ? "control-keepalive"
        : "control-dl-confirmation"
      : messageTypes[frame.kind],
    record.messageType,
  ),
  same("bit", String(frame.bit ?? null), String(record.bit)),
  same("payload", Bytes.toHex(frame.payload), record.payloadHex),
  same("packet", Bytes.toHex(frame.packet), record.packetHex),
  same("MAC", Bytes.toHex(frame.mac), record.macHex),
  same("CRC", Bytes.hexOf(frame.crc, 4), record.crcHex),
]

export const checkInvalid = (record: VectorRecord.UplinkInvalid, keyed: Keyed): Findings => [
  same("verdict", verdictOf(record.frameHex, keyed), record.expected),
]

/** A frame's verdict in the vectors' own words. */
const verdictOf = (hex: string, keyed: Keyed): string => {
  const read = Uplink.decode(hex)
  if (read._tag === "Frame") return macHolds(read, keyed) ? "VALID" : "MAC_INVALID"
  switch (read.reason) {
    case "crc":
      return "CRC_INVALID"
    case "length":
    case "frame-type":
    case "type-length":
      return "FTYPE_MISMATCH"
    case "not-hex":
    case "preamble":
    case "reserved-flag":
    case "length-indicator":
      return read.reason
  }
}

export const checkPacket = (record: VectorRecord.CapturedPacket, keyed: Keyed): Findings => {
  const packet = bytesOf(record.packetHex)
  const crc = Bytes.hexOf(Crc16.of(packet), 4)
  // The capture lacks the type; of data frames it follows from the length.
  const type = packetTypes.get(packet.length)
  if (type === undefined) return ["no data packet has this length"]
  return [
    same("CRC", crc, record.crcOnAirHex),
    ...withFrame(type + record.packetHex + record.crcOnAirHex, (frame) => [
      ...checkHeader(record, frame, keyed),
      same("MAC", Bytes.toHex(frame.mac), record.macHex),
    ]),
  ]
}

const packetTypes: ReadonlyMap<number, string> = new Map([
  [8, "06b"],
  [9, "08d"],
  [12, "35f"],
  [16, "611"],
  [20, "94c"],
])

export const checkCaptured = (record: VectorRecord.CapturedFrame, keyed: Keyed): Findings =>
  withFrame(record.frameHex, (frame) => {
    const payload = bytesOf(record.payloadHex)
    const sent = { ...sentOf(record), downlinkAsked: frame.downlinkAsked, payload }
    const encoded = Uplink.encode({ ...sent, rank: record.replica }, keyed.uplinkMac)
    return [
      ...checkHeader(record, frame, keyed),
      same("rank", frame.rank, record.replica),
      same("payload", Bytes.toHex(frame.payload), record.payloadHex),
      same("encoded frame", String(encoded.frameHex), record.frameHex),
    ]
  })

export const checkForgery = (record: VectorRecord.Forgery, keyed: Keyed): Findings => [
  ...withFrame(record.capturedFrameHex, (frame) => [
    ...checkHeader(record, frame, keyed),
    same("captured payload", Bytes.toHex(frame.payload), record.capturedPayloadHex),
    same("captured MAC", Bytes.toHex(frame.mac), record.macHex),
    originText(frame) === undefined ? "" : "the captured frame is taken for a forgery",
  ]),
  ...withFrame(record.forgedFrameHex, (frame) => [
    ...checkHeader(record, frame, keyed),
    same("forged payload", Bytes.toHex(frame.payload), record.forgedPayloadHex),
    same("forged MAC", Bytes.toHex(frame.mac), record.macHex),
    same(
      "length it was made from",
      String(originText(frame)),
      String(record.capturedPayloadHex.length / 2),
    ),
  ]),
]

const originText = (frame: Frame): string | undefined =>
  WrapPadding.originOf(withoutMac(frame))?.payloadLength.toString()

const checkHeader = (record: Header, frame: Frame, keyed: Keyed): Findings => [
  same("device", frame.device, deviceOf(record)),
  same("sequence number", frame.seq, record.seqNum),
  macHolds(frame, keyed) ? "" : "the MAC does not hold",
]

const withFrame = (hex: string, check: (frame: Frame) => Findings): Findings => {
  const read = Uplink.decode(hex)
  return read._tag === "Frame" ? check(read) : [`refused: ${refusalText(read)}`]
}

const macHolds = (frame: Frame, keyed: Keyed): boolean =>
  Bytes.equal(keyed.uplinkMac(withoutMac(frame), frame.mac.length), frame.mac)

const sentOf = (record: Header & { readonly requestDownlink?: boolean }) => ({
  device: deviceOf(record),
  seq: record.seqNum,
  downlinkAsked: record.requestDownlink ?? false,
})
