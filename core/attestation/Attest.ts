/**
 * TPMS_ATTEST of a quote (TPM 2.0 Part 2, 10.12.12), to its exact end.
 *
 * `magic(4) | type(2) | qualifiedSigner TPM2B | extraData TPM2B | clock(8) resetCount(4) restartCount(4) safe(1) |
 * firmwareVersion(8) | count(4) {hash(2) sizeofSelect(1) bitmap(3)} | pcrDigest TPM2B`, big-endian.
 */
import * as Algorithm from "./Algorithm.ts"
import type { Malformed } from "./Malformed.ts"
import * as Reader from "./Reader.ts"
import * as Writer from "./Writer.ts"

/** TPM_GENERATED_VALUE: a TPM signs no outside data that begins with it. */
const magic = 0xff544347
/** TPM_ST_ATTEST_QUOTE. */
const quoteType = 0x8018

/** What other attestations are called (TPM 2.0 Part 2, 6.9). */
const otherTypes: Readonly<Record<number, string>> = {
  0x8014: "NV",
  0x8015: "COMMAND_AUDIT",
  0x8016: "SESSION_AUDIT",
  0x8017: "CERTIFY",
  0x8019: "TIME",
  0x801a: "CREATION",
  0x801c: "NV_DIGEST",
}

/** PCRs of one bank. A TPM of the PC client kind has 24 of them, in a bitmap of three bytes. */
export interface Selection {
  readonly bank: Algorithm.HashName
  /** Bit n is PCR n. */
  readonly bits: number
}

export interface Quote {
  readonly qualifiedSigner: Uint8Array
  /** The nonce. */
  readonly extraData: Uint8Array
  /** Milliseconds this TPM was powered since it was cleared. */
  readonly clock: bigint
  readonly resetCount: number
  readonly restartCount: number
  readonly safe: boolean
  readonly firmwareVersion: bigint
  readonly selection: ReadonlyArray<Selection>
  readonly pcrDigest: Uint8Array
}

/** A handle or a hash with its algorithm. */
const nameMax = 2 + Algorithm.digestMax
/** TPM2B_DATA holds at most a TPMT_HA (TPM 2.0 Part 2, 10.4.3); of that a nonce takes the digest. */
const extraDataMax = 64
const selectionsMax = 16
const sizeofSelect = 3
export const pcrCount = 24

export const decode = (bytes: Uint8Array): Quote | Malformed => {
  const reader = Reader.make("attest", bytes)
  if (Reader.u32(reader) !== magic) {
    Reader.fail(reader, "magic", 0, "this does not begin as what a TPM makes (ff544347)")
  }
  const type = Reader.u16(reader)
  if (type !== quoteType) {
    const called = otherTypes[type] ?? "unknown"
    Reader.fail(reader, "type", 4, `type ${type.toString(16)} (${called}) is no quote (8018)`)
  }
  const qualifiedSigner = Reader.sized(reader, nameMax, "a qualified signer")
  const extraData = Reader.sized(reader, extraDataMax, "extra data")
  const clock = Reader.u64(reader)
  const resetCount = Reader.u32(reader)
  const restartCount = Reader.u32(reader)
  const safe = Reader.u8(reader)
  if (safe > 1) Reader.fail(reader, "value", reader.at - 1, `safe is ${safe}: 0 or 1`)
  const firmwareVersion = Reader.u64(reader)
  const selection = selectionOf(reader)
  const pcrDigest = Reader.sized(reader, Algorithm.digestMax, "a PCR digest")
  Reader.end(reader)
  return (
    reader.failure ?? {
      qualifiedSigner,
      extraData,
      clock,
      resetCount,
      restartCount,
      safe: safe === 1,
      firmwareVersion,
      selection,
      pcrDigest,
    }
  )
}

export const encode = (quote: Quote): Uint8Array =>
  Writer.join(
    Writer.u32(magic),
    Writer.u16(quoteType),
    Writer.sized(quote.qualifiedSigner),
    Writer.sized(quote.extraData),
    Writer.u64(quote.clock),
    Writer.u32(quote.resetCount),
    Writer.u32(quote.restartCount),
    Writer.u8(quote.safe ? 1 : 0),
    Writer.u64(quote.firmwareVersion),
    Writer.u32(quote.selection.length),
    ...quote.selection.map(({ bank, bits }) =>
      Writer.join(
        Writer.u16(Algorithm.hashIds[bank]),
        Uint8Array.of(sizeofSelect, bits, bits >> 8, bits >> 16),
      ),
    ),
    Writer.sized(quote.pcrDigest),
  )

/** The numbers of the bits that are set, ascending. */
export const indicesOf = (bits: number): ReadonlyArray<number> => {
  const indices: Array<number> = []
  for (let i = 0; i < pcrCount; i++) if ((bits >> i) & 1) indices.push(i)
  return indices
}

export const bitsOf = (indices: ReadonlyArray<number>): number =>
  indices.reduce((bits, index) => bits | (1 << index), 0)

const selectionOf = (reader: Reader.Reader): ReadonlyArray<Selection> => {
  const countAt = reader.at
  const count = Reader.u32(reader)
  if (count > selectionsMax) {
    Reader.fail(reader, "size", countAt, `${count} banks: ${selectionsMax} at most`)
  }
  const selection: Array<Selection> = []
  for (let i = 0; i < count && !Reader.failed(reader); i++) {
    const { at } = reader
    const id = Reader.u16(reader)
    const bank = Algorithm.hashOf(id)
    const size = Reader.u8(reader)
    const low = Reader.u8(reader)
    const bits = low | (Reader.u8(reader) << 8) | (Reader.u8(reader) << 16)
    if (size !== sizeofSelect) {
      Reader.fail(reader, "size", at + 2, `a bitmap of ${size} bytes: ${sizeofSelect} expected`)
    }
    if (bank === undefined) {
      Reader.fail(reader, "algorithm", at, `no known hash: ${id.toString(16)}`)
    } else selection.push({ bank, bits })
  }
  return selection
}
