/**
 * Rules 11 and 13: the list of measured files.
 *
 * A list may begin where the last accepted quote of the same boot left off, if it was appraised under the same policy:
 * the value of PCR 10 then stands for the entries before, and a long list costs no more than what is new in it.
 */
import * as Bytes from "../kernel/Bytes.ts"
import * as Algorithm from "./Algorithm.ts"
import type { Quote } from "./Attest.ts"
import type { Checks } from "./Checks.ts"
import type { AppraisalPolicy, ImaList, ImaProgress, QuoteRefused } from "./Evidence.ts"
import * as Ima from "./Ima.ts"
import * as Malformed from "./Malformed.ts"
import { type ProvedPcrs, valueOf } from "./provePcrs.ts"
import { type QuoteGiven, refuse } from "./QuoteGiven.ts"

const imaPcr = 10

/** What of a list the quote covers. */
export interface Files {
  readonly from: number
  readonly entries: ReadonlyArray<Ima.Entry>
  readonly progress: ImaProgress
}

/** Rule 11. Undefined where PCR 10 is not quoted. */
export const replayFiles = (
  checks: Checks,
  proved: ProvedPcrs,
  quote: Quote,
  { evidence, prior, policy }: QuoteGiven,
): Files | QuoteRefused | undefined => {
  const [bank, values] = [...proved].find(([, { indices }]) => indices.includes(imaPcr)) ?? []
  const quoted = values === undefined ? undefined : valueOf(values, imaPcr)
  if (bank === undefined || quoted === undefined) return undefined
  const { ima } = evidence
  if (ima === null) return wrong("no list of measured files was sent")
  const known = knownOf(ima, prior, quote, policy)
  if (known === undefined) {
    return wrong(`the list begins at entry ${ima.from}: of this boot and policy, send it from 0`)
  }
  const lines = Ima.linesOf(ima.list)
  const entries: Array<Ima.Entry> = []
  let value = known === null ? new Uint8Array(Algorithm.digestLengths[bank]) : known
  while (!Bytes.equal(value, quoted)) {
    const at = entries.length
    if (at === lines.length) {
      return wrong(`${ima.from + at} entries do not add up to the quoted PCR 10`)
    }
    const entry = Ima.decodeLine(lines[at], at)
    if (Malformed.is(entry)) return wrong(Malformed.toText(entry))
    const extended = Ima.extend(value, entry, bank, checks.digest)
    if (extended === undefined) {
      return wrong(`entry ${ima.from + at} (${entry.path}) does not have its own template hash`)
    }
    entries.push(entry)
    value = extended
  }
  return {
    from: ima.from,
    entries,
    progress: {
      entries: ima.from + entries.length,
      value: Bytes.toHex(value),
      policy: policy.id,
    },
  }
}

/** Rule 13: the list begins with the digest over PCR 0-9, and every other file is on the allowlist. */
export const judgeFiles = (
  files: Files | undefined,
  bootAggregate: string | null,
  { imaAllow }: AppraisalPolicy,
): QuoteRefused | undefined => {
  if (files === undefined) return undefined
  const { from, entries } = files
  if (from === 0) {
    const first = entries.at(0)
    const isFirst =
      first !== undefined && first.path === "boot_aggregate" && first.algorithm === "sha256"
    if (!isFirst) return refuse(13, "boot_aggregate", "the list does not begin with boot_aggregate")
    if (first.digest !== bootAggregate) {
      return refuse(13, "boot_aggregate", "boot_aggregate is not the digest of the quoted PCR 0-9")
    }
  }
  if (imaAllow === null) return undefined
  const strange = entries.slice(from === 0 ? 1 : 0).filter((entry) => !isAllowed(entry, imaAllow))
  return strange.length === 0
    ? undefined
    : refuse(
        13,
        "ima_not_allowed",
        `not allowed: ${strange
          .slice(0, 3)
          .map((entry) => nameOf(entry, imaAllow))
          .join(", ")}${strange.length > 3 ? ` and ${strange.length - 3} more` : ""}`,
        strange.map(({ path }) => path),
      )
}

/** PCR 10 before the list's first entry: null for a list from 0, undefined where it begins elsewhere than we left off. */
const knownOf = (
  { from }: ImaList,
  prior: QuoteGiven["prior"],
  { resetCount, restartCount }: Quote,
  policy: AppraisalPolicy,
): Uint8Array | null | undefined => {
  if (from === 0) return null
  const ima = prior?.ima
  return prior?.resetCount === resetCount &&
    prior.restartCount === restartCount &&
    ima?.entries === from &&
    ima.policy === policy.id
    ? Bytes.fromHex(ima.value)
    : undefined
}

const isAllowed = (
  entry: Ima.Entry,
  allow: Readonly<Record<string, ReadonlyArray<string>>>,
): boolean =>
  entry.algorithm === "sha256" &&
  !Ima.isViolation(entry) &&
  Object.hasOwn(allow, entry.path) &&
  allow[entry.path].includes(entry.digest)

const nameOf = (
  { path }: Ima.Entry,
  allow: Readonly<Record<string, ReadonlyArray<string>>>,
): string => (Object.hasOwn(allow, path) ? `${path} with another digest` : path)

const wrong = (detail: string): QuoteRefused => refuse(11, "ima_replay", detail)
