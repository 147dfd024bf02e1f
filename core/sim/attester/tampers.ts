/**
 * What dishonest stations do to their evidence, each with the reason an appraisal must find: the kinds of the attestation
 * vectors (tests/vectors/tpm). `null` is evidence that must be accepted, odd as it is.
 */
import * as Attest from "../../attestation/Attest.ts"
import type { Evidence, QuoteReason } from "../../attestation/Evidence.ts"
import * as Writer from "../../attestation/Writer.ts"
import { digest } from "../../crypto/digest.ts"
import * as Bytes from "../../kernel/Bytes.ts"
import { dayMs, hourMs } from "../Span.ts"
import { evidenceOf, type Lie, shownOf } from "./evidenceOf.ts"
import type { Mark } from "./Life.ts"
import * as Platform from "./Platform.ts"
import type { Scene } from "./Scene.ts"
import * as Tpm from "./Tpm.ts"

type Left = Omit<Mark, "atMs">

export interface Tamper {
  readonly reason: QuoteReason | null
  /** What it leaves behind when it begins, and when it is over. */
  readonly before?: Left
  readonly after?: Left
  readonly answer: (scene: Scene) => ReadonlyArray<{
    readonly evidence: Evidence
    /** Later than an honest answer. */
    readonly lateMs: number
  }>
}

const started: Left = { boots: 1, clockMs: 0 }

/** Evidence with a lie in it. */
const tells = (reason: QuoteReason | null, lie: (scene: Scene) => Lie): Tamper => ({
  reason,
  answer: (scene) => [{ evidence: evidenceOf(scene, lie(scene)), lateMs: 0 }],
})

/** The station was started otherwise, and is started again when it is over. */
const boots = (reason: QuoteReason, lie: (scene: Scene) => Lie): Tamper => ({
  ...tells(reason, lie),
  before: started,
  after: started,
})

/** An honest answer, and later the same challenge answered once more. */
const again = (change: (evidence: Evidence) => Evidence): Tamper => ({
  reason: "nonce_consumed",
  answer: (scene) => {
    const evidence = evidenceOf(scene)
    return [
      { evidence, lateMs: 0 },
      { evidence: change(evidence), lateMs: 5_000 },
    ]
  },
})

const cut = (length: number) => (bytes: Uint8Array) => bytes.subarray(0, length)
const longer = (bytes: Uint8Array): Uint8Array => Writer.join(bytes, Uint8Array.of(0))
const flip = (offset: number) => (bytes: Uint8Array) => {
  // Not `slice`: of a Buffer that is no copy.
  const flipped = new Uint8Array(bytes)
  flipped[offset] ^= 1
  return flipped
}
const overwrite =
  (offset: number, ...values: ReadonlyArray<number>) =>
  (bytes: Uint8Array) => {
    const written = new Uint8Array(bytes)
    written.set(values, offset)
    return written
  }

/** Counters of another time. */
const counters =
  (
    change: (quote: {
      readonly clock: bigint
      readonly resetCount: number
      readonly restartCount: number
    }) => Partial<Attest.Quote>,
  ) =>
  ({ moment }: Scene): Lie => ({
    quote: change({
      clock: BigInt(moment.clockMs),
      resetCount: moment.resetCount,
      restartCount: moment.restartCount,
    }),
  })

const goodBoot = ({ model }: Scene): Platform.Boot => Platform.boot(model, Platform.currentRelease)

const nonceOf = (scene: Scene, label: number): Uint8Array =>
  digest("sha256", scene.nonce, Uint8Array.of(label))

const substituted = [0, 1, 4, 7, 8, 9]

const all = {
  after_tpm2_clear: tells("bad_signature", ({ tpm }) => ({
    signer: tpm.other,
    quote: { resetCount: 0, restartCount: 0, clock: 191n },
  })),
  bad_magic_flip: tells("bad_signature", () => ({ spoil: flip(0) })),
  bad_magic_signed: tells("bad_magic", () => ({ forge: flip(0) })),
  bitflip_attest: tells("bad_signature", () => ({ spoil: flip(83) })),
  bitflip_sig: tells("bad_signature", () => ({ spoilSignature: flip(60) })),
  clock_ahead: {
    ...tells(null, () => ({})),
    // It can never be set back.
    before: { boots: 0, clockMs: 365 * dayMs },
  },
  ecdsa_malleated_replay: again((evidence) => ({
    ...evidence,
    signature: Bytes.toHex(Tpm.malleated(Bytes.fromHex(evidence.signature) ?? new Uint8Array(0))),
  })),
  empty_evidence: tells("malformed_sig", () => ({ spoil: cut(0), spoilSignature: cut(0) })),
  eventlog_edited: tells("eventlog_replay", () => ({
    bootLog: (log) => ({
      ...log,
      entries: log.entries.map((entry, i) =>
        i === log.entries.length - 1
          ? { ...entry, digests: [digest("sha256", entry.digests[0])] }
          : entry,
      ),
    }),
  })),
  firmware_changed_signed: tells("firmware_changed", () => ({
    quote: { firmwareVersion: Platform.tpmFirmware + 1n },
  })),
  firmware_flip: tells("bad_signature", () => ({ spoil: flip(100) })),
  ima_list_edited: tells("ima_replay", () => ({
    list: (entries) =>
      entries.map((entry, i) =>
        i === 4 ? { ...entry, digest: Bytes.toHex(digest("sha256")) } : entry,
      ),
  })),
  ima_list_short: tells("ima_replay", () => ({ list: (entries) => entries.slice(0, -1) })),
  ima_modified_app: boots("ima_not_allowed", () => ({
    ran: ["/usr/bin/bs-uplink", Bytes.toHex(digest("sha256"))],
  })),
  ima_unknown_app: boots("ima_not_allowed", () => ({
    ran: ["/tmp/.hidden", Bytes.toHex(digest("sha256"))],
  })),
  jtag_on: boots("pcr_reference", () => ({ change: "debug-port" })),
  nonce_empty: tells("nonce_mismatch", () => ({ quote: { extraData: new Uint8Array(0) } })),
  nonce_mismatch: tells("nonce_mismatch", (scene) => ({ quote: { extraData: nonceOf(scene, 1) } })),
  nonce_prefix: tells("nonce_mismatch", ({ nonce }) => ({
    quote: { extraData: nonce.subarray(0, nonce.length / 2) },
  })),
  old_reference_downgrade: boots("pcr_reference", () => ({ release: "2026.1" })),
  other_ak_same_tpm: tells("bad_signature", ({ tpm }) => ({ signer: tpm.other })),
  other_station_ak: tells("bad_signature", ({ neighbour }) => ({
    signer: neighbour.attestation,
    signerName: neighbour.qualifiedName,
  })),
  pcr_changed_config: boots("pcr_reference", () => ({ change: "command-line" })),
  pcr_subset: tells("pcr_selection", (scene) => ({
    selection: [{ bank: "sha256", bits: Attest.bitsOf([0, 1, 2, 3, 4, 5, 6, 7]) }],
    quotedPcrs: goodBoot(scene).pcrs.slice(0, 8),
  })),
  pcr_substitution: boots("pcr_selection", (scene) => {
    const good = substituted.map((index) => goodBoot(scene).pcrs[index])
    const names = new Map(substituted.map((index, i) => [index, Bytes.toHex(good[i])]))
    return {
      change: "command-line",
      selection: [{ bank: "sha256", bits: Attest.bitsOf([11, 12, 13, 14, 15, 16]) }],
      quotedPcrs: good,
      shown: { sha256: Object.fromEntries(names) },
      bootShown: goodBoot(scene),
    }
  }),
  pcr_value_flip: tells("pcr_digest_mismatch", (scene) => ({
    shown: {
      sha256: shownOf(
        [...goodBoot(scene).pcrs, digest("sha256")].map((value, i) =>
          i === 8 ? flip(0)(value) : value,
        ),
      ),
    },
  })),
  pcr_values_lie: boots("pcr_digest_mismatch", (scene) => ({
    change: "command-line",
    bootShown: goodBoot(scene),
  })),
  replay_consumed_nonce: again((evidence) => evidence),
  replay_old_quote: tells("nonce_mismatch", (scene) => ({
    quote: {
      extraData: nonceOf(scene, 2),
      clock: BigInt(scene.moment.clockMs - hourMs),
    },
  })),
  rollback_clock: tells(
    "rollback",
    counters(({ clock }) => ({ clock: clock - BigInt(2 * dayMs), safe: false })),
  ),
  rollback_reset: tells(
    "rollback",
    counters(({ clock, resetCount }) => ({
      clock: clock - BigInt(40 * dayMs),
      resetCount: resetCount - 1,
    })),
  ),
  rollback_restart: tells(
    "rollback",
    // Where it was not restarted yet, the reset before is what the old state shows.
    counters(({ resetCount, restartCount }) =>
      restartCount > 0
        ? { restartCount: restartCount - 1 }
        : { resetCount: resetCount - 1, restartCount: 9 },
    ),
  ),
  rollback_unclean: tells(
    "rollback",
    counters(({ clock, resetCount }) => ({
      clock: clock - BigInt(2 * dayMs),
      resetCount: resetCount + 1,
      restartCount: 0,
      safe: false,
    })),
  ),
  secure_boot_off: boots("pcr_reference", () => ({ change: "secure-boot" })),
  sha1_bank: tells("pcr_selection", () => ({
    selection: [{ bank: "sha1", bits: Attest.bitsOf([0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10]) }],
    quotedPcrs: [new Uint8Array(220)],
    shown: { sha1: shownOf(Array.from({ length: 11 }, () => new Uint8Array(20))) },
  })),
  // TPM_ALG_ECDAA, and SHA-1.
  sig_alg_header: tells("bad_sig_alg", () => ({ spoilSignature: overwrite(0, 0x00, 0x1a) })),
  sig_hash_header: tells("sig_scheme_mismatch", () => ({
    spoilSignature: overwrite(2, 0x00, 0x04),
  })),
  stale_expired: {
    reason: "challenge_expired",
    answer: (scene) => [{ evidence: evidenceOf(scene), lateMs: hourMs }],
  },
  trailing_attest: tells("bad_signature", () => ({ spoil: longer })),
  trailing_sig: tells("malformed_sig", () => ({ spoilSignature: longer })),
  truncated_attest: tells("bad_signature", () => ({ spoil: cut(112) })),
  truncated_sig: tells("malformed_sig", () => ({ spoilSignature: cut(71) })),
  unsafe_clock: {
    ...tells(null, () => ({ quote: { safe: false } })),
    // A power failure.
    before: { boots: 1, clockMs: -3_000 },
  },
  wrong_type_certify: tells("wrong_type", ({ tpm }) => ({
    forge: (attest) => Tpm.certifyBytes(tpm, attest),
  })),
  wrong_type_time: tells("wrong_type", () => ({
    forge: (attest, quote) => Tpm.timeBytes(quote, attest),
  })),
} as const satisfies Readonly<Record<string, Tamper>>

export type TamperName = keyof typeof all

export const tampers: Readonly<Record<TamperName, Tamper>> = all

// The keys of an object are its type's.
export const tamperNames = Object.keys(all) as ReadonlyArray<TamperName>
