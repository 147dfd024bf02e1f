/**
 * What stations are measured by, for the whole network: roots of endorsement keys, and the reference values that were
 * published and superseded. A fold of their events.
 */
import type { AppraisalPolicy } from "../attestation/Evidence.ts"
import type { EndorsementRootTrusted } from "../event/endorsement.ts"
import type { Position, Recorded } from "../event/Envelope.ts"

/** Certificates trusted at once. */
export const rootsMax = 64
/** Sets of reference values that hold at once. */
export const publishedMax = 4_096
/** Superseded ones kept, to tell a downgrade from something unknown; the one superseded first makes room. */
export const supersededMax = 4_096

export type Reference = {
  readonly at: Position
  readonly ms: number
  /** Null: for all stations that have none of their own. */
  readonly stations: ReadonlyArray<string> | null
  readonly values: AppraisalPolicy
}

export type Root = { readonly at: Position } & Pick<
  EndorsementRootTrusted,
  "subject" | "certificate" | "role"
>

export interface Endorsements {
  readonly roots: Map<string, Root>
  /** In the order in which they were published, and superseded. */
  readonly published: Map<string, Reference>
  readonly superseded: Map<string, Reference>
}

export const make = (): Endorsements => ({
  roots: new Map(),
  published: new Map(),
  superseded: new Map(),
})

export const copy = (of: Endorsements): Endorsements => ({
  roots: new Map(of.roots),
  published: new Map(of.published),
  superseded: new Map(of.superseded),
})

/** Takes an event into endorsements that the caller owns. Says whom it concerns, where reference values changed. */
export const apply = (
  own: Endorsements,
  { event, occurredMs, position }: Recorded,
): Pick<Reference, "stations"> | undefined => {
  // Only what concerns endorsements matters here.
  // oxlint-disable-next-line typescript/switch-exhaustiveness-check
  switch (event._tag) {
    case "EndorsementRootTrusted": {
      const { certificate, fingerprint, role, subject } = event
      if (own.roots.size < rootsMax)
        own.roots.set(fingerprint, { at: position, subject, certificate, role })
      return undefined
    }
    case "EndorsementRootDistrusted":
      own.roots.delete(event.fingerprint)
      return undefined
    case "ReferenceValuesPublished": {
      const { stations = null, values } = event
      if (own.published.size >= publishedMax) return undefined
      own.superseded.delete(values.id)
      own.published.delete(values.id)
      own.published.set(values.id, { at: position, ms: occurredMs, stations, values })
      return { stations }
    }
    case "ReferenceValuesSuperseded": {
      const known = own.published.get(event.id)
      if (known === undefined) return undefined
      own.published.delete(event.id)
      own.superseded.set(event.id, known)
      const [eldest] = own.superseded.keys()
      if (own.superseded.size > supersededMax) own.superseded.delete(eldest)
      return { stations: known.stations }
    }
    default:
      return undefined
  }
}

/** The values in force for a station: the latest published for it, else the latest for all. */
export const referenceFor = (of: Endorsements, station: string): Reference | undefined => {
  let own: Reference | undefined
  let all: Reference | undefined
  for (const reference of of.published.values()) {
    if (reference.stations === null) all = reference
    else if (reference.stations.includes(station)) own = reference
  }
  return own ?? all
}

/** Values that held for the station and do no more. */
export const supersededFor = (of: Endorsements, station: string): ReadonlyArray<AppraisalPolicy> =>
  [...of.superseded.values()]
    .filter(({ stations }) => stations === null || stations.includes(station))
    .map(({ values }) => values)

/** Certificates of one role, PEM. */
export const certificatesOf = (of: Endorsements, role: Root["role"]): ReadonlyArray<string> =>
  [...of.roots.values()].filter((root) => root.role === role).map(({ certificate }) => certificate)
