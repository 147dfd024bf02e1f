/**
 * The picture of the whole chain as a projection: devices in groups, stations, data centres and links,
 * customers with their ledgers, rates, and incidents. `viewOf` makes of it what the page shows.
 *
 * It is folded live for every reader and must keep up with any replay: more than a million events a second.
 */
import type { Recorded } from "../../core/event/Envelope.ts"
import { outside } from "../../core/event/subjects.ts"
import type { Projection } from "../Projection.ts"
import { advance } from "./advance.ts"
import { messageAccepted, messageRefused } from "./decided.ts"
import {
  deliveryAbandoned,
  deliveryFailed,
  deliveryOwed,
  deliverySucceeded,
  redeliveryAsked,
} from "./delivered.ts"
import { sweep } from "./happenings.ts"
import { bytesHeard, frameHeard, messageReported, receptionReported } from "./heard.ts"
import { minuteMs } from "./Pulse.ts"
import {
  customerNamed,
  dataCentreOpened,
  deviceRegistered,
  deviceRetired,
  linkReported,
  stationEnrolled,
  stationRetired,
  trustChanged,
} from "./registered.ts"
import { copy, decode, encode, initial, type State } from "./State.ts"

const apply = (draft: State, recorded: Recorded): void => {
  const before = draft.nowMs
  draft.position = recorded.position
  draft.recordedMs = recorded.recordedMs
  advance(draft, recorded.occurredMs)
  if (draft.open.size > 0 && Math.floor(before / minuteMs) !== Math.floor(draft.nowMs / minuteMs))
    sweep(draft)
  happen(draft, recorded)
}

const happen = (draft: State, recorded: Recorded): void => {
  const { event } = recorded
  switch (event._tag) {
    case "FrameHeard":
      return frameHeard(draft, event)
    case "BytesHeard":
      return bytesHeard(draft, event.station)
    case "MessageReported":
      return messageReported(draft, event)
    case "ReceptionReported":
      return receptionReported(draft, event)
    case "DeviceRegistered":
      return deviceRegistered(draft, event)
    case "DeviceRetired":
      return deviceRetired(draft, event.device)
    case "StationEnrolled":
      return stationEnrolled(draft, event)
    case "StationRetired":
      return stationRetired(draft, event.station)
    case "DataCentreOpened":
      return dataCentreOpened(draft, event)
    case "CustomerRegistered":
      return customerNamed(draft, event.customer, event.name)
    case "ReferenceValuesAdopted":
      // New values restore trust only where the twin says so (StationTrustRestored).
      if (draft.stations.get(event.station)?.trust === "lost") return
      return trustChanged(draft, event.station, "attested", recorded)
    case "StationTrustLost":
      return trustChanged(draft, event.station, "lost", recorded)
    case "StationTrustRestored":
      return trustChanged(draft, event.station, "attested", recorded)
    case "MessageAccepted":
      return messageAccepted(draft, event)
    case "MessageRefused":
      return messageRefused(draft, event, recorded)
    case "DeliveryOwed":
      return deliveryOwed(draft, event, recorded)
    case "DeliverySucceeded":
      return deliverySucceeded(draft, event, recorded)
    case "DeliveryFailed":
      return deliveryFailed(draft, event, recorded)
    case "DeliveryAbandoned":
      return deliveryAbandoned(draft, event)
    case "RedeliveryAsked":
      return redeliveryAsked(draft, event, recorded)
    case "LinkReported":
      return linkReported(draft, event, recorded)
    case "ServiceReported":
    case "DeviceKeyReplaced":
    case "CounterDisengaged":
    case "CustomerRetired":
    case "DestinationAdded":
    case "DestinationRemoved":
    case "DeliveriesBegan":
    case "CircuitOpened":
    case "CircuitClosed":
    case "DemoBegan":
    case "Ticked":
    case "ReceptionsRepeated":
    case "EarlierTwinFound":
    case "ChallengeIssued":
    case "EvidencePresented":
    case "EvidenceAppraised":
    case "StationFellSilent":
    case "StationBootRefused":
    case "ForeignReceptionsRefused":
      return
    default:
      return outside<
        | "attestation"
        | "decision"
        | "delivery"
        | "network"
        | "reception"
        | "registration"
        | "report"
      >(event)
  }
}

export const Chain: Projection<State> = {
  name: "chain",
  version: 3,
  initial,
  apply,
  copy,
  encode,
  decode,
}
