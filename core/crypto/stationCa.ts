/**
 * A small certificate authority for the stations' channel: for trials and for networks that have no other. P-256
 * throughout; one root, nothing between.
 */
// First of all: the library below does not load without it.
// oxlint-disable-next-line import/no-unassigned-import -- what it does is all it is for
import "./reflectMetadata.ts"
import {
  AuthorityKeyIdentifierExtension,
  BasicConstraintsExtension,
  ExtendedKeyUsage,
  ExtendedKeyUsageExtension,
  type JsonName,
  KeyUsageFlags,
  KeyUsagesExtension,
  Pkcs10CertificateRequest,
  type PublicKey,
  SubjectAlternativeNameExtension,
  SubjectKeyIdentifierExtension,
  X509Certificate,
  X509CertificateGenerator,
} from "@peculiar/x509"
import * as Bytes from "../kernel/Bytes.ts"
import { sha256 } from "./sha256.ts"

const algorithm = { name: "ECDSA", namedCurve: "P-256", hash: "SHA-256" }
const dayMs = 86_400_000
const rootDays = 3_650
const serverDays = 365
const stationDays = 365
/** Clocks differ: a certificate is valid from a little before it was made. */
const backMs = 300_000

/** PEM, both. */
export interface Pair {
  readonly certificate: string
  readonly key: string
}

export interface Certificate {
  readonly certificate: string
  /** SHA-256, hex. */
  readonly fingerprint: string
  readonly notAfterMs: number
}

export const makeRoot = async (name: string, nowMs: number): Promise<Pair> => {
  const keys = await crypto.subtle.generateKey(algorithm, true, ["sign", "verify"])
  const certificate = await X509CertificateGenerator.createSelfSigned({
    serialNumber: serial(),
    name: [{ CN: [name] }],
    ...validity(nowMs, rootDays),
    signingAlgorithm: algorithm,
    keys,
    extensions: [
      new BasicConstraintsExtension(true, 0, true),
      new KeyUsagesExtension(KeyUsageFlags.keyCertSign | KeyUsageFlags.cRLSign, true),
      await SubjectKeyIdentifierExtension.create(keys.publicKey),
    ],
  })
  return { certificate: certificate.toString("pem"), key: await pemOf(keys.privateKey) }
}

/** For the listener of stations, under these names and addresses. */
export const issueServer = async (
  root: Pair,
  names: ReadonlyArray<string>,
  nowMs: number,
): Promise<Pair> => {
  const keys = await crypto.subtle.generateKey(algorithm, true, ["sign", "verify"])
  const certificate = await issue(root, {
    subject: [{ CN: [names[0]] }],
    publicKey: keys.publicKey,
    names: names.map((value) => ({ type: isAddress(value) ? "ip" : "dns", value })),
    usage: ExtendedKeyUsage.serverAuth,
    ...validity(nowMs, serverDays),
  })
  return { certificate: certificate.toString("pem"), key: await pemOf(keys.privateKey) }
}

/**
 * For the key of a request, whatever else that asks for; undefined for one that does not prove its key. The
 * enrolled attestation key stands in the certificate, so that it is known whose TPM vouched for it.
 */
export const issueStation = async (
  root: Pair,
  given: { readonly csr: string; readonly station: string; readonly akName: string },
  nowMs: number,
): Promise<Certificate | undefined> => {
  const request = readRequest(given.csr)
  if (request === undefined || !(await holds(request))) return undefined
  const { station, akName } = given
  const times = validity(nowMs, stationDays)
  const certificate = await issue(root, {
    subject: [{ CN: [station] }],
    publicKey: request.publicKey,
    names: [
      { type: "url", value: `urn:sigtwin:station:${station}` },
      { type: "url", value: `urn:sigtwin:ak:${akName}` },
    ],
    usage: ExtendedKeyUsage.clientAuth,
    ...times,
  })
  return {
    certificate: certificate.toString("pem"),
    fingerprint: Bytes.toHex(sha256(new Uint8Array(certificate.rawData))),
    notAfterMs: times.notAfter.getTime(),
  }
}

interface Issued {
  readonly subject: JsonName
  readonly publicKey: CryptoKey | PublicKey
  readonly names: ReadonlyArray<{ readonly type: "dns" | "ip" | "url"; readonly value: string }>
  readonly usage: ExtendedKeyUsage
  readonly notBefore: Date
  readonly notAfter: Date
}

const issue = async (root: Pair, given: Issued): Promise<X509Certificate> => {
  const issuer = new X509Certificate(root.certificate)
  const signingKey = await crypto.subtle.importKey("pkcs8", bytesOf(root.key), algorithm, false, [
    "sign",
  ])
  const { names, notAfter, notBefore, publicKey, subject, usage } = given
  return X509CertificateGenerator.create({
    serialNumber: serial(),
    subject,
    issuer: issuer.subject,
    notBefore,
    notAfter,
    signingAlgorithm: algorithm,
    publicKey,
    signingKey,
    extensions: [
      new BasicConstraintsExtension(false, undefined, true),
      new KeyUsagesExtension(KeyUsageFlags.digitalSignature, true),
      new ExtendedKeyUsageExtension([usage]),
      new SubjectAlternativeNameExtension([...names]),
      await AuthorityKeyIdentifierExtension.create(issuer),
      await SubjectKeyIdentifierExtension.create(publicKey),
    ],
  })
}

const readRequest = (csr: string): Pkcs10CertificateRequest | undefined => {
  try {
    return new Pkcs10CertificateRequest(csr)
  } catch {
    // The library says "no request" only by throwing.
    return undefined
  }
}

const holds = async (request: Pkcs10CertificateRequest): Promise<boolean> => {
  try {
    return await request.verify()
  } catch {
    // As above, for a key of a kind it does not know.
    return false
  }
}

const validity = (nowMs: number, days: number) => ({
  notBefore: new Date(nowMs - backMs),
  notAfter: new Date(nowMs + days * dayMs),
})

/** Positive, and nobody guesses the next one. */
const serial = (): string => {
  const bytes = crypto.getRandomValues(new Uint8Array(16))
  bytes[0] &= 0x7f
  bytes[0] |= 0x40
  return Bytes.toHex(bytes)
}

const isAddress = (name: string): boolean =>
  /^\d{1,3}(\.\d{1,3}){3}$/.test(name) || name.includes(":")

const pemOf = async (key: CryptoKey): Promise<string> => {
  const base64 = Buffer.from(await crypto.subtle.exportKey("pkcs8", key)).toString("base64")
  return `-----BEGIN PRIVATE KEY-----\n${base64.replace(/.{64}/g, "$&\n").trimEnd()}\n-----END PRIVATE KEY-----\n`
}

const bytesOf = (pem: string): Uint8Array<ArrayBuffer> =>
  new Uint8Array(Buffer.from(pem.replace(/-----[^-]+-----|\s/g, ""), "base64"))
