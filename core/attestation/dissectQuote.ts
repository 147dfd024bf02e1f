/** A quote taken apart for people: each field with its bytes, what was sent and what it means. */
import * as Bytes from "../kernel/Bytes.ts"
import * as Attest from "./Attest.ts"
import * as Malformed from "./Malformed.ts"

export interface Row {
  readonly name: string
  /** `from..to`, the last included. */
  readonly bytes: string
  readonly raw: string
  readonly meaning: string
}

export interface Dissection {
  /** Whether this is a quote, to its exact end. */
  readonly good: boolean
  /** One sentence. */
  readonly summary: string
  readonly rows: ReadonlyArray<Row>
}

export const dissectQuote = (hex: string): Dissection => {
  const bytes = Bytes.fromHex(hex)
  if (bytes === undefined) {
    const at = Bytes.firstNonHex(hex)
    const why = at < 0 ? "an odd number of digits" : `digit ${at} is none`
    return { good: false, summary: `no quote: ${why}`, rows: [] }
  }
  const quote = Attest.decode(bytes)
  return Malformed.is(quote)
    ? { good: false, summary: `no quote: ${Malformed.toText(quote)}`, rows: [] }
    : {
        good: true,
        summary: `quote of ${selectionText(quote)}, reset ${quote.resetCount}, restart ${quote.restartCount}`,
        rows: rowsOf(quote, bytes),
      }
}

const rowsOf = (quote: Attest.Quote, bytes: Uint8Array): ReadonlyArray<Row> => {
  const rows: Array<Row> = []
  let at = 0
  const add = (name: string, count: number, meaning: string): void => {
    const raw = Bytes.toHex(bytes.subarray(at, at + count))
    if (count > 0) rows.push({ name, bytes: `${at}..${at + count - 1}`, raw, meaning })
    at += count
  }
  const add2b = (name: string, count: number, meaning: string): void => {
    add(`${name} size`, 2, `${count} bytes`)
    add(name, count, meaning)
  }
  add("magic", 4, "made by a TPM")
  add("type", 2, "quote")
  add2b("qualifiedSigner", quote.qualifiedSigner.length, "name of the key and all above it")
  add2b("extraData", quote.extraData.length, "the challenge's nonce")
  add("clock", 8, `${quote.clock} ms powered since it was cleared`)
  add("resetCount", 4, `${quote.resetCount} resets`)
  add("restartCount", 4, `${quote.restartCount} restarts since the last reset`)
  add("safe", 1, quote.safe ? "the clock never ran ahead of this" : "the clock may fall back")
  add("firmwareVersion", 8, "of the TPM")
  add("selection count", 4, `${quote.selection.length} banks`)
  for (const { bank, bits } of quote.selection) {
    add("bank", 2, bank)
    add("bitmap size", 1, "3 bytes")
    add("bitmap", 3, `PCR ${Attest.indicesOf(bits).join(",") || "none"}`)
  }
  add2b("pcrDigest", quote.pcrDigest.length, "hash over those PCRs")
  return rows
}

const selectionText = ({ selection }: Attest.Quote): string =>
  selection.map(({ bank, bits }) => `${bank}:${Attest.indicesOf(bits).join(",")}`).join("+") ||
  "no PCR"
