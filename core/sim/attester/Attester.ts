/**
 * The stations' side of attestation: what they show on enrolment and how they answer challenges, honest or not. A
 * function of the seed, the instant and what adversaries have begun; what is kept is a cache and their marks.
 *
 * How it is wired: `offer` and `activate` enrol a station; for each `ChallengeIssued` ask `answer`, and present what it
 * gives after its delay. A station remembers what was last accepted of it (`accepted`) and sends only newer entries of its
 * list; where a list from 0 is asked for, give null.
 */
import type { Evidence, PriorState } from "../../attestation/Evidence.ts"
import * as CredentialCodec from "../../attestation/Credential.ts"
import type { EnrolmentEvidence } from "../../attestation/Enrolment.ts"
import * as Malformed from "../../attestation/Malformed.ts"
import type { StationId } from "../../event/ids.ts"
import * as Bytes from "../../kernel/Bytes.ts"
import { invariant } from "../../kernel/invariant.ts"
import type { Random } from "../../kernel/Random.ts"
import * as Recent from "../Recent.ts"
import type { Station } from "../Station.ts"
import * as Life from "./Life.ts"
import type { Scene } from "./Scene.ts"
import { type TamperName, tampers } from "./tampers.ts"
import { evidenceOf } from "./evidenceOf.ts"
import * as Tpm from "./Tpm.ts"

/** One station does one thing to its evidence, for a time. */
export interface Tampering {
  readonly station: StationId
  readonly tamper: TamperName
  readonly fromMs: number
  readonly untilMs: number
}

export interface Challenged {
  readonly station: StationId
  /** Hex. */
  readonly nonce: string
  readonly atMs: number
  /** State of its last accepted evidence, as the verifier told it; null for none. */
  readonly accepted: PriorState | null
}

export interface Answer {
  /** After the challenge. */
  readonly delayMs: number
  readonly evidence: Evidence
}

export interface Attesters {
  /** In hex, to be pinned. */
  readonly endorsementName: (station: StationId) => string
  readonly offer: (station: StationId) => EnrolmentEvidence
  /** The secret in hex, or null where the TPM refuses the credential (both in hex). */
  readonly activate: (
    station: StationId,
    credential: { readonly idObject: string; readonly encryptedSecret: string },
  ) => string | null
  /** What it sends, in order of delay: mostly one answer. */
  readonly answer: (challenged: Challenged) => ReadonlyArray<Answer>
  /** Takes note of what is about to be done; nothing that is over is needed, but for the marks it leaves. */
  readonly begin: (tamperings: ReadonlyArray<Tampering>) => void
  /** Forgets all that was begun. */
  readonly clear: () => void
}

/** TPMs kept ready: three keys each. */
const tpmsMax = 16_384
/** Tamperings and marks kept: of earlier ones only how often a station was started. */
const tamperingsMax = 1_000

export const make = (root: Random, stations: ReadonlyArray<Station>): Attesters => {
  const indices = new Map(stations.map(({ id, index }) => [String(id), index]))
  const tpmAt = Recent.make(tpmsMax, (index) => Tpm.make(root.fork(`tpm-${index}`)))
  let begun: ReadonlyArray<Tampering> = []
  const marks = new Map<number, ReadonlyArray<Life.Mark>>()

  const stationOf = (id: StationId): Station => {
    const index = indices.get(id)
    invariant(index !== undefined, `the world has a station ${id}`)
    return stations[index]
  }
  const sceneOf = (station: Station, { nonce, atMs, accepted }: Challenged): Scene => ({
    tpm: tpmAt(station.index),
    neighbour: tpmAt((station.index + 1) % stations.length),
    model: station.model,
    moment: Life.at(station.seed, marks.get(station.index) ?? [], atMs),
    nonce: Bytes.fromHex(nonce) ?? new Uint8Array(0),
    atMs,
    accepted,
    noise: station.seed,
  })

  return {
    endorsementName: (id) => Bytes.toHex(tpmAt(stationOf(id).index).endorsement.name),
    offer: (id) => {
      const { endorsement, attestation } = tpmAt(stationOf(id).index)
      return {
        ekCertificate: null,
        ekPublic: Bytes.toHex(endorsement.publicBytes),
        akPublic: Bytes.toHex(attestation.publicBytes),
      }
    },
    activate: (id, { idObject, encryptedSecret }) => {
      const file = Bytes.fromHex(`badcc0de00000001${idObject}${encryptedSecret}`)
      const blob = file && CredentialCodec.decode(file)
      if (blob === undefined || Malformed.is(blob)) return null
      const secret = Tpm.activate(tpmAt(stationOf(id).index), blob)
      return secret === undefined ? null : Bytes.toHex(secret)
    },
    answer: (challenged) => {
      const station = stationOf(challenged.station)
      const scene = sceneOf(station, challenged)
      const delayMs = 300 + (station.seed % 700)
      const tampering = begun.findLast(
        ({ station: of, fromMs, untilMs }) =>
          of === station.id && challenged.atMs >= fromMs && challenged.atMs < untilMs,
      )
      if (tampering === undefined) return [{ delayMs, evidence: evidenceOf(scene) }]
      return tampers[tampering.tamper]
        .answer(scene)
        .map(({ evidence, lateMs }) => ({ delayMs: delayMs + lateMs, evidence }))
    },
    begin: (tamperings) => {
      begun = [...begun, ...tamperings].slice(-tamperingsMax)
      for (const { station: id, tamper, fromMs, untilMs } of tamperings) {
        const { index } = stationOf(id)
        const { before, after } = tampers[tamper]
        const left = [
          ...(marks.get(index) ?? []),
          ...(before === undefined ? [] : [{ atMs: fromMs, ...before }]),
          ...(after === undefined ? [] : [{ atMs: untilMs, ...after }]),
        ]
        marks.set(index, merged(left))
      }
    },
    clear: () => {
      begun = []
      marks.clear()
    },
  }
}

/** Marks kept apart for one station; older ones are one together. */
const marksMax = 128

const merged = (marks: ReadonlyArray<Life.Mark>): ReadonlyArray<Life.Mark> => {
  const old = marks.slice(0, -marksMax)
  if (old.length === 0) return marks
  const one = old.reduce((sum, mark) => ({
    atMs: mark.atMs,
    boots: sum.boots + mark.boots,
    clockMs: sum.clockMs + mark.clockMs,
  }))
  return [one, ...marks.slice(-marksMax)]
}
