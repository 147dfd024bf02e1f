/** Checks the vector records about downlinks: made, spoilt and captured ones. */
import * as Bytes from "../kernel/Bytes.ts"
import * as Downlink from "./Downlink.ts"
import { bytesOf, deviceOf, type Findings, type Keyed, same } from "./Finding.ts"
import type * as VectorRecord from "./VectorRecord.ts"
import * as Whitening from "./Whitening.ts"

export const checkDownlink = (record: VectorRecord.Downlink, keyed: Keyed): Findings => {
  const asked = { device: deviceOf(record), seq: record.seqNum }
  const sent = { ...asked, payload: bytesOf(record.payloadHex) }
  const encoded = Downlink.encode(sent, keyed.downlinkMac)
  const findings = [record.frameHex, record.airHex].flatMap((hex) => {
    const read = Downlink.decode(hex, asked)
    if (read._tag === "DownlinkRefused") return [`refused: ${read.detail} (${read.reason})`]
    return [
      same("payload", Bytes.toHex(read.payload), record.payloadHex),
      same("plain bytes", Bytes.toHex(read.plain), record.plainHex),
      same("ECC", Bytes.toHex(read.ecc), record.eccHex),
      same("MAC", Bytes.toHex(read.mac), record.macHex),
      same("CRC", Bytes.hexOf(read.crc, 2), record.crcHex),
      same("corrected bits", read.correctedBits, 0),
    ]
  })
  return [
    ...findings,
    same("MAC input", Bytes.toHex(Downlink.macInput(sent)), record.macInputHex),
    same("whitening", Bytes.toHex(Whitening.bytesOf(asked.device, asked.seq)), record.whiteningHex),
    same("encoded frame", encoded.frameHex, record.frameHex),
    same("encoded air bits", encoded.airHex, record.airHex),
    same("encoded plain bytes", Bytes.toHex(encoded.plain), record.plainHex),
  ]
}

export const checkCorrupt = (record: VectorRecord.DownlinkCorrupt, keyed: Keyed): Findings => {
  const asked = { device: deviceOf(record), seq: record.seqNum }
  const read = Downlink.decode(record.frameHex, asked)
  const content = read._tag === "Downlink" ? read : read.claimed
  if (content === undefined) return ["the bytes could not be read at all"]
  const isCrcOk = read._tag === "Downlink"
  const mac = keyed.downlinkMac(Downlink.macInput({ ...asked, payload: content.payload }))
  const isMacOk = Bytes.equal(mac, content.mac)
  return [
    same("CRC right", isCrcOk, record.expectedCrcOk),
    same("MAC right", isMacOk, record.expectedMacOk),
    same("bits corrected", content.correctedBits > 0, record.fecCorrected),
    same("payload", Bytes.toHex(content.payload), record.decodedPayloadHex),
    same("accepted", isCrcOk && isMacOk, record.expectedAccepted),
  ]
}

export const checkCapturedDownlink = (
  record: VectorRecord.CapturedDownlink,
  keyed: Keyed,
): Findings => {
  const asked = { device: deviceOf(record), seq: record.seqNum }
  const read = Downlink.decode(record.frameHex, asked)
  if (read._tag === "DownlinkRefused") return [`refused: ${read.detail} (${read.reason})`]
  const encoded = Downlink.encode({ ...asked, payload: read.payload }, keyed.downlinkMac)
  return [
    same("payload", Bytes.toHex(read.payload), record.payloadHex),
    same("encoded frame", encoded.frameHex, record.frameHex),
  ]
}
