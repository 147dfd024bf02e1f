/** What a certificate is called: by its digest, and by its subject. */
import { X509Certificate } from "node:crypto"
import { sha256 } from "./sha256.ts"
import * as Bytes from "../kernel/Bytes.ts"

/** What names a certificate: SHA-256 of its DER in hex, and its subject on one line. */
export interface CertificateNames {
  readonly fingerprint: string
  readonly subject: string
}

/** Of one certificate in PEM; undefined for anything else. */
export const describeCertificate = (pem: string): CertificateNames | undefined => {
  try {
    const { raw, subject } = new X509Certificate(pem)
    return {
      fingerprint: Bytes.toHex(sha256(raw)),
      subject: (subject ?? "").split("\n").join(", "),
    }
  } catch {
    // node:crypto says "no certificate" only by throwing.
    return undefined
  }
}
