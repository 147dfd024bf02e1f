/** Decides on commands about what stations are measured by: roots, pins, reference values. */
import type { AppraisalPolicy } from "../attestation/Evidence.ts"
import type { Event } from "../event/Event.ts"
import { type Command, CommandRefused } from "./Command.ts"
import * as Endorsements from "./Endorsements.ts"
import type * as Network from "./Network.ts"

type EndorsementCommand = Extract<
  Command,
  {
    readonly _tag:
      | "TrustEndorsementRoot"
      | "DistrustEndorsementRoot"
      | "PinEndorsementKey"
      | "PublishReferenceValues"
      | "SupersedeReferenceValues"
  }
>

export const decideEndorsement = (
  state: Network.State,
  checks: {
    readonly describeCertificate: (
      pem: string,
    ) => { readonly fingerprint: string; readonly subject: string } | undefined
  },
  command: EndorsementCommand,
): ReadonlyArray<Event> | CommandRefused => {
  const { published, roots } = state.endorsements
  switch (command._tag) {
    case "TrustEndorsementRoot": {
      const { certificate, role } = command
      const named = checks.describeCertificate(certificate)
      if (named === undefined) return refuse("invalid", "root", "is no certificate in PEM")
      if (roots.get(named.fingerprint)?.role === role) return []
      return roots.size >= Endorsements.rootsMax && !roots.has(named.fingerprint)
        ? refuse("invalid", "roots", `${Endorsements.rootsMax} are trusted, which is the most`)
        : [{ _tag: "EndorsementRootTrusted", ...named, certificate, role }]
    }
    case "DistrustEndorsementRoot":
      return roots.has(command.fingerprint)
        ? [{ _tag: "EndorsementRootDistrusted", fingerprint: command.fingerprint }]
        : refuse("unknown", `root ${command.fingerprint}`, "is not trusted")
    case "PinEndorsementKey": {
      const { ekName, station } = command
      const known = state.stations.get(station)
      if (known === undefined) return refuse("unknown", `station ${station}`, "is not known")
      if (known.retired) return refuse("retired", `station ${station}`, "is retired")
      return known.attested?.pin === ekName
        ? []
        : [{ _tag: "EndorsementKeyPinned", station, ekName }]
    }
    case "PublishReferenceValues": {
      const { stations, values } = command
      const subject = `reference values ${values.id}`
      const why = whyNoValues(values)
      if (why !== undefined) return refuse("invalid", subject, why)
      // What holds under a name never changes: who was judged by it must stay explicable.
      if (published.has(values.id) || state.endorsements.superseded.has(values.id))
        return refuse("exists", subject, "were published already; choose another name")
      if (published.size >= Endorsements.publishedMax)
        return refuse("invalid", subject, `${Endorsements.publishedMax} hold, which is the most`)
      return [
        {
          _tag: "ReferenceValuesPublished",
          ...(stations === undefined ? {} : { stations }),
          values,
        },
      ]
    }
    case "SupersedeReferenceValues":
      return published.has(command.id)
        ? [{ _tag: "ReferenceValuesSuperseded", id: command.id }]
        : state.endorsements.superseded.has(command.id)
          ? []
          : refuse("unknown", `reference values ${command.id}`, "were never published")
  }
}

/** PCR 10 grows with each measured file: its list is judged instead. */
const listedPcr = 10

const whyNoValues = ({ reference, selection }: AppraisalPolicy): string | undefined => {
  const banks = Object.entries(selection)
  if (banks.length === 0) return "select no PCR"
  for (const [bank, pcrs] of banks) {
    if (bank === "sha1") return "a bank of SHA-1 proves nothing"
    if (pcrs.length === 0 || new Set(pcrs).size !== pcrs.length)
      return `the selection of bank ${bank} is empty or names a PCR twice`
    for (const pcr of pcrs)
      if (pcr !== listedPcr && !/^([0-9a-f]{2})+$/.test(reference[bank]?.[String(pcr)] ?? ""))
        return `PCR ${pcr} of bank ${bank} is selected and has no value`
  }
  return undefined
}

const refuse = (
  reason: CommandRefused["reason"],
  subject: string,
  detail: string,
): CommandRefused => new CommandRefused({ reason, subject, detail })
