/** What the twin decided about messages. */
import type { Recorded } from "../../core/event/Envelope.ts"
import type { MessageAccepted, MessageRefused } from "../../core/event/decision.ts"
import { refusalCame } from "./happenings.ts"
import { countFlow } from "./heard.ts"
import * as Pulse from "./Pulse.ts"
import { flowStride, type Device, type State } from "./State.ts"

export const messageAccepted = (draft: State, event: MessageAccepted): void => {
  draft.accepted++
  draft.accepting = Pulse.beat(draft.accepting, draft.nowMs)
  const device = draft.devices.get(event.device)
  if (device === undefined) return
  const warning = warningOf(event)
  const { id, n, group, heardMs, station, refusal, refusedMs } = device
  draft.devices.set(id, {
    id,
    n,
    group,
    heardMs,
    station,
    verdict: "ok",
    warning: warning === "" ? device.warning : warning,
    warnedMs: warning === "" ? device.warnedMs : draft.nowMs,
    refusal,
    refusedMs,
  })
  countCarried(draft, device)
}

/** Why an accepted message is suspicious, or "". A break is not: bad radio and a long silence leave many. */
export const warningOf = (event: MessageAccepted): string =>
  event.warning === "unstated-band" ? "unstated-band" : ""

const countCarried = (draft: State, device: Device): void => {
  const customer = draft.customers.get(draft.groups.get(device.group)?.customer ?? "")
  const centre = draft.dataCentres.get(draft.stations.get(device.station)?.dataCentre ?? "")
  if (centre !== undefined)
    draft.dataCentres.set(centre.id, { ...centre, pulse: Pulse.beat(centre.pulse, draft.nowMs) })
  if (customer === undefined) return
  draft.customers.set(customer.id, { ...customer, pulse: Pulse.beat(customer.pulse, draft.nowMs) })
  if (centre !== undefined)
    countFlow(draft.carried, centre.n * flowStride + customer.n, draft.nowMs)
}

export const messageRefused = (draft: State, event: MessageRefused, recorded: Recorded): void => {
  draft.refused++
  draft.refusing = Pulse.beat(draft.refusing, draft.nowMs)
  draft.byReason.set(event.reason, (draft.byReason.get(event.reason) ?? 0) + 1)
  refusalCame(draft, recorded, event)
  const device = draft.devices.get(event.device)
  if (device === undefined) return
  draft.devices.set(device.id, { ...device, refusal: event.reason, refusedMs: draft.nowMs })
}
