/**
 * What the certificate of a TPM's endorsement key says, and whether it leads to a pinned root.
 *
 * A chain is looked for among what was pinned, never fetched: each issuer is a CA valid at the instant asked about and
 * made the signature below it, up to a root that is pinned as such.
 */
import { X509Certificate } from "node:crypto"
import { publicKeyOf } from "./publicKey.ts"

interface Anchors {
  readonly roots: ReadonlyArray<string>
  readonly intermediates: ReadonlyArray<string>
}

/** Certificates between an endorsement key and its root. */
const depthMax = 4

/** Undefined for bytes that are no certificate. `atMs` is the instant the chain is judged for. */
export const endorsementCertificate = (der: Uint8Array, anchors: Anchors, atMs: number) => {
  const certificate = parse(der)
  if (certificate === undefined) return undefined
  const roots = anchors.roots.map(parse).filter((each) => each !== undefined)
  const intermediates = anchors.intermediates.map(parse).filter((each) => each !== undefined)
  return {
    broken: isValidAt(certificate, atMs)
      ? leadsToRoot(certificate, { roots, intermediates }, atMs, depthMax)
        ? null
        : `no pinned root stands behind ${certificate.issuer}`
      : `the certificate is valid from ${certificate.validFrom} to ${certificate.validTo} only`,
    // Node calls the extended usages so.
    usages: certificate.keyUsage ?? [],
    key: keyOf(certificate),
  }
}

/**
 * Sorts certificates (PEM, any number in a text) into roots, which sign themselves, and those below them; counts the
 * blocks that are no certificate.
 */
export const anchorsOf = (texts: ReadonlyArray<string>): Anchors & { readonly unread: number } => {
  const roots: Array<string> = []
  const intermediates: Array<string> = []
  let unread = 0
  for (const text of texts) {
    for (const [pem] of text.matchAll(pemBlocks)) {
      const certificate = parse(pem)
      if (certificate === undefined) unread++
      else if (isIssuedBy(certificate, certificate)) roots.push(pem)
      else intermediates.push(pem)
    }
  }
  return { roots, intermediates, unread }
}

const pemBlocks = /-----BEGIN CERTIFICATE-----[^-]*-----END CERTIFICATE-----/g

interface Parsed {
  readonly roots: ReadonlyArray<X509Certificate>
  readonly intermediates: ReadonlyArray<X509Certificate>
}

const leadsToRoot = (
  certificate: X509Certificate,
  pinned: Parsed,
  atMs: number,
  depth: number,
): boolean => {
  const isIssuer = (issuer: X509Certificate): boolean =>
    issuer.ca && isValidAt(issuer, atMs) && isIssuedBy(certificate, issuer)
  return (
    pinned.roots.some(isIssuer) ||
    (depth > 0 &&
      pinned.intermediates.some(
        (issuer) => isIssuer(issuer) && leadsToRoot(issuer, pinned, atMs, depth - 1),
      ))
  )
}

const isIssuedBy = (certificate: X509Certificate, issuer: X509Certificate): boolean => {
  try {
    return certificate.checkIssued(issuer) && certificate.verify(issuer.publicKey)
  } catch {
    // A key of a kind that node:crypto cannot read.
    return false
  }
}

const isValidAt = ({ validFromDate, validToDate }: X509Certificate, atMs: number): boolean =>
  validFromDate.getTime() <= atMs && atMs <= validToDate.getTime()

const keyOf = (certificate: X509Certificate) => {
  try {
    return publicKeyOf(certificate.publicKey)
  } catch {
    // The same: some certificates of old TPMs name their key's kind in a way OpenSSL does not read.
    return null
  }
}

const parse = (encoded: Uint8Array | string): X509Certificate | undefined => {
  try {
    return new X509Certificate(encoded)
  } catch {
    // node:crypto says "no certificate" only by throwing.
    return undefined
  }
}
