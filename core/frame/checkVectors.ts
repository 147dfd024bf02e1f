/**
 * Checks frame vectors: every field a record states is computed and compared, in both directions.
 *
 * AES comes in as functions, since a codec has no cryptography of its own. Nothing here throws for
 * any line.
 */
import { checkCapturedDownlink, checkCorrupt, checkDownlink } from "./checkDownlinkRecord.ts"
import {
  checkCaptured,
  checkForgery,
  checkInvalid,
  checkPacket,
  checkUplink,
} from "./checkUplinkRecord.ts"
import { bytesOf, type Findings, type Keyed } from "./Finding.ts"
import * as VectorRecord from "./VectorRecord.ts"

/** The MACs, under a key of sixteen bytes. */
export interface Codes {
  /** `length` up to 16 bytes of the last block. */
  readonly uplinkMac: (key: Uint8Array, packetWithoutMac: Uint8Array, length: number) => Uint8Array
  readonly downlinkMac: (key: Uint8Array, macInput16: Uint8Array) => Uint8Array
}

export interface LineResult {
  /** From 1. */
  readonly line: number
  /** Of the record, where it could be read. */
  readonly kind: string
  /** What did not hold; empty for a line that passed. */
  readonly failures: ReadonlyArray<string>
}

export interface Report {
  readonly results: ReadonlyArray<LineResult>
  readonly passed: number
  readonly failed: number
}

/** Checks the lines of a file of any of the vectors' formats; empty lines are passed over. */
export const checkVectors = (lines: Iterable<string>, codes: Codes): Report => {
  const results: Array<LineResult> = []
  let line = 0
  let failed = 0
  for (const text of lines) {
    line++
    if (text.trim() === "") continue
    const { kind, failures } = checkLine(text, codes)
    if (failures.length > 0) failed++
    results.push({ line, kind, failures })
  }
  return { results, passed: results.length - failed, failed }
}

/** Checks one line. */
export const checkLine = (text: string, codes: Codes): Omit<LineResult, "line"> => {
  const record = VectorRecord.parse(text)
  if (typeof record === "string") return { kind: "unknown", failures: [record] }
  const key = bytesOf(record.key)
  const keyed: Keyed = {
    uplinkMac: (packet, length) => codes.uplinkMac(key, packet, length),
    downlinkMac: (input) => codes.downlinkMac(key, input),
  }
  return {
    kind: record.kind,
    failures: checkRecord(record, keyed).filter((finding) => finding !== ""),
  }
}

const checkRecord = (record: VectorRecord.VectorRecord, keyed: Keyed): Findings => {
  switch (record.kind) {
    case "uplink":
      return checkUplink(record, keyed)
    case "uplink-invalid":
      return checkInvalid(record, keyed)
    case "downlink":
      return checkDownlink(record, keyed)
    case "downlink-corrupt":
      return checkCorrupt(record, keyed)
    case "captured-uplink-packet":
      return checkPacket(record, keyed)
    case "captured-uplink-frame":
      return checkCaptured(record, keyed)
    case "captured-downlink-frame":
      return checkCapturedDownlink(record, keyed)
    case "forgery-wrap-padding":
      return checkForgery(record, keyed)
  }
}
