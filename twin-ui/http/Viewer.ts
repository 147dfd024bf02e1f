/**
 * Who asks, and what they may see and do: the one question that each route puts before it answers.
 *
 * How a route uses it:
 * - `About.right` names what it takes; where absent it is `read` for an `api` route. The gate
 *   (`gate.ts`) asks for it before the handler runs.
 * - A route that says nothing more is shut to everybody who does not see the whole twin: forgetting to filter
 *   opens nothing. `About.filtered: true` says that the handler asks the viewer about each thing it
 *   shows; then it begins with `const viewer = yield* Viewer.Viewer` and leaves out what
 *   `viewer.sees…` denies. What cannot be filtered (SQL over all events, a difference of two states) stays without it.
 * - Whoever shows payloads in plain asks `seesPayload`, whether or not the viewer sees the whole.
 * - An answer about the past is filtered by the permissions of now: the questions are asked of the live state,
 *   whatever `at` says.
 * - A stream asks anew for each part, and ends when `isOver`: a right may be taken away meanwhile.
 *
 * Where nobody provides a viewer (a log opened by the command line) it is `local`: who can open the
 * log's file needs nobody's permission. The server provides it too, as long as no account exists and it
 * listens on loopback.
 */
import * as Context from "effect/Context"
import type { DeviceFacts } from "../../core/access/Permission.ts"
import type { Right } from "../../core/access/Right.ts"
import type { Recorded } from "../../core/event/Envelope.ts"
import type { Event } from "../../core/event/Event.ts"
import { fieldOf } from "../../core/log/matches.ts"
import { auditKinds } from "../api/Access.ts"
import * as Problem from "./Problem.ts"

export interface Viewer {
  /** As it stands in the audit trail: an account, or `local`. */
  readonly name: string
  /** Sees every thing there is: nothing needs to be filtered. Says nothing of payloads. */
  readonly whole: boolean
  /** Whether it has the right on anything at all. */
  readonly may: (right: Right) => boolean
  /** Whether it has the right on this device, customer or station, or on what belongs to none of them. */
  readonly mayOn: (right: Right, thing: Thing) => boolean
  /** Whether somebody registered a device of that id, now or once. */
  readonly isTaken: (device: string) => boolean
  readonly seesPayload: (device: string) => boolean
  /** Logged out, revoked or disabled since. */
  readonly isOver: () => boolean
}

export type Thing =
  | { readonly device: string }
  /** A device that is about to be registered so. */
  | { readonly registering: DeviceFacts }
  | { readonly customer: string }
  | { readonly station: string }
  /** What belongs to nobody: policies, data centres, strangers. */
  | "network"

const yes = (): boolean => true

/** Who sits at the machine itself. */
export const local: Viewer = {
  name: "local",
  whole: true,
  may: yes,
  mayOn: yes,
  isTaken: yes,
  seesPayload: yes,
  isOver: () => false,
}

export const Viewer = Context.Reference<Viewer>("sigtwin/twin-ui/http/Viewer", {
  defaultValue: () => local,
})

/** Who did what: for those who may read the audit trail. */
const isAudit: ReadonlySet<string> = new Set(auditKinds)

/** Whether they may see the event: all that it names must be theirs to see. */
export const seesEvent = (viewer: Viewer, { event }: Recorded): boolean => {
  if (isAudit.has(event._tag)) return viewer.mayOn("read-audit", "network")
  if (viewer.whole) return true
  const device = fieldOf(event, "device")
  const customer = fieldOf(event, "customer")
  // Of a device, the stations that heard it are its owner's to know (SIGFOX.md part 6, `rinfos`).
  if (device !== undefined)
    return (
      viewer.mayOn("read", { device }) &&
      (customer === undefined || viewer.mayOn("read", { customer }))
    )
  if (customer !== undefined) return viewer.mayOn("read", { customer })
  // Thresholds are nobody's own, and say why a message was refused.
  if (event._tag === "PolicyAdopted") return viewer.may("read")
  const station = fieldOf(event, "station")
  return viewer.mayOn("read", station === undefined ? "network" : { station })
}

/** Whether they may see the payload of an event in plain. What no device sent is for who sees payloads of all. */
export const seesPayloadIn = (viewer: Viewer, event: Event): boolean => {
  const device = fieldOf(event, "device")
  return device === undefined
    ? viewer.mayOn("read-payloads", "network")
    : viewer.seesPayload(device)
}

/** They have the right, but not on this. It stands in the audit trail. */
export const outOfScope = (detail: string): Problem.Problem =>
  new Problem.Problem({ kind: "not-permitted", detail, audit: "out-of-scope" })

/** They may not know of it: told as if it were not there, and in the audit trail all the same. */
export const hidden = (detail: string, where = "path.id"): Problem.Problem =>
  new Problem.Problem({ kind: "not-there", detail, where, audit: "out-of-scope" })
