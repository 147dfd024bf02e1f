/** Rules 8-9: that the PCR values shown are the quoted ones, and of exactly the PCRs the policy asks for. */
import * as Bytes from "../kernel/Bytes.ts"
import * as Algorithm from "./Algorithm.ts"
import * as Attest from "./Attest.ts"
import type { Checks } from "./Checks.ts"
import type { QuoteRefused } from "./Evidence.ts"
import { type QuoteGiven, refuse } from "./QuoteGiven.ts"

/** Proved values of one bank, one behind the other in the order of their numbers. */
export interface ProvedBank {
  readonly indices: ReadonlyArray<number>
  readonly bytes: Uint8Array
  /** Bytes of each. */
  readonly width: number
}

export type ProvedPcrs = ReadonlyMap<Algorithm.HashName, ProvedBank>

/** What a PCR was proved to hold. */
export const valueOf = (
  { bytes, indices, width }: ProvedBank,
  index: number,
): Uint8Array | undefined => {
  const place = indices.indexOf(index)
  return place < 0 ? undefined : bytes.subarray(place * width, (place + 1) * width)
}

export const provePcrs = (
  checks: Checks,
  quote: Attest.Quote,
  { evidence, identity, policy }: QuoteGiven,
): ProvedPcrs | QuoteRefused => {
  if (!isSelected(quote.selection, policy.selection)) {
    return refuse(
      8,
      "pcr_selection",
      `quoted ${textOf(quote.selection)}, the policy asks for ${Object.entries(policy.selection)
        .map(([bank, pcrs]) => `${bank}:${pcrs.join(",")}`)
        .join("+")}`,
    )
  }
  const proved = new Map<Algorithm.HashName, ProvedBank>()
  const parts: Array<Uint8Array> = []
  for (const { bank, bits } of quote.selection) {
    const shown = evidence.pcrs[bank] ?? {}
    const width = Algorithm.digestLengths[bank]
    const indices = Attest.indicesOf(bits)
    // Read in one go: half the time of one by one (measured).
    let hex = ""
    for (const index of indices) {
      const value = Object.hasOwn(shown, index) ? shown[index] : ""
      if (value.length !== 2 * width) return notShown(bank, index)
      hex += value
    }
    const bytes = Bytes.fromHex(hex)
    if (bytes === undefined)
      return notShown(bank, indices.find((index) => Bytes.firstNonHex(shown[index]) >= 0) ?? 0)
    parts.push(bytes)
    proved.set(bank, { indices, bytes, width })
  }
  return Bytes.equal(checks.digest(identity.hash, ...parts), quote.pcrDigest)
    ? proved
    : refuse(9, "pcr_digest_mismatch", "the PCR values shown are not the ones that were quoted")
}

/** The same banks, each once, with the same PCRs. */
const isSelected = (
  signed: ReadonlyArray<Attest.Selection>,
  wanted: Readonly<Record<string, ReadonlyArray<number>>>,
): boolean =>
  signed.length === Object.keys(wanted).length &&
  new Set(signed.map(({ bank }) => bank)).size === signed.length &&
  signed.every(
    ({ bank, bits }) => Object.hasOwn(wanted, bank) && Attest.bitsOf(wanted[bank]) === bits,
  )

const notShown = (bank: Algorithm.HashName, index: number): QuoteRefused => {
  const name = `${bank}:${index}`
  return refuse(9, "pcr_digest_mismatch", `no value was shown for PCR ${name}`, [name])
}

const textOf = (selection: ReadonlyArray<Attest.Selection>): string =>
  selection.length === 0
    ? "no PCR"
    : selection.map(({ bank, bits }) => `${bank}:${Attest.indicesOf(bits).join(",")}`).join("+")
