/**
 * Makes a station's evidence, honest unless told otherwise: every lie is one of these options, or an edit of what comes
 * out.
 */
import * as Attest from "../../attestation/Attest.ts"
import * as BootLog from "../../attestation/BootLog.ts"
import type { Evidence } from "../../attestation/Evidence.ts"
import * as Ima from "../../attestation/Ima.ts"
import { digest } from "../../crypto/digest.ts"
import * as Bytes from "../../kernel/Bytes.ts"
import { hourMs } from "../Span.ts"
import * as Platform from "./Platform.ts"
import type { Scene } from "./Scene.ts"
import * as Tpm from "./Tpm.ts"

export interface Lie {
  /** What really runs. */
  readonly release?: Platform.Release
  readonly change?: Platform.Change
  /** Files that really ran besides, or in place of one of the same path: path and digest. */
  readonly ran?: readonly [path: string, digest: string]
  /** Changes of what the TPM signs. */
  readonly quote?: Partial<Attest.Quote>
  /** PCRs that are quoted, and under which name their values are shown. */
  readonly selection?: ReadonlyArray<Attest.Selection>
  readonly quotedPcrs?: ReadonlyArray<Uint8Array>
  readonly shown?: Evidence["pcrs"]
  /** Changes the bytes before they are signed, and after. */
  readonly forge?: (attest: Uint8Array, quote: Attest.Quote) => Uint8Array
  readonly spoil?: (attest: Uint8Array) => Uint8Array
  readonly spoilSignature?: (signature: Uint8Array) => Uint8Array
  readonly signer?: { readonly secret: Uint8Array }
  readonly signerName?: Uint8Array
  /** A boot whose digest the list of measured files begins with. */
  readonly measuredAs?: Platform.Boot
  /** Shown in place of the boot's own. */
  readonly bootShown?: Platform.Boot
  readonly bootLog?: (log: BootLog.BootLog) => BootLog.BootLog
  readonly list?: (entries: ReadonlyArray<Ima.Entry>) => ReadonlyArray<Ima.Entry>
}

/** A station measures one file more so often. */
const fileEveryMs = 6 * hourMs
const allPcrs = Attest.bitsOf([0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10])

export const evidenceOf = (scene: Scene, lie: Lie = {}): Evidence => {
  const release = lie.release ?? Platform.currentRelease
  const boot = Platform.boot(scene.model, release, lie.change)
  const { entries, pcr10 } = measuredBy(scene, lie)
  const pcrs = [...boot.pcrs, pcr10]
  const { moment, tpm } = scene
  const quote: Attest.Quote = {
    qualifiedSigner: lie.signerName ?? tpm.qualifiedName,
    extraData: scene.nonce,
    clock: BigInt(moment.clockMs),
    resetCount: moment.resetCount,
    restartCount: moment.restartCount,
    safe: moment.safe,
    firmwareVersion: Platform.tpmFirmware,
    selection: lie.selection ?? [{ bank: "sha256", bits: allPcrs }],
    pcrDigest: digest("sha256", ...(lie.quotedPcrs ?? pcrs)),
    ...lie.quote,
  }
  const plain = Attest.encode(quote)
  const attest = lie.forge === undefined ? plain : lie.forge(plain, quote)
  const signature = Tpm.signWith(lie.signer ?? tpm.attestation, attest)
  const from = lie.list === undefined ? newFrom(scene, entries) : 0
  const list = lie.list === undefined ? entries.slice(from) : lie.list(entries)
  const bootShown = lie.bootShown ?? boot
  const log = lie.bootLog === undefined ? bootShown.log : lie.bootLog(bootShown.log)
  const values = [...bootShown.pcrs, pcr10]
  return {
    attest: Bytes.toHex(lie.spoil === undefined ? attest : lie.spoil(attest)),
    signature: Bytes.toHex(
      lie.spoilSignature === undefined ? signature : lie.spoilSignature(signature),
    ),
    pcrs: lie.shown ?? { sha256: shownOf(values) },
    bootLog: Bytes.toHex(BootLog.encode(log)),
    ima: { from, list: list.map(Ima.encodeLine).join("\n") },
  }
}

export const shownOf = (values: ReadonlyArray<Uint8Array>): Readonly<Record<string, string>> =>
  Object.fromEntries(values.map((value, index) => [index, Bytes.toHex(value)]))

interface Measured {
  readonly entries: ReadonlyArray<Ima.Entry>
  readonly pcr10: Uint8Array
}

/** What this boot measured so far. */
const measuredBy = ({ moment, model, atMs }: Scene, lie: Lie): Measured => {
  const release = lie.release ?? Platform.currentRelease
  const count = 1 + Platform.startFileCount + Math.floor((atMs - moment.bootMs) / fileEveryMs)
  const { measuredAs, ran } = lie
  if (measuredAs !== undefined) {
    const { aggregate } = measuredAs
    const entries = [Platform.entryOf("boot_aggregate", Bytes.toHex(aggregate))]
    return { entries, pcr10: Platform.extended(entries).at(-1) ?? new Uint8Array(32) }
  }
  if (ran === undefined) {
    const { entries, values } = Platform.measured(model, release, lie.change)
    return { entries: entries.slice(0, count), pcr10: values[Math.min(count, entries.length)] }
  }
  const [path] = ran
  const honest = Platform.measured(model, release, lie.change).entries.slice(0, count)
  const entry = Platform.entryOf(path, ran[1])
  const entries = Platform.files.includes(path)
    ? honest.map((each) => (each.path === path ? entry : each))
    : [...honest, entry]
  return { entries, pcr10: Platform.extended(entries).at(-1) ?? new Uint8Array(32) }
}

/** Where the list goes on after what was accepted of the same boot. */
const newFrom = ({ accepted, moment }: Scene, entries: ReadonlyArray<Ima.Entry>): number => {
  const isSameBoot =
    accepted?.resetCount === moment.resetCount && accepted.restartCount === moment.restartCount
  const known = isSameBoot ? (accepted.ima?.entries ?? 0) : 0
  return known <= entries.length ? known : 0
}
