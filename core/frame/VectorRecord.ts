/**
 * The records of the frame vector files (JSON lines): made, captured and forged frames, each with what
 * must come out. Fields a record has beyond these are ignored.
 */
import * as Result from "effect/Result"
import * as Schema from "effect/Schema"
import * as Bytes from "../kernel/Bytes.ts"
import { parseDevice } from "./Frame.ts"

const Hex = Schema.String.check(
  Schema.makeFilter((text: string) => Bytes.firstNonHex(text) < 0 || "hexadecimal digits expected"),
)
const HexBytes = Hex.check(
  Schema.makeFilter((text: string) => text.length % 2 === 0 || "an even number of digits expected"),
)
const Key = HexBytes.check(
  Schema.makeFilter((text: string) => text.length === 32 || "a key has 32 hexadecimal digits"),
)
/** Hex of so many bytes, first to last. */
const sized = (from: number, to: number) =>
  HexBytes.check(
    Schema.makeFilter(
      (text: string) =>
        (text.length >= 2 * from && text.length <= 2 * to) || `${from} to ${to} bytes expected`,
    ),
  )
const Device = Schema.String.check(
  Schema.makeFilter(
    (text: string) => parseDevice(text) !== undefined || "1 to 8 hexadecimal digits expected",
  ),
)
const Seq = Schema.Int.check(Schema.isBetween({ minimum: 0, maximum: 4095 }))

const who = { deviceId: Device, key: Key, seqNum: Seq }
const Rank = Schema.Literals([1, 2, 3])
const MessageType = Schema.Literals([
  "bytes",
  "bit",
  "empty",
  "control-keepalive",
  "control-dl-confirmation",
])

export const Uplink = Schema.Struct({
  kind: Schema.Literal("uplink"),
  ...who,
  messageType: MessageType,
  payloadHex: sized(0, 12),
  bit: Schema.NullOr(Schema.Literals([0, 1])),
  requestDownlink: Schema.Boolean,
  replica: Rank,
  frameHex: Schema.NullOr(Schema.String),
  bitstreamHex: Schema.String,
  packetHex: HexBytes,
  macInputHex: sized(6, 18),
  macPaddedHex: HexBytes,
  macFullHex: HexBytes,
  macHex: HexBytes,
  crcHex: HexBytes,
})
export type Uplink = typeof Uplink.Type

export const UplinkInvalid = Schema.Struct({
  kind: Schema.Literal("uplink-invalid"),
  ...who,
  frameHex: Schema.String,
  expected: Schema.Literals(["CRC_INVALID", "MAC_INVALID", "FTYPE_MISMATCH"]),
})
export type UplinkInvalid = typeof UplinkInvalid.Type

export const Downlink = Schema.Struct({
  kind: Schema.Literal("downlink"),
  ...who,
  payloadHex: sized(8, 8),
  frameHex: Schema.String,
  airHex: Schema.String,
  plainHex: HexBytes,
  whiteningHex: HexBytes,
  eccHex: HexBytes,
  macInputHex: HexBytes,
  macHex: HexBytes,
  crcHex: HexBytes,
})
export type Downlink = typeof Downlink.Type

export const DownlinkCorrupt = Schema.Struct({
  kind: Schema.Literal("downlink-corrupt"),
  ...who,
  frameHex: Schema.String,
  expectedCrcOk: Schema.Boolean,
  expectedMacOk: Schema.Boolean,
  fecCorrected: Schema.Boolean,
  decodedPayloadHex: HexBytes,
  expectedAccepted: Schema.Boolean,
})
export type DownlinkCorrupt = typeof DownlinkCorrupt.Type

export const CapturedPacket = Schema.Struct({
  kind: Schema.Literal("captured-uplink-packet"),
  ...who,
  packetHex: HexBytes,
  macHex: HexBytes,
  crcOnAirHex: HexBytes,
})
export type CapturedPacket = typeof CapturedPacket.Type

export const CapturedFrame = Schema.Struct({
  kind: Schema.Literal("captured-uplink-frame"),
  ...who,
  payloadHex: sized(0, 12),
  replica: Rank,
  frameHex: Schema.String,
})
export type CapturedFrame = typeof CapturedFrame.Type

export const CapturedDownlink = Schema.Struct({
  kind: Schema.Literal("captured-downlink-frame"),
  ...who,
  payloadHex: HexBytes,
  frameHex: Schema.String,
})
export type CapturedDownlink = typeof CapturedDownlink.Type

export const Forgery = Schema.Struct({
  kind: Schema.Literal("forgery-wrap-padding"),
  ...who,
  capturedPayloadHex: HexBytes,
  capturedFrameHex: Schema.String,
  macHex: HexBytes,
  forgedPayloadHex: HexBytes,
  forgedFrameHex: Schema.String,
})
export type Forgery = typeof Forgery.Type

const kinds = {
  uplink: Uplink,
  "uplink-invalid": UplinkInvalid,
  downlink: Downlink,
  "downlink-corrupt": DownlinkCorrupt,
  "captured-uplink-packet": CapturedPacket,
  "captured-uplink-frame": CapturedFrame,
  "captured-downlink-frame": CapturedDownlink,
  "forgery-wrap-padding": Forgery,
}

export type VectorRecord = {
  readonly [Kind in keyof typeof kinds]: (typeof kinds)[Kind]["Type"]
}[keyof typeof kinds]

const decodeJson = Schema.decodeUnknownResult(Schema.fromJsonString(Schema.Unknown))
const decodeRecord = Schema.decodeUnknownResult(Schema.Union(Object.values(kinds)))

/** The record on a line, or a sentence saying why there is none. */
export const parse = (line: string): VectorRecord | string => {
  const json = decodeJson(line)
  if (Result.isFailure(json)) return "the line is no JSON"
  const kind = labelOf(json.success, "kind")
  if (kind === undefined || !Object.hasOwn(kinds, kind)) {
    return kind === undefined ? "the record has no kind" : `no such kind of record: ${kind}`
  }
  const record = decodeRecord(json.success)
  return Result.isFailure(record) ? oneLine(record.failure.message) : record.success
}

/** A text field of a record that may not have been understood. */
const labelOf = (json: unknown, field: "kind" | "id"): string | undefined => {
  if (typeof json !== "object" || json === null || !(field in json)) return undefined
  const value: unknown = Object.entries(json).find(([name]) => name === field)?.[1]
  return typeof value === "string" ? value : undefined
}

const oneLine = (text: string): string => text.replaceAll(/\s+/g, " ")
