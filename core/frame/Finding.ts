/**
 * What a check of one vector record is made of: the codes under the record's key, and sentences about
 * what does not hold.
 */
import * as Bytes from "../kernel/Bytes.ts"

/** The MACs under one device's key. */
export interface Keyed {
  readonly uplinkMac: (packetWithoutMac: Uint8Array, length: number) => Uint8Array
  readonly downlinkMac: (macInput16: Uint8Array) => Uint8Array
}

/** Sentences about what does not hold; an empty one for what does. */
export type Findings = ReadonlyArray<string>

/** Which uplink a record is about. */
export interface Header {
  readonly deviceId: string
  readonly seqNum: number
}

/** Records were checked to hold a device number and whole bytes when they were read. */
export const deviceOf = (record: Header): number => Number.parseInt(record.deviceId, 16)

export const bytesOf = (hex: string): Uint8Array => Bytes.fromHex(hex) ?? new Uint8Array(0)

/** An empty sentence where the two are equal. */
export const same = <A extends string | number | boolean>(
  what: string,
  found: A,
  expected: A,
): string => (found === expected ? "" : `${what}: expected ${expected}, found ${found}`)
