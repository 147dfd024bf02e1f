/**
 * A sample of what travelled between two pictures: of each kind all in trouble first, then evenly of the rest, and how
 * many of the kind there were, so that "1 in N" can be said of each.
 */
import type { Recorded } from "../../core/event/Envelope.ts"
import { motionsOfKindMax, type Motion, type MotionKind, type Verdict } from "./ChainView.ts"
import { warningOf } from "./decided.ts"
import type { GroupsBy } from "./groupsBy.ts"
import type { State } from "./State.ts"
import { severity } from "./verdictOf.ts"

interface Seen {
  readonly kind: MotionKind
  readonly verdict: Verdict
}

interface Pile {
  readonly troubled: Array<readonly [Recorded, Seen]>
  readonly others: Array<readonly [Recorded, Seen]>
}

export const motionsOf = (
  state: State,
  events: ReadonlyArray<Recorded>,
  groups: GroupsBy,
): { readonly motions: ReadonlyArray<Motion>; readonly seen: Readonly<Record<string, number>> } => {
  const piles = new Map<MotionKind, Pile>()
  for (const recorded of events) {
    const seen = seenIn(recorded)
    if (seen === undefined) continue
    const pile = piles.get(seen.kind) ?? { troubled: [], others: [] }
    piles.set(seen.kind, pile)
    const isBad = severity(seen.verdict) > 0 && pile.troubled.length < motionsOfKindMax / 2
    ;(isBad ? pile.troubled : pile.others).push([recorded, seen])
  }
  const motions: Array<Motion> = []
  const seen: Record<string, number> = {}
  for (const [kind, { others, troubled }] of piles) {
    seen[kind] = troubled.length + others.length
    const every = Math.max(1, Math.ceil(others.length / (motionsOfKindMax - troubled.length)))
    const drawn = [...troubled, ...others.filter((_, index) => index % every === 0)]
    for (const [recorded, its] of drawn) motions.push(motionOf(state, recorded, its, groups))
  }
  return { motions: motions.toSorted((a, b) => a.position - b.position), seen }
}

const seenIn = ({ event }: Recorded): Seen | undefined => {
  switch (event._tag) {
    case "FrameHeard":
      return { kind: "reception", verdict: event.check === "ok" ? "ok" : "refused" }
    case "ReceptionReported":
      return { kind: "reception", verdict: "reported" }
    case "MessageAccepted":
      return { kind: "message", verdict: warningOf(event) === "" ? "ok" : "suspicious" }
    case "MessageRefused":
      return { kind: "message", verdict: "refused" }
    case "MessageReported":
      return { kind: "message", verdict: "reported" }
    case "ChallengeIssued":
      return { kind: "challenge", verdict: "ok" }
    case "EvidenceAppraised":
      return { kind: "evidence", verdict: event.result._tag === "QuoteAccepted" ? "ok" : "refused" }
    case "DeliverySucceeded":
      return { kind: "delivery", verdict: "ok" }
    case "DeliveryFailed":
      return { kind: "delivery", verdict: "suspicious" }
    case "DeliveryAbandoned":
      return { kind: "delivery", verdict: "refused" }
    case "DownlinkTransmitted":
      return { kind: "downlink", verdict: "ok" }
    case "DownlinkNotTransmitted":
      return { kind: "downlink", verdict: "suspicious" }
    default:
      return undefined
  }
}

/** What the event names, and what the state knows beside that. */
const motionOf = (
  state: State,
  { event, position }: Recorded,
  { kind, verdict }: Seen,
  groups: GroupsBy,
): Motion => {
  const id = "device" in event ? String(event.device) : ""
  const device = state.devices.get(id)
  const group = device === undefined ? undefined : groups.ofDevice(device)?.key
  const station =
    "station" in event && typeof event.station === "string" ? event.station : device?.station
  const dataCentre = state.stations.get(station ?? "")?.dataCentre
  const customer = kind === "delivery" && "customer" in event ? String(event.customer) : undefined
  return {
    kind,
    position,
    verdict,
    device: id,
    ...(group === undefined ? {} : { group }),
    ...(station === undefined || station === "" ? {} : { station }),
    ...(dataCentre === undefined || dataCentre === "" ? {} : { dataCentre }),
    ...(customer === undefined ? {} : { customer }),
  }
}
