/**
 * Which stream an event belongs to: that of the thing it changes.
 *
 * A frame whose device is not registered, or not to be believed, goes to the stream of its station,
 * and its refusal to `strangers`: anybody with a radio can invent device ids, and each stream costs
 * memory.
 */
import type { StreamId } from "./Envelope.ts"
import type { Event } from "./Event.ts"

/** One text for each device: a new one for each event is made, hashed and thrown away. */
export const deviceStream = (device: string): StreamId => {
  const known = deviceStreams.get(device)
  if (known !== undefined) return known
  if (deviceStreams.size >= deviceStreamsMax) deviceStreams.clear()
  const stream = `device-${device}`
  deviceStreams.set(device, stream)
  return stream
}

const deviceStreamsMax = 65_536
const deviceStreams = new Map<string, StreamId>()

/** What stations handed in that nobody enrolled: whoever may hand in frames can invent them. */
export const strangeStations: StreamId = "strange-stations"

export const stationStream = (station: string): StreamId => `station-${station}`
export const customerStream = (customer: string): StreamId => `customer-${customer}`

export const streamOf = (event: Event): StreamId => {
  switch (event._tag) {
    case "FrameHeard":
      return event.check === "unknown-device" || event.check === "wrong-crc"
        ? stationStream(event.station)
        : deviceStream(event.device)
    case "BytesHeard":
    case "ReceptionsRepeated":
    case "StationEnrolled":
    case "StationRetired":
    case "ReferenceValuesAdopted":
    case "StationTrustLost":
    case "StationTrustRestored":
    case "ChallengeIssued":
    case "EvidencePresented":
    case "EvidenceAppraised":
    case "StationFellSilent":
    case "StationBootRefused":
    case "ForeignReceptionsRefused":
    case "EndorsementKeyPinned":
    case "EnrolmentOffered":
    case "CredentialIssued":
    case "EnrolmentRefused":
    case "StationTpmEnrolled":
    case "StationCertified":
      return stationStream(event.station)
    case "MessageReported":
    case "ReceptionReported":
    case "ServiceReported":
    case "DeviceRegistered":
    case "DeviceKeyReplaced":
    case "DeviceRetired":
    case "CounterDisengaged":
    case "MessageAccepted":
    case "EarlierTwinFound":
    case "DownlinkDefaultSet":
    case "DownlinkAsked":
    case "DownlinkScheduled":
    case "DownlinkRefused":
    case "DownlinkTransmitted":
    case "DownlinkNotTransmitted":
    case "DownlinkConfirmed":
    case "DownlinkUnconfirmed":
    case "StrayConfirmationHeard":
    case "PayloadSchemeAdopted":
    case "PayloadsErased":
      return deviceStream(event.device)
    case "RetentionSet":
    case "PayloadsExpired":
      return event.customer === undefined ? "retention" : customerStream(event.customer)
    case "MessageRefused":
      return event.reason === "unknown-device" ? "strangers" : deviceStream(event.device)
    case "CustomerRegistered":
    case "CustomerRetired":
    case "DestinationAdded":
    case "DestinationRemoved":
    case "DeliveryOwed":
    case "DeliverySucceeded":
    case "DeliveryFailed":
    case "DeliveryAbandoned":
    case "RedeliveryAsked":
    case "CircuitOpened":
    case "CircuitClosed":
      return customerStream(event.customer)
    case "EndorsementRootTrusted":
    case "EndorsementRootDistrusted":
    case "ReferenceValuesPublished":
    case "ReferenceValuesSuperseded":
      return "endorsements"
    case "PolicyAdopted":
      return "policy"
    case "TrafficBlocked":
    case "TrafficUnblocked":
    case "RateExceeded":
      return "firewall"
    case "AlertTargetAdded":
    case "AlertTargetRemoved":
    case "AlertRaised":
    case "AlertSent":
    case "AlertFailed":
      return "alerts"
    case "AccountAdded":
    case "PasswordSet":
    case "AccountDisabled":
    case "AccountEnabled":
    case "GroupPlaced":
    case "RoleGranted":
    case "RoleRevoked":
    case "CredentialCreated":
    case "CredentialRevoked":
    case "SessionOpened":
    case "SessionClosed":
    case "AccessRefused":
    case "CommandGiven":
      return "access"
    case "DataCentreOpened":
    case "LinkReported":
    case "DeliveriesBegan":
    case "CorePartAdded":
    case "CorePartRemoved":
    case "CorePartReported":
    case "CoreServiceDeclared":
    case "SourceAdded":
    case "SourceRemoved":
    case "SourcePolled":
    case "DemoBegan":
    case "Ticked":
    case "Unknown":
      return "network"
  }
}
