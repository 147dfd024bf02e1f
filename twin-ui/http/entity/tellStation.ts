/** A station at one instant: who it is, whether it is trusted, and what rests on it alone. */
import * as Integrity from "../../../projections/integrity/Integrity.ts"
import type { Fact } from "../../api/EntityState.ts"
import { at, count, fact, factIf, type Standing, table, type Told } from "./facts.ts"
import type { Scene } from "./States.ts"
import { measuredOf, type Shown, tellAttestation } from "./tellAttestation.ts"

export const tellStation = (
  { states }: Pick<Scene<"integrity">, "states">,
  id: string,
  shown: Shown,
): Told | undefined => {
  const station = Integrity.find(states.integrity, id)
  if (station === undefined) return undefined
  const measured = measuredOf(states.integrity, station, shown.evidence)
  return {
    ...standing(station),
    ...(measured.length === 0 ? {} : { measured }),
    title: station.enrolment?.name ?? id,
    tables: [
      ...table("Enrolment", enrolment(station)),
      ...table("Integrity", integrity(station)),
      ...tellAttestation(states.integrity, station, shown),
      ...table("Heard", [
        fact("last", at(station.lastHeardMs)),
        fact("receptions", station.receptions),
        ...(station.reportedReceptions > 0
          ? [fact("receptions reported", station.reportedReceptions)]
          : []),
      ]),
      ...table("Rests on it alone", blastRadius(station)),
    ],
  }
}

export const standing = (station: Integrity.Station): Standing => {
  const since = station.trustMs === null ? "" : ` since ${at(station.trustMs)}`
  const because = station.trustAt
  if (station.retired)
    return { status: "retired", tone: "plain", summary: "It was retired.", because }
  const { attested } = station
  if (attested !== null && attested.bootRefused !== null)
    return {
      status: "refused to boot",
      tone: "refused",
      summary: `Its sealed secret did not unseal at ${at(attested.bootRefused.ms)}, so it did not start: ${attested.bootRefused.detail}.`,
      because: attested.bootRefused.at,
    }
  const refused = attested?.quotes.find(
    ({ result }) => result._tag === "QuoteRefused" && result.rule > 5,
  )
  if (station.trust === "lost" && refused?.result._tag === "QuoteRefused")
    return {
      status: "trust lost",
      tone: "refused",
      summary: `Its evidence was refused${since}: ${refused.result.detail}; ${count(station.alone, "accepted message")} rested on it alone.`,
      because,
    }
  if (attested?.silent != null)
    return {
      status: "silent",
      tone: "suspicious",
      summary: `It answers no challenges since ${at(attested.silent.sinceMs)}.`,
      because: attested.silent.at,
    }
  switch (station.trust) {
    case "lost":
      return {
        status: "trust lost",
        tone: "refused",
        summary: `Its configuration is not the one it should have${since}; ${count(station.alone, "accepted message")} rested on it alone.`,
        because,
      }
    case "attested":
      return {
        status: "attested",
        tone: "good",
        summary: `Its configuration is the one it should have${since}.`,
        because,
      }
    case "not-attested":
      return {
        status: "not attested",
        tone: "plain",
        summary: "No reference values were adopted for it, so there is nothing to measure it by.",
        because: station.enrolment?.position ?? null,
      }
  }
}

const enrolment = ({ enrolment: given }: Integrity.Station): ReadonlyArray<Fact> =>
  given === null
    ? [fact("enrolled", "no", { tone: "suspicious" })]
    : [
        fact("enrolled", "yes", { position: given.position }),
        ...factIf("name", given.name),
        ...factIf("city", given.city),
        ...(given.lat === null || given.lng === null
          ? []
          : [fact("place", `${given.lat}°, ${given.lng}°`)]),
        ...factIf("data centre", given.dataCentre),
      ]

const integrity = (station: Integrity.Station): ReadonlyArray<Fact> => [
  fact("trust", station.trust === "not-attested" ? "not attested" : station.trust, {
    tone: standing(station).tone,
    position: station.trustAt,
  }),
  ...factIf("since", station.trustMs === null ? null : at(station.trustMs)),
  ...factIf("reference digest", station.reference, { position: station.referenceAt }),
  ...factIf("last digest", station.lastDigest, {
    position: station.lastDigestAt,
    tone:
      station.reference === null || station.reference === station.lastDigest ? "plain" : "refused",
  }),
]

const blastRadius = (station: Integrity.Station): ReadonlyArray<Fact> =>
  station.alone === 0
    ? []
    : [
        fact("accepted messages", station.alone, {
          tone: station.trust === "lost" ? "refused" : "plain",
        }),
        ...station.aloneRecent.toReversed().map(({ device, epoch, position, seq }) => {
          const id = `${device}:${seq}@${epoch}`
          return fact(id, "rests on it alone", { position, link: { kind: "message", id } })
        }),
      ]
