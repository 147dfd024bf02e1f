/** Rules 6-7: that the TPM was not set back to an older state, and still runs its firmware. */
import type { Quote } from "./Attest.ts"
import type { PriorState, QuoteRefused, Warning } from "./Evidence.ts"
import { type QuoteGiven, refuse } from "./QuoteGiven.ts"

/**
 * How far a clock may fall over an unclean reset: a TPM keeps it in steps of 2^12 ms (TPM_PT_CLOCK_UPDATE; TPM 2.0 Part 1,
 * 36.3.2).
 */
const clockUpdateMs = 4096n

export const judgeCounters = (
  quote: Quote,
  { prior, policy }: QuoteGiven,
): QuoteRefused | undefined => {
  const fell = prior === null ? undefined : setBack(quote, prior)
  if (fell !== undefined) return refuse(6, "rollback", fell)
  const version = quote.firmwareVersion.toString(16).padStart(16, "0")
  return version === policy.firmwareVersion
    ? undefined
    : refuse(
        7,
        "firmware_changed",
        `the TPM's firmware is ${version}, its reference ${policy.firmwareVersion}`,
      )
}

/** What is odd and no reason to refuse. */
export const warningsOf = (
  quote: Quote,
  { prior, policy, receivedMs }: QuoteGiven,
): ReadonlyArray<Warning> => {
  const found: Array<Warning> = []
  if (!quote.safe) found.push("clock_not_safe")
  if (prior !== null) {
    const aheadMs = Number(quote.clock - BigInt(prior.clock)) - (receivedMs - prior.atMs)
    if (aheadMs > policy.clockAheadMsMax) found.push("clock_ahead")
  }
  return found
}

const setBack = (quote: Quote, prior: PriorState): string | undefined => {
  const { resetCount, restartCount, clock, safe } = quote
  if (resetCount < prior.resetCount) {
    return `resetCount fell from ${prior.resetCount} to ${resetCount}`
  }
  // A reset sets restartCount to 0.
  if (resetCount === prior.resetCount && restartCount < prior.restartCount) {
    return `restartCount fell from ${prior.restartCount} to ${restartCount} without a reset`
  }
  const fellMs = BigInt(prior.clock) - clock
  if (fellMs <= 0n) return undefined
  const isUnclean = resetCount > prior.resetCount && !safe
  return isUnclean && fellMs <= clockUpdateMs
    ? undefined
    : `the clock fell by ${fellMs} ms${isUnclean ? `, more than ${clockUpdateMs} ms` : ""}`
}
