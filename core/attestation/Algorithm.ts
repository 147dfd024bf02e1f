/** Algorithms of TPM 2.0 by their numbers (TCG Algorithm Registry, table 3; TPM 2.0 Part 2, 6.3). */

export const hashNames = ["sha1", "sha256", "sha384", "sha512"] as const
export type HashName = (typeof hashNames)[number]

export const hashIds: Readonly<Record<HashName, number>> = {
  sha1: 0x0004,
  sha256: 0x000b,
  sha384: 0x000c,
  sha512: 0x000d,
}

/** Bytes of a digest. */
export const digestLengths: Readonly<Record<HashName, number>> = {
  sha1: 20,
  sha256: 32,
  sha384: 48,
  sha512: 64,
}

/** The longest digest here. */
export const digestMax = 64

export const hashOf = (id: number): HashName | undefined =>
  hashNames.find((name) => hashIds[name] === id)

export const schemeNames = ["rsassa", "rsapss", "ecdsa"] as const
export type SchemeName = (typeof schemeNames)[number]

export const schemeIds: Readonly<Record<SchemeName, number>> = {
  rsassa: 0x0014,
  rsapss: 0x0016,
  ecdsa: 0x0018,
}

export const schemeOf = (id: number): SchemeName | undefined =>
  schemeNames.find((name) => schemeIds[name] === id)

export const curveNames = ["p256", "p384", "p521"] as const
export type CurveName = (typeof curveNames)[number]

/** TPM_ECC_CURVE (TPM 2.0 Part 2, 6.4). */
export const curveIds: Readonly<Record<CurveName, number>> = { p256: 3, p384: 4, p521: 5 }

/** Bytes of a coordinate. */
export const coordinateLengths: Readonly<Record<CurveName, number>> = {
  p256: 32,
  p384: 48,
  p521: 66,
}

export const curveOf = (id: number): CurveName | undefined =>
  curveNames.find((name) => curveIds[name] === id)

export const rsa = 0x0001
export const ecc = 0x0023
export const aes = 0x0006
export const cfb = 0x0043
/** TPM_ALG_NULL. */
export const none = 0x0010
