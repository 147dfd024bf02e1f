/** Decides on who is alerted, and on trying whether alerts arrive. */
import type { Event } from "../event/Event.ts"
import * as Redacted from "effect/Redacted"
import { canonical } from "./canonical.ts"
import type { Command } from "./Command.ts"
import { whyNoAddress, whyNoHeaders } from "./destination.ts"
import type * as Network from "./Network.ts"
import { invalid, type Outcome, unknown } from "./outcome.ts"

type Asked = Extract<
  Command,
  { readonly _tag: "AddAlertTarget" | "RemoveAlertTarget" | "TestAlerts" }
>

/** Targets: each alert is owed to all that want its kind. */
export const alertTargetsMax = 16

/** Kinds that a target may name. */
const kindsMax = 32

export const decideAlert = (state: Network.State, command: Asked, by: string): Outcome => {
  switch (command._tag) {
    case "AddAlertTarget":
      return add(state, command, by)
    case "RemoveAlertTarget":
      return state.alertTargets.has(command.target)
        ? [{ _tag: "AlertTargetRemoved", target: command.target, by }]
        : unknown(`alert target ${command.target}`, "is not known")
    case "TestAlerts": {
      const { atMs, target } = command
      const all = [...state.alertTargets.values()].map((known) => known.target)
      const targets = target === undefined ? all : all.filter((known) => known === target)
      if (targets.length === 0)
        return target === undefined
          ? unknown("alerts", "go to nobody; add a target first")
          : unknown(`alert target ${target}`, "is not known")
      return [
        {
          _tag: "AlertRaised",
          anomaly: `test|${atMs}`,
          phase: "test",
          kind: "test",
          text: `${by} tries whether alerts arrive`,
          sinceMs: atMs,
          targets,
        },
      ]
    }
  }
}

const add = (
  state: Network.State,
  command: Extract<Asked, { readonly _tag: "AddAlertTarget" }>,
  by: string,
): Outcome => {
  const { _tag: _, secrets, ...given } = command
  const subject = `alert target ${given.target}`
  const hidden = secrets === undefined ? {} : (Redacted.value(secrets).headers ?? {})
  const why = whyNoTarget(given) ?? whyNoHeaders(hidden)
  if (why !== undefined) return invalid(subject, why)
  const same = state.alertTargets.get(given.target)
  if (same === undefined && state.alertTargets.size >= alertTargetsMax)
    return invalid(
      "alerts",
      `go to ${alertTargetsMax} targets, which is the most; remove one first`,
    )
  const before = same?.secretVersion
  const secretVersion = secrets === undefined ? before : (before ?? 0) + 1
  const next: Event = {
    _tag: "AlertTargetAdded",
    ...given,
    by,
    ...(secretVersion === undefined ? {} : { secretVersion }),
  }
  return same !== undefined && canonical({ ...same, by }) === canonical(next) ? [] : [next]
}

/** By the rules of customers' destinations: the same addresses are out of reach. */
const whyNoTarget = (given: {
  readonly url: string
  readonly kinds?: ReadonlyArray<string>
  readonly loopbackAllowed: boolean
}): string | undefined => {
  const { kinds = [], loopbackAllowed, url } = given
  if (kinds.length > kindsMax) return `more than ${kindsMax} kinds`
  if (/[{}]/.test(url)) return "an alert's address has no variables"
  const channel = url.startsWith("mailto:") ? "email" : "url"
  return whyNoAddress({ url, loopbackAllowed, channel })
}
