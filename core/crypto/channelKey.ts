/** The key of a station's channel: not its TPM's attestation key, which signs no outside data. */
// First of all: the library below does not load without it.
// oxlint-disable-next-line import/no-unassigned-import -- what it does is all it is for
import "./reflectMetadata.ts"
import { createPrivateKey, generateKeyPairSync, type KeyObject } from "node:crypto"
import { Pkcs10CertificateRequestGenerator } from "@peculiar/x509"

const algorithm = { name: "ECDSA", namedCurve: "P-256", hash: "SHA-256" }

export interface ChannelKey {
  readonly privateKey: KeyObject
  readonly publicKey: KeyObject
}

export const channelKey = (): ChannelKey => generateKeyPairSync("ec", { namedCurve: "P-256" })

/** PKCS #8 in PEM, encrypted. */
export const closedKey = ({ privateKey }: ChannelKey, passphrase: string): string =>
  privateKey.export({ type: "pkcs8", format: "pem", cipher: "aes-256-cbc", passphrase }).toString()

/** PKCS #8 in PEM, in plain: for this process alone. */
export const plainKey = ({ privateKey }: Pick<ChannelKey, "privateKey">): string =>
  privateKey.export({ type: "pkcs8", format: "pem" }).toString()

export const openedKey = (pem: string, passphrase: string): string =>
  plainKey({ privateKey: createPrivateKey({ key: pem, passphrase }) })

/** PKCS #10 in PEM: proves the key, and asks for nothing by name; whose it is, the enrolment says. */
export const signingRequest = async ({ privateKey, publicKey }: ChannelKey): Promise<string> => {
  const keys = {
    privateKey: await crypto.subtle.importKey(
      "pkcs8",
      privateKey.export({ type: "pkcs8", format: "der" }),
      algorithm,
      true,
      ["sign"],
    ),
    publicKey: await crypto.subtle.importKey(
      "spki",
      publicKey.export({ type: "spki", format: "der" }),
      algorithm,
      true,
      ["verify"],
    ),
  }
  const request = await Pkcs10CertificateRequestGenerator.create({
    name: "CN=sigtwin station",
    keys,
    signingAlgorithm: algorithm,
  })
  return request.toString("pem")
}
