/**
 * What decisions rest on: who is registered, the counters, which messages are being heard, which
 * stations are trusted. A fold of the log, as projections are, and the same for the same log.
 *
 * The maps and entries are owned by the state and change in place: decisions are made at the rate of
 * receptions. Nobody outside `core/decide` changes them.
 */
import * as Access from "../access/Access.ts"
import type { AlertTargetAdded } from "../event/alert.ts"
import type { Recorded } from "../event/Envelope.ts"
import type { MessageRefused } from "../event/decision.ts"
import type { CorePartAdded, CoreServiceDeclared } from "../event/infrastructure.ts"
import type { CustomerId } from "../event/ids.ts"
import type { SourceAdded } from "../event/source.ts"
import type { Sealed } from "../event/sealed.ts"
import { type Policy, policyDefault } from "../event/policy.ts"
import type { DestinationAdded, Told } from "../event/registration.ts"
import { outside } from "../event/subjects.ts"
import * as Attempts from "./Attempts.ts"
import * as Attested from "./Attested.ts"
import * as CounterWindow from "./CounterWindow.ts"
import * as Downlinks from "./Downlinks.ts"
import * as Firewall from "./Firewall.ts"
import * as Endorsements from "./Endorsements.ts"
import * as Offers from "./Offers.ts"
import * as Rates from "./Rates.ts"
import { withGap } from "./tellSilence.ts"
import * as Retention from "./Retention.ts"

export interface State {
  policy: { readonly version: number; readonly position: number; readonly policy: Policy }
  readonly devices: Map<string, Device>
  readonly stations: Map<string, Station>
  readonly customers: Map<string, Customer>
  readonly dataCentres: Map<string, DataCentre>
  /** Of registered devices. */
  readonly attempts: Attempts.Attempts
  /** Of others: apart, so that strangers cannot push out what registered devices send. */
  readonly strangers: Attempts.Attempts
  readonly downlinks: Downlinks.Downlinks
  readonly firewall: Firewall.Firewall
  readonly rates: Rates.Rates
  readonly access: Access.State
  readonly endorsements: Endorsements.Endorsements
  readonly offers: Offers.Offers
  /** Parts of the core, their kind, and whether they are up. */
  readonly parts: Map<string, Part>
  readonly services: Map<string, CoreServiceDeclared>
  readonly sources: Map<string, SourceAdded>
  readonly alertTargets: Map<string, AlertTargetAdded>
  readonly retention: Retention.State
}

export interface Part {
  readonly added: CorePartAdded
  readonly up: boolean
}

export interface Device {
  readonly customer: CustomerId | undefined
  readonly group: string | undefined
  readonly deviceType: string | undefined
  /** 0: the policy's default. */
  readonly contractPerDay: number
  readonly rollover: number
  readonly keyVersion: number
  readonly retired: boolean
  readonly registeredAt: number
  /** As registered, `RC1` …; undefined is taken for RC1. */
  readonly radioZone: string | undefined
  /** What it is told where its customer does not answer, and the position that says so. */
  readonly downlinkDefault: { readonly payload: Sealed; readonly at: number } | undefined
  /** How it encrypts its payloads, if it does. */
  readonly payloadScheme: string | undefined
  /** Version of its payload key; 0: none was ever adopted. */
  readonly payloadKeyVersion: number
  /** Of the day of its last downlink. */
  downlinks: Downlinks.Quota | undefined
  /** Position of its last accepted message, -1 before the first; how many there were; the longest gap between them of late. */
  acceptedAt: number
  heard: number
  gapMs: number
  /** Destinations that were told that it is silent since. */
  silenceTold: ReadonlyArray<string>
  window: CounterWindow.CounterWindow
}

export interface Station {
  readonly enrolled: boolean
  readonly retired: boolean
  readonly reference: string | undefined
  readonly trust: "not-attested" | "trusted" | "lost"
  /** Occurred, of the last change of trust: a late reception does not undo a later one. */
  readonly trustSinceMs: number
  /** Position of the event that gave this trust, -1 for none. */
  readonly trustAt: number
  /** What its TPM proved; null for a station of which nothing is known but its registration. */
  readonly attested: Attested.Attested | null
}

export interface Customer {
  readonly retired: boolean
  readonly destinations: ReadonlyArray<Destination>
}

export interface Destination {
  /** Position of the event that added it, or changed it last. */
  readonly at: number
  readonly settings: Omit<DestinationAdded, "_tag">
  /** What it is told of. */
  readonly told: ReadonlyArray<Told>
}

const toldDefault: ReadonlyArray<Told> = ["bidir"]
const noneTold: ReadonlyArray<string> = []

export interface DataCentre {
  readonly links: ReadonlyArray<string>
  readonly down: ReadonlyArray<string>
}

export const initial = (): State => ({
  policy: { version: 0, position: -1, policy: policyDefault },
  devices: new Map(),
  stations: new Map(),
  customers: new Map(),
  dataCentres: new Map(),
  attempts: Attempts.make(),
  strangers: Attempts.make(),
  downlinks: Downlinks.make(),
  firewall: Firewall.make(),
  rates: Rates.make(),
  access: Access.make(),
  endorsements: Endorsements.make(),
  offers: Offers.make(),
  parts: new Map(),
  services: new Map(),
  sources: new Map(),
  alertTargets: new Map(),
  retention: Retention.make(),
})

export const unknownStation: Station = {
  enrolled: false,
  retired: false,
  reference: undefined,
  trust: "not-attested",
  trustSinceMs: 0,
  trustAt: -1,
  attested: null,
}

/** Takes one event into a state that the caller owns. */
export const apply = (state: State, recorded: Recorded): void => {
  const { event, position } = recorded
  switch (event._tag) {
    case "FrameHeard":
      if (event.check === "wrong-crc") return
      Rates.heard(state.rates, event.station, recorded.occurredMs, recorded.recordedMs)
      Attempts.heard(
        event.check === "unknown-device" ? state.strangers : state.attempts,
        recorded,
        event,
        state.policy.policy.tallyWindowMs,
      )
      Downlinks.heard(state.downlinks, recorded, event, state.policy.policy.tallyWindowMs)
      return
    case "MessageAccepted": {
      Attempts.decided(state.attempts, event.device, recorded.causes[0], undefined)
      const device = state.devices.get(event.device)
      if (device === undefined) return
      Rates.apply(state.rates, recorded, state.policy.policy, device.customer)
      if (device.heard > 0)
        device.gapMs = withGap(device.gapMs, recorded.occurredMs - device.window.lastMs)
      device.heard++
      device.acceptedAt = position
      device.silenceTold = noneTold
      device.window = CounterWindow.evolve(device.window, {
        _tag: "Accepted",
        seq: event.seq,
        atMs: recorded.occurredMs,
      })
      return
    }
    case "MessageRefused":
      Attempts.decided(
        event.reason === "unknown-device" ? state.strangers : state.attempts,
        event.device,
        recorded.causes[0],
        event.reason,
      )
      Rates.apply(
        state.rates,
        recorded,
        state.policy.policy,
        state.devices.get(event.device)?.customer,
      )
      refused(state, event)
      return
    case "CounterDisengaged": {
      const device = state.devices.get(event.device)
      if (device !== undefined)
        device.window = CounterWindow.evolve(device.window, { _tag: "Disengaged" })
      return
    }
    case "DeviceRegistered": {
      // Registered anew it keeps what was heard of it.
      const known = state.devices.get(event.device)
      state.devices.set(event.device, {
        customer: event.customer,
        group: event.group,
        deviceType: event.deviceType,
        contractPerDay: event.contractPerDay ?? 0,
        rollover: event.rollover ?? 0,
        keyVersion: event.keyVersion,
        retired: false,
        registeredAt: position,
        radioZone: event.radioZone,
        downlinkDefault: undefined,
        payloadScheme: undefined,
        payloadKeyVersion: known?.payloadKeyVersion ?? 0,
        downlinks: known?.downlinks,
        acceptedAt: known?.acceptedAt ?? -1,
        heard: known?.heard ?? 0,
        gapMs: known?.gapMs ?? 0,
        silenceTold: noneTold,
        window: known?.window ?? CounterWindow.initial,
      })
      return
    }
    case "DeviceKeyReplaced":
      changeDevice(state, event.device, { keyVersion: event.keyVersion })
      return
    case "DeviceRetired":
      changeDevice(state, event.device, { retired: true })
      return
    case "StationEnrolled":
      changeStation(state, event.station, { enrolled: true, retired: false })
      return
    case "StationRetired":
      Offers.apply(state.offers, recorded)
      changeStation(state, event.station, { retired: true })
      attest(state, event.station, recorded)
      return
    case "ReferenceValuesAdopted":
      changeStation(state, event.station, {
        reference: event.configDigest,
        trust: "trusted",
        trustSinceMs: recorded.occurredMs,
        trustAt: position,
      })
      return
    case "StationTrustLost":
    case "StationTrustRestored":
      changeStation(state, event.station, {
        trust: event._tag === "StationTrustLost" ? "lost" : "trusted",
        trustSinceMs: recorded.occurredMs,
        trustAt: position,
      })
      attest(state, event.station, recorded)
      return
    case "EvidenceAppraised": {
      attest(state, event.station, recorded)
      const { result } = event
      if (result._tag === "QuoteAccepted" && result.configDigest !== null)
        changeStation(state, event.station, { reference: result.configDigest })
      return
    }
    case "EnrolmentOffered":
    case "StationTpmEnrolled":
      Offers.apply(state.offers, recorded)
      attest(state, event.station, recorded)
      return
    case "CredentialIssued":
    case "EnrolmentRefused":
      Offers.apply(state.offers, recorded)
      return
    case "ChallengeIssued":
    case "StationFellSilent":
    case "StationBootRefused":
    case "ForeignReceptionsRefused":
    case "EndorsementKeyPinned":
    case "StationCertified":
      attest(state, event.station, recorded)
      return
    case "EndorsementRootTrusted":
    case "EndorsementRootDistrusted":
    case "ReferenceValuesPublished":
    case "ReferenceValuesSuperseded":
      referencesChanged(state, Endorsements.apply(state.endorsements, recorded))
      return
    case "CustomerRegistered":
      state.customers.set(event.customer, {
        retired: false,
        destinations: state.customers.get(event.customer)?.destinations ?? [],
      })
      return
    case "CustomerRetired":
      changeCustomer(state, event.customer, { retired: true })
      return
    case "DestinationAdded": {
      const { _tag: _, ...settings } = event
      const { customer, told = toldDefault } = settings
      const others = destinationsOf(state, customer).filter(
        (known) => known.settings.destination !== settings.destination,
      )
      changeCustomer(state, customer, {
        destinations: [...others, { at: position, settings, told }],
      })
      return
    }
    case "DestinationRemoved":
      changeCustomer(state, event.customer, {
        destinations: destinationsOf(state, event.customer).filter(
          (known) => known.settings.destination !== event.destination,
        ),
      })
      return
    case "DataCentreOpened":
      state.dataCentres.set(event.dataCentre, { links: event.links, down: [] })
      return
    case "LinkReported": {
      const centre = state.dataCentres.get(event.dataCentre)
      if (centre === undefined) return
      const others = centre.down.filter((link) => link !== event.link)
      state.dataCentres.set(event.dataCentre, {
        links: centre.links,
        down: event.up ? others : [...others, event.link],
      })
      return
    }
    case "CorePartAdded":
      state.parts.set(event.part, { added: event, up: state.parts.get(event.part)?.up ?? true })
      return
    case "CorePartRemoved":
      state.parts.delete(event.part)
      return
    case "CorePartReported": {
      const known = state.parts.get(event.part)
      if (known !== undefined) state.parts.set(event.part, { ...known, up: event.up })
      return
    }
    case "CoreServiceDeclared":
      if (event.from.length === 0 || event.to.length === 0) state.services.delete(event.service)
      else state.services.set(event.service, event)
      return
    case "SourceAdded":
      state.sources.set(event.source, event)
      return
    case "SourceRemoved":
      state.sources.delete(event.source)
      return
    case "DeliveryOwed": {
      if (event.notice !== "error") return
      const device = state.devices.get(event.device)
      if (device !== undefined) device.silenceTold = [...device.silenceTold, event.destination]
      return
    }
    case "AlertTargetAdded":
      state.alertTargets.set(event.target, event)
      return
    case "AlertTargetRemoved":
      state.alertTargets.delete(event.target)
      return
    case "AlertRaised":
    case "AlertSent":
    case "AlertFailed":
      return
    case "RateExceeded":
      Rates.apply(state.rates, recorded, state.policy.policy, undefined)
      return
    case "PolicyAdopted":
      state.policy = { version: event.version, position, policy: event.policy }
      return
    case "DownlinkDefaultSet":
      changeDevice(state, event.device, {
        downlinkDefault:
          event.payload === undefined ? undefined : { payload: event.payload, at: position },
      })
      return
    case "DownlinkAsked":
      Downlinks.asked(state.downlinks, position, event)
      return
    case "DownlinkScheduled": {
      const { tallyWindowMs } = state.policy.policy
      Downlinks.scheduled(state.downlinks, position, event, tallyWindowMs)
      const device = state.devices.get(event.device)
      if (device !== undefined)
        device.downlinks = Downlinks.used(device.downlinks, event.transmitAtMs)
      return
    }
    case "DownlinkTransmitted": {
      const ask = Downlinks.find(state.downlinks, event)
      if (ask === undefined) return
      ask.transmittedAt = position
      ask.confirmByMs = event.confirmByMs
      return
    }
    case "DownlinkNotTransmitted": {
      const ask = Downlinks.find(state.downlinks, event)
      if (ask === undefined) return
      ask.stage = "over"
      ask.scheduledAt = -1
      const device = state.devices.get(event.device)
      if (device !== undefined)
        device.downlinks = Downlinks.givenBack(device.downlinks, ask.transmitAtMs)
      return
    }
    case "DownlinkRefused":
    case "DownlinkConfirmed":
    case "DownlinkUnconfirmed": {
      const ask = Downlinks.find(state.downlinks, event)
      if (ask !== undefined) ask.stage = "over"
      return
    }
    case "PayloadSchemeAdopted":
      changeDevice(state, event.device, {
        payloadScheme: event.scheme,
        payloadKeyVersion: event.keyVersion,
      })
      return
    case "RetentionSet":
    case "PayloadsExpired":
      Retention.apply(state.retention, recorded)
      return
    case "PayloadsErased":
      return
    case "TrafficBlocked":
    case "TrafficUnblocked":
      Firewall.apply(state.firewall, recorded)
      return
    case "AccountAdded":
    case "PasswordSet":
    case "AccountDisabled":
    case "AccountEnabled":
    case "GroupPlaced":
    case "RoleGranted":
    case "RoleRevoked":
    case "CredentialCreated":
    case "CredentialRevoked":
      Access.apply(state.access, recorded)
      return
    case "SessionOpened":
    case "SessionClosed":
    case "AccessRefused":
    case "CommandGiven":
    case "BytesHeard":
    case "SourcePolled":
    case "DemoBegan":
    case "Ticked":
    case "ReceptionsRepeated":
    case "DeliveriesBegan":
    case "DeliverySucceeded":
    case "DeliveryFailed":
    case "DeliveryAbandoned":
    case "RedeliveryAsked":
    case "CircuitOpened":
    case "CircuitClosed":
    case "EarlierTwinFound":
    case "StrayConfirmationHeard":
    case "EvidencePresented":
      return
    default:
      return outside<
        | "access"
        | "alert"
        | "attestation"
        | "decision"
        | "delivery"
        | "downlink"
        | "endorsement"
        | "erasure"
        | "firewall"
        | "infrastructure"
        | "network"
        | "payloadScheme"
        | "policy"
        | "reception"
        | "referenceValues"
        | "registration"
        | "source"
      >(event)
  }
}

const refused = (state: State, event: MessageRefused): void => {
  if (event.reason !== "out-of-sequence" && event.reason !== "unstated-band") return
  const device = state.devices.get(event.device)
  if (device !== undefined)
    device.window = CounterWindow.evolve(device.window, { _tag: "OutOfSequence" })
}

const changeDevice = (state: State, id: string, change: Partial<Device>): void => {
  const device = state.devices.get(id)
  if (device !== undefined) state.devices.set(id, { ...device, ...change })
}

const changeStation = (state: State, id: string, change: Partial<Station>): void => {
  state.stations.set(id, { ...(state.stations.get(id) ?? unknownStation), ...change })
}

const attest = (state: State, id: string, recorded: Recorded): void => {
  const known = state.stations.get(id)?.attested ?? Attested.initial
  changeStation(state, id, { attested: Attested.evolve(known, recorded) })
}

const referencesChanged = (
  state: State,
  changed: Pick<Endorsements.Reference, "stations"> | undefined,
): void => {
  if (changed === undefined) return
  for (const id of changed.stations ?? state.stations.keys()) {
    const attested = state.stations.get(id)?.attested
    if (attested !== undefined && attested !== null)
      changeStation(state, id, { attested: Attested.wantReference(attested) })
  }
}

const changeCustomer = (state: State, id: string, change: Partial<Customer>): void => {
  const known = state.customers.get(id)
  if (known !== undefined) state.customers.set(id, { ...known, ...change })
}

const destinationsOf = (state: State, id: string): Customer["destinations"] =>
  state.customers.get(id)?.destinations ?? []
