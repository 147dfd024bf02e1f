/**
 * The measured-boot event log of a PC client platform, crypto-agile form (TCG PC Client Platform Firmware
 * Profile, 10.2), to its exact end; and its replay.
 *
 * Little-endian, other than the TPM's structures. First a header in the old form,
 * `pcr(4) type(4) sha1(20) size(4) Spec ID Event03`, then events `pcr(4) type(4) count(4) {hash(2) digest} size(4) data`.
 */
import * as Algorithm from "./Algorithm.ts"
import type { DigestOf } from "./Checks.ts"
import type { Malformed } from "./Malformed.ts"
import * as Reader from "./Reader.ts"
import * as Writer from "./Writer.ts"

export interface Entry {
  readonly pcr: number
  readonly type: number
  /** One of each of the log's banks, in their order. */
  readonly digests: ReadonlyArray<Uint8Array>
  readonly data: Uint8Array
}

export interface BootLog {
  readonly banks: ReadonlyArray<Algorithm.HashName>
  /** Of the header, after `Spec ID Event03`: platform class, version, errata, size of integers. */
  readonly platform: Uint8Array
  readonly vendor: Uint8Array
  readonly entries: ReadonlyArray<Entry>
}

/** Events that say something and are not measured. */
const noAction = 3
const specId = "Spec ID Event03\0"
const startupLocality = "StartupLocality\0"
const platformLength = 8
const headerDataMax = 1024
const dataMax = 1 << 20
const entriesMax = 65_536
const pcrCount = 24

export const decode = (bytes: Uint8Array): BootLog | Malformed => {
  const reader = Reader.make("event log", bytes)
  const header = decodeHeader(reader)
  const entries: Array<Entry> = []
  while (!Reader.failed(reader) && reader.at < bytes.length) {
    if (entries.length === entriesMax) {
      Reader.fail(reader, "size", reader.at, `more than ${entriesMax} events`)
      break
    }
    const { at } = reader
    const pcr = Reader.u32le(reader)
    const type = Reader.u32le(reader)
    if (pcr >= pcrCount) Reader.fail(reader, "value", at, `there is no PCR ${pcr}`)
    const digests = decodeDigests(reader, header.banks)
    const data = decodeData(reader, dataMax)
    entries.push({ pcr, type, digests, data })
  }
  return reader.failure ?? { ...header, entries }
}

export const encode = ({ banks, platform, vendor, entries }: BootLog): Uint8Array => {
  const header = Writer.join(
    textBytes(specId),
    platform,
    Writer.u32le(banks.length),
    ...banks.map((bank) =>
      Writer.join(
        Writer.u16le(Algorithm.hashIds[bank]),
        Writer.u16le(Algorithm.digestLengths[bank]),
      ),
    ),
    Writer.u8(vendor.length),
    vendor,
  )
  return Writer.join(
    Writer.u32le(0),
    Writer.u32le(noAction),
    new Uint8Array(20),
    Writer.u32le(header.length),
    header,
    ...entries.map(({ pcr, type, digests, data }) =>
      Writer.join(
        Writer.u32le(pcr),
        Writer.u32le(type),
        Writer.u32le(digests.length),
        ...digests.map((digest, i) =>
          Writer.join(Writer.u16le(Algorithm.hashIds[banks[i]]), digest),
        ),
        Writer.u32le(data.length),
        data,
      ),
    ),
  )
}

/** The values of PCR 0-9 of a bank that the log adds up to; undefined where it has no such bank. */
export const replay = (
  log: BootLog,
  bank: Algorithm.HashName,
  digest: DigestOf,
): ReadonlyArray<Uint8Array> | undefined => {
  const index = log.banks.indexOf(bank)
  if (index < 0) return undefined
  const length = Algorithm.digestLengths[bank]
  const values: Array<Uint8Array> = Array.from({ length: 10 }, () => new Uint8Array(length))
  for (const { pcr, type, digests, data } of log.entries) {
    if (type === noAction) {
      // PCR 0 begins at the locality the platform was started from (Platform Firmware Profile, 10.4.5.3).
      if (pcr === 0 && data.length === 17 && textOf(data, 16) === startupLocality) {
        values[0] = new Uint8Array(length)
        values[0][length - 1] = data[16]
      }
    } else if (pcr < values.length) values[pcr] = digest(bank, values[pcr], digests[index])
  }
  return values
}

const decodeHeader = (reader: Reader.Reader): Omit<BootLog, "entries"> => {
  const nothing = { banks: [], platform: new Uint8Array(0), vendor: new Uint8Array(0) }
  const pcr = Reader.u32le(reader)
  const type = Reader.u32le(reader)
  const digest = Reader.bytes(reader, 20)
  if (pcr !== 0 || type !== noAction || digest.some((byte) => byte !== 0)) {
    Reader.fail(reader, "magic", 0, "this does not begin with the header of a crypto-agile log")
  }
  const sizeAt = reader.at
  const size = Reader.u32le(reader)
  if (size > headerDataMax) Reader.fail(reader, "size", sizeAt, `a header of ${size} bytes`)
  const from = reader.at
  if (textOf(Reader.bytes(reader, 16), 16) !== specId) {
    Reader.fail(reader, "magic", from, `the header does not say ${specId.slice(0, -1)}`)
  }
  const platform = Reader.bytes(reader, platformLength)
  const countAt = reader.at
  const count = Reader.u32le(reader)
  if (count === 0 || count > Algorithm.hashNames.length) {
    Reader.fail(reader, "size", countAt, `${count} banks: 1 to ${Algorithm.hashNames.length}`)
    return nothing
  }
  const banks: Array<Algorithm.HashName> = []
  for (let i = 0; i < count && !Reader.failed(reader); i++) {
    const { at } = reader
    const id = Reader.u16le(reader)
    const bank = Algorithm.hashOf(id)
    const length = Reader.u16le(reader)
    if (bank === undefined || banks.includes(bank) || length !== Algorithm.digestLengths[bank]) {
      Reader.fail(
        reader,
        "algorithm",
        at,
        `no bank of its own: ${id.toString(16)}, ${length} bytes`,
      )
    } else banks.push(bank)
  }
  const vendor = Reader.bytes(reader, Reader.u8(reader))
  if (reader.at - from !== size) {
    Reader.fail(
      reader,
      "size",
      sizeAt,
      `a header of ${reader.at - from} bytes said to have ${size}`,
    )
  }
  return { banks, platform, vendor }
}

const decodeDigests = (
  reader: Reader.Reader,
  banks: ReadonlyArray<Algorithm.HashName>,
): ReadonlyArray<Uint8Array> => {
  const countAt = reader.at
  const count = Reader.u32le(reader)
  if (count !== banks.length) {
    Reader.fail(reader, "size", countAt, `${count} digests: ${banks.length} expected`)
    return []
  }
  return banks.map((bank) => {
    const { at } = reader
    const id = Reader.u16le(reader)
    if (id !== Algorithm.hashIds[bank]) {
      Reader.fail(reader, "algorithm", at, `a digest of ${id.toString(16)}: ${bank} expected`)
    }
    return Reader.bytes(reader, Algorithm.digestLengths[bank])
  })
}

const decodeData = (reader: Reader.Reader, max: number): Uint8Array => {
  const { at } = reader
  const size = Reader.u32le(reader)
  if (size > max) Reader.fail(reader, "size", at, `data of ${size} bytes: ${max} at most`)
  return Reader.bytes(reader, size)
}

/** ASCII; what is none gives other characters and so compares as different. */
const textOf = (bytes: Uint8Array, length: number): string =>
  String.fromCharCode(...bytes.subarray(0, length))

const textBytes = (text: string): Uint8Array =>
  Uint8Array.from(text, (character) => character.charCodeAt(0))
