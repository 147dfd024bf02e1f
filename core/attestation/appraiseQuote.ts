/**
 * Appraises a quote: thirteen rules in their order, of which the first that fails refuses it. A pure function: same
 * evidence, prior state, challenge and policy, same result. No input makes it throw.
 *
 * 1-5 `proveQuote.ts`: signature, signer, freshness. 6-7 `judgeCounters.ts`: rollback, firmware. 8-9 `provePcrs.ts`:
 * selection and digest. 10-13 `judgeMeasurements.ts`: boot log, measured files, reference values, allowlist.
 *
 * Nothing is read from the attest before its signature held, and no PCR outside of the *signed* selection is believed.
 *
 * Entry points of this folder: `appraiseQuote`; `identify`, `makeCredential` and `appraiseEnrolment`
 * (appraiseEnrolment.ts); their types are Effect Schemas for events (Evidence.ts, Enrolment.ts).
 */
import type { Checks } from "./Checks.ts"
import type { QuoteResult } from "./Evidence.ts"
import { judgeCounters, warningsOf } from "./judgeCounters.ts"
import { judgeMeasurements } from "./judgeMeasurements.ts"
import { provePcrs } from "./provePcrs.ts"
import { proveQuote } from "./proveQuote.ts"
import { isRefused, type QuoteGiven } from "./QuoteGiven.ts"

export const appraiseQuote = (checks: Checks, given: QuoteGiven): QuoteResult => {
  const quote = proveQuote(checks, given)
  if (isRefused(quote)) return quote
  const warnings = warningsOf(quote, given)
  const refused = judgeCounters(quote, given)
  if (refused !== undefined) return { ...refused, warnings }
  const pcrs = provePcrs(checks, quote, given)
  if (isRefused(pcrs)) return { ...pcrs, warnings }
  const measured = judgeMeasurements(checks, pcrs, quote, given)
  if (isRefused(measured)) return { ...measured, warnings }
  return {
    _tag: "QuoteAccepted",
    warnings,
    state: {
      atMs: given.receivedMs,
      clock: String(quote.clock),
      resetCount: quote.resetCount,
      restartCount: quote.restartCount,
      safe: quote.safe,
      firmwareVersion: quote.firmwareVersion.toString(16).padStart(16, "0"),
      ima: measured.ima,
    },
    configDigest: measured.configDigest,
  }
}
