/**
 * The verdict a device is shown with. One forged frame under its name must not vanish with its next good message: a
 * refusal or a warning stays for `troubleMs` of event time.
 */
import type { Verdict } from "./ChainView.ts"
import type { Device } from "./State.ts"

export const troubleMs = 1_800_000

export const verdictOf = (device: Device, nowMs: number): Verdict => {
  if (device.refusedMs > 0 && nowMs - device.refusedMs < troubleMs) return "refused"
  if (device.warnedMs > 0 && nowMs - device.warnedMs < troubleMs) return "suspicious"
  return device.verdict
}

/** How bad it is: what does not fit is left out from the healthy end. */
export const severity = (verdict: Verdict): number =>
  verdict === "refused" ? 2 : verdict === "suspicious" ? 1 : 0
