/**
 * Decides on a command: the events that carry it out, none where it is so already, or why not.
 *
 * Keys do not pass through here: who calls has put the key where keys are kept before its version is
 * recorded, and `keyVersion` says which it is.
 */
import * as Redacted from "effect/Redacted"
import type { Event } from "../event/Event.ts"
import * as Bytes from "../kernel/Bytes.ts"
import { invariant } from "../kernel/invariant.ts"
import type { Command, CommandRefused } from "./Command.ts"
import { decideAccess } from "./decideAccess.ts"
import { decideAlert } from "./decideAlert.ts"
import { decideBlock } from "./decideBlock.ts"
import { decideRetention } from "./decideRetention.ts"
import { decideEndorsement } from "./decideEndorsement.ts"
import { sealedDefault } from "./decideDownlink.ts"
import { canonical } from "./canonical.ts"
import type { Checks } from "./decideFrame.ts"
import { decideInfrastructure } from "./decideInfrastructure.ts"
import { whyNoDestination, whyNoHeaders, whyNoUrl } from "./destination.ts"
import type * as Network from "./Network.ts"
import { exists, invalid, type Outcome, retired, unknown } from "./outcome.ts"

/** What a decision needs and may not do itself. */
export interface CommandChecks extends Pick<Checks, "seal"> {
  /** Whether payloads of that scheme can be read. */
  readonly knowsScheme: (id: string) => boolean
  /** Of a certificate in PEM; undefined for anything else. */
  readonly describeCertificate: (
    pem: string,
  ) => { readonly fingerprint: string; readonly subject: string } | undefined
}

export const decideCommand = (
  state: Network.State,
  checks: CommandChecks,
  command: Command,
  /** Who gives it: an account, or `local`. */
  by: string,
): ReadonlyArray<Event> | CommandRefused => {
  switch (command._tag) {
    case "RegisterDevice": {
      const known = state.devices.get(command.device)
      const { _tag: _, key, ...given } = command
      if (known === undefined || known.retired)
        return [
          {
            _tag: "DeviceRegistered",
            ...given,
            keyVersion: key === undefined ? 0 : (known?.keyVersion ?? 0) + 1,
          },
        ]
      return exists(
        `device ${command.device}`,
        "is registered already; replace its key or retire it",
      )
    }
    case "ReplaceDeviceKey":
      return withDevice(state, command.device, (device) => [
        { _tag: "DeviceKeyReplaced", device: command.device, keyVersion: device.keyVersion + 1 },
      ])
    case "RetireDevice":
      return withAny(state.devices.get(command.device), `device ${command.device}`, (device) =>
        device.retired ? [] : [{ _tag: "DeviceRetired", device: command.device }],
      )
    case "DisengageCounter":
      return withDevice(state, command.device, (device) =>
        device.window.disengaged
          ? []
          : [{ _tag: "CounterDisengaged", device: command.device, note: command.note }],
      )
    case "ErasePayloads":
      // Each time anew, also of a retired device: there may be a key again since the last time.
      return withAny(state.devices.get(command.device), `device ${command.device}`, () => [
        { _tag: "PayloadsErased", device: command.device, note: command.note },
      ])
    case "EnrolStation": {
      const known = state.stations.get(command.station)
      const { _tag: _, ...given } = command
      return known?.enrolled === true && !known.retired
        ? exists(`station ${command.station}`, "is enrolled already")
        : [{ _tag: "StationEnrolled", ...given }]
    }
    case "AdoptReferenceValues":
      return withAny(
        state.stations.get(command.station),
        `station ${command.station}`,
        (station) => {
          if (station.attested !== null && station.attested.identity !== null)
            return invalid(
              `station ${command.station}`,
              "its TPM is enrolled: publish reference values, and its evidence says whether it has them",
            )
          if (!/^([0-9a-f]{2}){1,64}$/.test(command.configDigest))
            return invalid(
              `station ${command.station}`,
              "a configuration digest is hex in lower case, 64 bytes at most",
            )
          return station.reference === command.configDigest && station.trust === "trusted"
            ? []
            : [
                {
                  _tag: "ReferenceValuesAdopted",
                  station: command.station,
                  configDigest: command.configDigest,
                },
              ]
        },
      )
    case "TrustEndorsementRoot":
    case "DistrustEndorsementRoot":
    case "PinEndorsementKey":
    case "PublishReferenceValues":
    case "SupersedeReferenceValues":
      return decideEndorsement(state, checks, command)
    case "RetireStation":
      return withAny(state.stations.get(command.station), `station ${command.station}`, (station) =>
        station.retired ? [] : [{ _tag: "StationRetired", station: command.station }],
      )
    case "OpenDataCentre": {
      const { _tag: _, ...given } = command
      return state.dataCentres.has(command.dataCentre)
        ? exists(`data centre ${command.dataCentre}`, "is open already")
        : [{ _tag: "DataCentreOpened", ...given }]
    }
    case "ReportLink": {
      const { dataCentre, link, up } = command
      return withAny(state.dataCentres.get(dataCentre), `data centre ${dataCentre}`, (centre) => {
        if (!centre.links.includes(link))
          return unknown(`link ${link}`, `data centre ${dataCentre} has no such link`)
        return centre.down.includes(link) === !up
          ? []
          : [{ _tag: "LinkReported", dataCentre, link, up }]
      })
    }
    case "RegisterCustomer": {
      const known = state.customers.get(command.customer)
      const { _tag: _, ...given } = command
      return known !== undefined && !known.retired
        ? exists(`customer ${command.customer}`, "is registered already")
        : [{ _tag: "CustomerRegistered", ...given }]
    }
    case "RetireCustomer":
      return withAny(
        state.customers.get(command.customer),
        `customer ${command.customer}`,
        (known) => (known.retired ? [] : [{ _tag: "CustomerRetired", customer: command.customer }]),
      )
    case "AddDestination":
      return withCustomer(state, command.customer, (customer) => {
        const { _tag: _, secrets, ...given } = command
        const subject = `destination ${command.destination}`
        const hidden = secrets === undefined ? {} : (Redacted.value(secrets).headers ?? {})
        const why = whyNoDestination(given) ?? whyNoHeaders(hidden)
        if (why !== undefined) return invalid(subject, why)
        const same = customer.destinations.find(
          ({ settings }) => settings.destination === command.destination,
        )?.settings
        if (same === undefined && customer.destinations.length >= destinationsMax)
          return invalid(
            `customer ${command.customer}`,
            `has ${destinationsMax} destinations, which is the most; remove one first`,
          )
        const before = same?.secretVersion
        const secretVersion = secrets === undefined ? before : (before ?? 0) + 1
        const next = secretVersion === undefined ? given : { ...given, secretVersion }
        return same !== undefined && canonical(same) === canonical(next)
          ? []
          : [{ _tag: "DestinationAdded", ...next }]
      })
    case "RemoveDestination":
      return withCustomer(state, command.customer, (customer) =>
        customer.destinations.some(({ settings }) => settings.destination === command.destination)
          ? [
              {
                _tag: "DestinationRemoved",
                customer: command.customer,
                destination: command.destination,
              },
            ]
          : [],
      )
    case "SetDownlinkDefault":
      return withDevice(state, command.device, (known) => {
        const { device, payload } = command
        if (payload === undefined)
          return known.downlinkDefault === undefined ? [] : [{ _tag: "DownlinkDefaultSet", device }]
        const bytes = Bytes.fromHex(Redacted.value(payload))
        invariant(bytes !== undefined, "the schema let only hexadecimal digits through")
        const sealed = sealedDefault(checks, device, bytes)
        return known.downlinkDefault?.payload.digest === sealed.digest
          ? []
          : [{ _tag: "DownlinkDefaultSet", device, payload: sealed }]
      })
    case "AdoptPayloadScheme":
      return withDevice(state, command.device, (known) => {
        const { device, key, rolloverCounter = 0, scheme } = command
        const subject = `device ${device}`
        const rest = { rolloverCounter, epoch: known.window.epoch }
        if ((scheme === undefined) !== (key === undefined))
          return invalid(subject, "a payload scheme and its key are given together")
        if (scheme === undefined) {
          const keyVersion = known.payloadKeyVersion
          return known.payloadScheme === undefined
            ? []
            : [{ _tag: "PayloadSchemeAdopted", device, keyVersion, ...rest }]
        }
        if (!checks.knowsScheme(scheme)) return invalid(subject, `there is no scheme ${scheme}`)
        const keyVersion = known.payloadKeyVersion + 1
        return [{ _tag: "PayloadSchemeAdopted", device, scheme, keyVersion, ...rest }]
      })
    case "AddCorePart":
    case "RemoveCorePart":
    case "DeclareCoreService":
    case "ReportCorePart":
      return decideInfrastructure(state, command)
    case "AddSource": {
      const { _tag: _, credentials, ...given } = command
      const subject = `source ${command.source}`
      const why = whyNoSource(given)
      if (why !== undefined) return invalid(subject, why)
      const same = state.sources.get(command.source)
      if (same === undefined && credentials === undefined)
        return invalid(subject, "needs the login and password of an API user")
      if (same === undefined && state.sources.size >= sourcesMax)
        return invalid(subject, `there are ${sourcesMax} sources, which is the most`)
      const before = same?.secretVersion ?? 0
      const secretVersion = credentials === undefined ? before : before + 1
      const next = { _tag: "SourceAdded", ...given, secretVersion } as const
      return same !== undefined && canonical(same) === canonical(next) ? [] : [next]
    }
    case "RemoveSource":
      return withAny(state.sources.get(command.source), `source ${command.source}`, () => [
        { _tag: "SourceRemoved", source: command.source },
      ])
    case "AdoptPolicy": {
      const why = whyNoPolicy(command.policy)
      if (why !== undefined) return invalid("policy", why)
      return [
        {
          _tag: "PolicyAdopted",
          version: state.policy.version + 1,
          policy: command.policy,
          note: command.note,
        },
      ]
    }
    case "AddAlertTarget":
    case "RemoveAlertTarget":
    case "TestAlerts":
      return decideAlert(state, command, by)
    case "BlockTraffic":
    case "UnblockTraffic":
      return decideBlock(state, command, by)
    case "SetRetention":
      return decideRetention(state, command, by)
    case "PlaceGroup":
    case "AddAccount":
    case "SetPassword":
    case "DisableAccount":
    case "EnableAccount":
    case "GrantRole":
    case "RevokeRole":
    case "CreateCredential":
    case "RevokeCredential":
      return decideAccess(state.access, command, by)
  }
}

/** Of one customer: each accepted message is owed to all of them in its own commit. */
export const destinationsMax = 8

const withAny = <A>(known: A | undefined, subject: string, then: (known: A) => Outcome): Outcome =>
  known === undefined ? unknown(subject, "is not known") : then(known)

const withDevice = (
  state: Network.State,
  device: string,
  then: (device: Network.Device) => Outcome,
): Outcome =>
  withAny(state.devices.get(device), `device ${device}`, (known) =>
    known.retired ? retired(`device ${device}`) : then(known),
  )

const withCustomer = (
  state: Network.State,
  customer: string,
  then: (customer: Network.Customer) => Outcome,
): Outcome =>
  withAny(state.customers.get(customer), `customer ${customer}`, (known) =>
    known.retired ? retired(`customer ${customer}`) : then(known),
  )

/** Networks that are polled. */
export const sourcesMax = 16
const deviceTypesMax = 200

const whyNoSource = (given: {
  readonly url: string
  readonly deviceTypes: ReadonlyArray<string>
  readonly everyS: number
  readonly loopbackAllowed: boolean
}): string | undefined => {
  const { deviceTypes, everyS } = given
  if (deviceTypes.length === 0 || deviceTypes.length > deviceTypesMax)
    return `names 1..${deviceTypesMax} device types`
  if (!deviceTypes.every((type) => /^[0-9A-Za-z._-]{1,64}$/.test(type)))
    return "has a device type that is no id"
  if (everyS < 1 || everyS > 86_400) return "everyS is 1..86400"
  return whyNoUrl(given.url, given.loopbackAllowed)
}

/** Roll-over: SIGFOX.md part 3, 128..4096. A tally longer than an hour would hide replays. */
const whyNoPolicy = (policy: Network.State["policy"]["policy"]): string | undefined => {
  if (policy.rollover < 128 || policy.rollover > 4096) return "rollover is 128..4096"
  if (policy.contractPerDay < 1 || policy.contractPerDay > 1_000_000)
    return "contractPerDay is 1..1000000"
  if (policy.downlinksPerDay < 0 || policy.downlinksPerDay > 10_000)
    return "downlinksPerDay is 0..10000"
  for (const name of times)
    if (policy[name] < 1_000 || policy[name] > yearMs) return `${name} is a second to a year, in ms`
  for (const name of ["stationPerMinute", "customerPerMinute"] as const)
    if (policy[name] < 0 || policy[name] > 10_000_000) return `${name} is 0..10000000`
  if (policy.blockAfterShed < 1 || policy.blockAfterShed > 10_000_000)
    return "blockAfterShed is 1..10000000"
  return policy.tallyWindowMs < 1 || policy.tallyWindowMs > 3_600_000
    ? "tallyWindowMs is 1..3600000"
    : undefined
}

const times = [
  "challengeEveryMs",
  "challengeWithinMs",
  "silentAfterMs",
  "evidenceStaleMs",
  "blockForMs",
] as const

const yearMs = 365 * 86_400_000
