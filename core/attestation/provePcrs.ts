/** Rules 8-9: that the PCR values shown are the quoted ones, and of exactly the PCRs the policy asks for. */
import * as Bytes from "../kernel/Bytes.ts"
import * as Algorithm from "./Algorithm.ts"
import * as Attest from "./Attest.ts"
import type { Checks } from "./Checks.ts"
import type { QuoteRefused } from "./Evidence.ts"
import { type QuoteGiven, refuse } from "./QuoteGiven.ts"

/** Proved values, by bank and then PCR number. */
export type ProvedPcrs = ReadonlyMap<Algorithm.HashName, ReadonlyMap<number, Uint8Array>>

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
  const proved = new Map<Algorithm.HashName, ReadonlyMap<number, Uint8Array>>()
  const parts: Array<Uint8Array> = []
  for (const { bank, bits } of quote.selection) {
    const shown = evidence.pcrs[bank] ?? {}
    const values = new Map<number, Uint8Array>()
    for (const index of Attest.indicesOf(bits)) {
      const value = valueOf(shown, index, bank)
      if (value === undefined) {
        const name = `${bank}:${index}`
        return refuse(9, "pcr_digest_mismatch", `no value was shown for PCR ${name}`, [name])
      }
      values.set(index, value)
      parts.push(value)
    }
    proved.set(bank, values)
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

const valueOf = (
  shown: Readonly<Record<string, string>>,
  index: number,
  bank: Algorithm.HashName,
): Uint8Array | undefined => {
  const hex = Object.hasOwn(shown, index) ? shown[index] : undefined
  return hex?.length === 2 * Algorithm.digestLengths[bank] ? Bytes.fromHex(hex) : undefined
}

const textOf = (selection: ReadonlyArray<Attest.Selection>): string =>
  selection.length === 0
    ? "no PCR"
    : selection.map(({ bank, bits }) => `${bank}:${Attest.indicesOf(bits).join(",")}`).join("+")
