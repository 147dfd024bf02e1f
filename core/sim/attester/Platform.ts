/**
 * What the stations' hardware and software measure when they start: an event log and the PCRs it adds up to. A function of
 * model, software and what was tampered with, so a few boots serve all stations.
 */
import type { AppraisalPolicy } from "../../attestation/Evidence.ts"
import * as BootLog from "../../attestation/BootLog.ts"
import * as Ima from "../../attestation/Ima.ts"
import { digest } from "../../crypto/digest.ts"
import * as Bytes from "../../kernel/Bytes.ts"
import { invariant } from "../../kernel/invariant.ts"

export const models = ["SBS-T3", "SBS-T5"] as const
export type Model = (typeof models)[number]

/** Releases of the stations' software; the last one is current. */
export const releases = ["2026.1", "2026.2"] as const
export type Release = (typeof releases)[number]
export const currentRelease: Release = "2026.2"

/** What a boot was tampered with: kernel command line, Secure Boot, debug port. */
export type Change = "command-line" | "secure-boot" | "debug-port"

export interface Boot {
  readonly log: BootLog.BootLog
  /** PCR 0-9 of the SHA-256 bank. */
  readonly pcrs: ReadonlyArray<Uint8Array>
  /** SHA-256 over them: `boot_aggregate`, and the configuration digest of receptions. */
  readonly aggregate: Uint8Array
}

/** Of the TPM, a u64. */
export const tpmFirmware = 0x2026_0115_0003_0001n

/** Makes each of them once: models x releases x changes are few enough to be kept. */
const kept = <A>(make: (model: Model, release: Release, change?: Change) => A) => {
  const made = new Map<string, A>()
  return (model: Model, release: Release, change?: Change): A => {
    const name = `${model} ${release} ${change ?? ""}`
    const value = made.get(name) ?? make(model, release, change)
    made.set(name, value)
    return value
  }
}

export const boot = kept((model, release, change): Boot => start(model, release, change))

/** What a station's receptions carry, in hex. */
export const configDigest = (model: Model, change?: Change): string =>
  Bytes.toHex(boot(model, currentRelease, change).aggregate)

/** Programs that run from the start, in their order. */
const startFiles = [
  "/init",
  "/lib/systemd/systemd",
  "/usr/sbin/sshd",
  "/usr/bin/bs-sdr",
  "/usr/bin/bs-uplink",
  "/usr/bin/bs-tpm-agent",
  "/etc/bs/radio.conf",
]
/** Those that run sooner or later. */
const laterFiles = Array.from(
  { length: 32 },
  (_, i) => `/usr/lib/bs/job-${String(i + 1).padStart(2, "0")}`,
)

/** Files in the order in which a boot measures them; each is measured once. */
export const files: ReadonlyArray<string> = [...startFiles, ...laterFiles]
export const startFileCount = startFiles.length

/** Hex of SHA-256. */
export const fileDigest = (path: string, release: Release): string =>
  Bytes.toHex(digest("sha256", encoder.encode(`${path} of ${release}`)))

/** The list of measured files of a boot that lasts, and what PCR 10 holds after so many of its entries. */
export const measured = kept((model, release, change) => {
  const entries = [
    entryOf("boot_aggregate", Bytes.toHex(boot(model, release, change).aggregate)),
    ...files.map((path) => entryOf(path, fileDigest(path, release))),
  ]
  return { entries, values: extended(entries) }
})

export const entryOf = (path: string, hex: string): Ima.Entry =>
  Ima.measured({ algorithm: "sha256", digest: hex, path }, digest)

/** PCR 10 before the first entry, and after each. */
export const extended = (entries: ReadonlyArray<Ima.Entry>): ReadonlyArray<Uint8Array> => {
  const values: Array<Uint8Array> = [new Uint8Array(32)]
  for (const [i, entry] of entries.entries()) {
    const value = Ima.extend(values[i], entry, "sha256", digest)
    invariant(value !== undefined, "an entry has its own template hash")
    values.push(value)
  }
  return values
}

/** What the operator expects of a model under a release. */
export const policyOf = (model: Model, release: Release): AppraisalPolicy => ({
  id: `${model}/${release}`,
  selection: { sha256: [0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10] },
  reference: {
    sha256: Object.fromEntries(
      boot(model, release).pcrs.map((value, index) => [index, Bytes.toHex(value)]),
    ),
  },
  firmwareVersion: tpmFirmware.toString(16).padStart(16, "0"),
  imaAllow: Object.fromEntries(files.map((path) => [path, [fileDigest(path, release)]])),
  bootLog: "required",
  clockAheadMsMax: 600_000,
})

const encoder = new TextEncoder()

/** Event types (TCG Platform Firmware Profile, 10.4.1). */
const types = {
  postCode: 1,
  separator: 4,
  version: 8,
  table: 10,
  flags: 10,
  ipl: 13,
  variable: 0x80000001,
}

const start = (model: Model, release: Release, change: Change | undefined): Boot => {
  const entries: Array<BootLog.Entry> = []
  const measure = (pcr: number, type: number, text: string): void => {
    const data = encoder.encode(text)
    entries.push({ pcr, type, data, digests: [digest("sha256", data)] })
  }
  measure(0, types.version, `firmware ${release}`)
  measure(0, types.postCode, `POST CODE of ${model}`)
  measure(1, types.table, `board=${model}`)
  measure(1, types.flags, `watchdog=on;debug-port=${change === "debug-port" ? "on" : "off"}`)
  measure(2, types.postCode, "no option ROM")
  measure(3, types.table, "no option ROM configuration")
  measure(7, types.variable, `SecureBoot=${change === "secure-boot" ? 0 : 1}`)
  for (const name of ["PK", "KEK", "db", "dbx"]) measure(7, types.variable, `${name} of ${release}`)
  for (let pcr = 0; pcr < 8; pcr++) measure(pcr, types.separator, "\0\0\0\0")
  measure(4, types.ipl, `boot loader of ${release}`)
  measure(5, types.ipl, `partitions of ${model}`)
  measure(6, types.table, `serial numbers of ${model}`)
  const debug = change === "command-line" ? " init=/bin/sh" : ""
  measure(8, types.ipl, `kernel command line: root=/dev/mapper/root ro ima_policy=tcb${debug}`)
  measure(9, types.ipl, `kernel of ${release}`)
  measure(9, types.ipl, `initial RAM disk of ${release}`)
  // Class 0 (client), specification 2.0, integers of 64 bits.
  const platform = Uint8Array.of(0, 0, 0, 0, 0, 2, 0, 2)
  const log: BootLog.BootLog = { banks: ["sha256"], platform, vendor: new Uint8Array(0), entries }
  const pcrs = BootLog.replay(log, "sha256", digest) ?? []
  return { log, pcrs, aggregate: digest("sha256", ...pcrs) }
}
