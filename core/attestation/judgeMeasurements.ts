/**
 * Rules 10-13: that logs add up to the proved PCRs, these are the current reference values, and every measured file may
 * run.
 */
import * as Bytes from "../kernel/Bytes.ts"
import * as BootLog from "./BootLog.ts"
import type { Checks } from "./Checks.ts"
import type { AppraisalPolicy, ImaProgress, QuoteRefused } from "./Evidence.ts"
import type { Quote } from "./Attest.ts"
import { judgeFiles, replayFiles } from "./judgeFiles.ts"
import * as Malformed from "./Malformed.ts"
import { type ProvedPcrs, valueOf } from "./provePcrs.ts"
import { isRefused, type QuoteGiven, refuse } from "./QuoteGiven.ts"

export interface Measured {
  readonly ima: ImaProgress | null
  /** Hex; null where not all of PCR 0-9 were quoted. */
  readonly configDigest: string | null
}

/** PCRs that firmware and boot loader extend. */
const bootPcrs = 10
const imaPcr = 10

export const judgeMeasurements = (
  checks: Checks,
  proved: ProvedPcrs,
  quote: Quote,
  given: QuoteGiven,
): Measured | QuoteRefused => {
  const { policy } = given
  const unexplained = policy.bootLog === "absent" ? undefined : judgeBootLog(checks, proved, given)
  if (unexplained !== undefined) return unexplained
  const files = replayFiles(checks, proved, quote, given)
  if (files !== undefined && isRefused(files)) return files
  const unknown = judgeReference(proved, given)
  if (unknown !== undefined) return unknown
  const aggregate = aggregateOf(checks, proved)
  const configDigest = aggregate === undefined ? null : Bytes.toHex(aggregate)
  const refused = judgeFiles(files, configDigest, policy)
  return refused ?? { ima: files?.progress ?? null, configDigest }
}

const judgeBootLog = (
  checks: Checks,
  proved: ProvedPcrs,
  { evidence }: QuoteGiven,
): QuoteRefused | undefined => {
  const isAsked = [...proved.values()].some(({ indices }) =>
    indices.some((index) => index < bootPcrs),
  )
  if (!isAsked) return undefined
  if (evidence.bootLog === null) return wrong("no event log was sent")
  const bytes = Bytes.fromHex(evidence.bootLog)
  if (bytes === undefined) return wrong("the event log is no hexadecimal")
  const log = BootLog.decode(bytes)
  if (Malformed.is(log)) return wrong(Malformed.toText(log))
  const about: Array<string> = []
  for (const [bank, values] of proved) {
    const replayed = BootLog.replay(log, bank, checks.digest)
    if (replayed === undefined) return wrong(`the event log has no ${bank} bank`)
    for (const index of values.indices) {
      const value = valueOf(values, index)
      if (index < bootPcrs && value !== undefined && !Bytes.equal(replayed[index], value))
        about.push(`${bank}:${index}`)
    }
  }
  return about.length === 0
    ? undefined
    : wrong(`the event log does not add up to ${pcrText(about)}`, about)
}

const judgeReference = (
  proved: ProvedPcrs,
  { policy, superseded = [] }: QuoteGiven,
): QuoteRefused | undefined => {
  const about = differences(proved, policy)
  if (about.length === 0) return undefined
  const old = superseded.find((each) => differences(proved, each).length === 0)
  return refuse(
    12,
    "pcr_reference",
    old === undefined
      ? `not the reference value: ${pcrText(about)}`
      : `a downgrade: ${pcrText(about)} as in ${old.id}, which ${policy.id} superseded`,
    about,
  )
}

/** Names of the PCRs that do not hold their reference value, or have none. */
const differences = (proved: ProvedPcrs, policy: AppraisalPolicy): ReadonlyArray<string> => {
  const about: Array<string> = []
  for (const [bank, values] of proved) {
    const reference = policy.reference[bank] ?? {}
    for (const index of values.indices) {
      const wanted = Object.hasOwn(reference, index) ? reference[index] : undefined
      // PCR 10 grows with each measured file: its list stands for it.
      if (wanted === undefined && index === imaPcr) continue
      const value = valueOf(values, index)
      if (value !== undefined && wanted !== Bytes.toHex(value)) about.push(`${bank}:${index}`)
    }
  }
  return about
}

/** SHA-256 of PCR 0-9 of the SHA-256 bank. */
const aggregateOf = (checks: Checks, proved: ProvedPcrs): Uint8Array | undefined => {
  const values = proved.get("sha256")
  if (values === undefined) return undefined
  const parts = Array.from({ length: bootPcrs }, (_, index) => valueOf(values, index))
  const known = parts.filter((part) => part !== undefined)
  return known.length === bootPcrs ? checks.digest("sha256", ...known) : undefined
}

const pcrText = (about: ReadonlyArray<string>): string => `PCR ${about.join(", ")}`

const wrong = (detail: string, about: ReadonlyArray<string> = []): QuoteRefused =>
  refuse(10, "eventlog_replay", detail, about)
