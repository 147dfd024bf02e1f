/** Keys that stations offered and that await the answer of their TPM: one open offer a station. */
import type { EnrolmentEvidence } from "../attestation/Enrolment.ts"
import type { Recorded } from "../event/Envelope.ts"
import type { Sealed } from "../event/sealed.ts"
import * as FifoMap from "../kernel/FifoMap.ts"

/** Open at once; the one begun first makes room, and its station offers again. */
export const offersMax = 1_024

export interface Offer {
  readonly evidence: EnrolmentEvidence
  readonly offeredAt: number
  readonly offeredMs: number
  readonly issuedAt: number
  readonly akName: string
  readonly idObject: string
  readonly encryptedSecret: string
  readonly seed: Sealed
  readonly expiresMs: number
}

export interface Offers {
  readonly offered: FifoMap.FifoMap<Pick<Offer, "evidence" | "offeredAt" | "offeredMs">>
  readonly issued: FifoMap.FifoMap<Offer>
}

export const make = (): Offers => ({
  offered: FifoMap.make(offersMax),
  issued: FifoMap.make(offersMax),
})

export const apply = (own: Offers, { event, occurredMs, position }: Recorded): void => {
  // Only what concerns enrolment matters here.
  // oxlint-disable-next-line typescript/switch-exhaustiveness-check
  switch (event._tag) {
    case "EnrolmentOffered": {
      const { evidence, station } = event
      FifoMap.set(own.offered, station, { evidence, offeredAt: position, offeredMs: occurredMs })
      FifoMap.remove(own.issued, station)
      return
    }
    case "CredentialIssued": {
      const offered = FifoMap.get(own.offered, event.station)
      if (offered === undefined) return
      const { akName, encryptedSecret, expiresMs, idObject, seed, station } = event
      FifoMap.set(own.issued, station, {
        ...offered,
        issuedAt: position,
        akName,
        idObject,
        encryptedSecret,
        seed,
        expiresMs,
      })
      return
    }
    case "EnrolmentRefused":
    case "StationTpmEnrolled":
    case "StationRetired":
      FifoMap.remove(own.offered, event.station)
      FifoMap.remove(own.issued, event.station)
      return
    default:
      return
  }
}

export const find = (offers: Offers, station: string, atMs: number): Offer | undefined => {
  const issued = FifoMap.get(offers.issued, station)
  return issued === undefined || atMs >= issued.expiresMs ? undefined : issued
}
