/**
 * An alert as a request or an e-mail. Each carries `idempotency-key`, the same for all attempts, and `sigtwin-attempt`; with a
 * signing key also `sigtwin-signature: t=SECONDS,v1=HEX`, HMAC-SHA-256 of `SECONDS.POST.URL.BODY`, as deliveries do.
 */
import type { Alert } from "../decide/Alerts.ts"
import type { AlertTargetAdded } from "../event/alert.ts"
import * as Instant from "../kernel/Instant.ts"
import type { HttpRequest, Letter, Secrets } from "./request.ts"

export interface AlertMarks {
  readonly key: string
  readonly attempt: number
}

export const requestOf = (
  target: AlertTargetAdded,
  alert: Alert,
  marks: AlertMarks,
  secrets: Secrets,
  nowS: number,
): HttpRequest => {
  const { loopbackAllowed, privateAllowed = false, url } = target
  const body = JSON.stringify(bodyOf(alert))
  const signature = secrets.sign(`${nowS}.POST.${url}.${body}`)
  return {
    method: "POST",
    url,
    body,
    loopbackAllowed,
    privateAllowed,
    headers: {
      ...secrets.headers,
      "content-type": "application/json",
      ...headersOf(marks),
      ...(signature === undefined ? {} : { "sigtwin-signature": `t=${nowS},v1=${signature}` }),
    },
  }
}

export const letterOf = (target: AlertTargetAdded, alert: Alert, marks: AlertMarks): Letter => {
  const { phase, text } = alert.raised
  const lines = Object.entries(bodyOf(alert)).map(([name, value]) => `${name}: ${String(value)}`)
  return {
    to: target.url.slice("mailto:".length),
    subject: `sigtwin: ${phase === "cleared" ? "over: " : phase === "test" ? "test: " : ""}${text}`,
    text: `${lines.join("\n")}\n`,
    headers: headersOf(marks),
  }
}

const headersOf = ({ attempt, key }: AlertMarks) => ({
  "idempotency-key": key,
  "sigtwin-attempt": String(attempt),
})

const bodyOf = ({ at, raised }: Alert): Readonly<Record<string, unknown>> => {
  const { anomaly, kind, phase, sinceMs, targets: _, ...rest } = raised
  return { phase, kind, ...rest, since: Instant.toIso(sinceMs), anomaly, position: at }
}
