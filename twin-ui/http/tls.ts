/**
 * The server's own TLS: TLS 1.2 and 1.3, and no ciphers without forward secrecy (RFC 9325). A listener for stations, who show
 * certificates of their own, is another thing.
 */
import * as Http from "node:http"
import * as Https from "node:https"
import * as Redacted from "effect/Redacted"
import type { Settings } from "./Settings.ts"

/** ECDHE with authenticated encryption; TLS 1.3 has no others. */
const ciphers = [
  "TLS_AES_256_GCM_SHA384",
  "TLS_CHACHA20_POLY1305_SHA256",
  "TLS_AES_128_GCM_SHA256",
  "ECDHE-ECDSA-AES256-GCM-SHA384",
  "ECDHE-RSA-AES256-GCM-SHA384",
  "ECDHE-ECDSA-CHACHA20-POLY1305",
  "ECDHE-RSA-CHACHA20-POLY1305",
  "ECDHE-ECDSA-AES128-GCM-SHA256",
  "ECDHE-RSA-AES128-GCM-SHA256",
].join(":")

/** A year, RFC 6797. */
const strictTransport = "max-age=31536000"

/** Plain HTTP where no certificate is given. Throws what Node says of a certificate or key that it cannot use. */
export const createServer = (
  { tls }: Settings,
  options: { readonly requestTimeout: number; readonly maxHeaderSize: number },
): Http.Server =>
  tls === undefined
    ? Http.createServer(options)
    : Https.createServer({
        ...options,
        cert: tls.certificate,
        key: Redacted.value(tls.key),
        minVersion: "TLSv1.2",
        ciphers,
      })

/** Browsers that came once over TLS never come without it again. */
export const headersOf = ({ tls }: Settings): Readonly<Record<string, string>> =>
  tls === undefined ? {} : { "strict-transport-security": strictTransport }
