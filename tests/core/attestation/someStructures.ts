/** Arbitrary structures of attestation, each with its codec. */
import * as fc from "fast-check"
import * as Algorithm from "../../../core/attestation/Algorithm.ts"
import * as Attest from "../../../core/attestation/Attest.ts"
import * as BootLog from "../../../core/attestation/BootLog.ts"
import * as Credential from "../../../core/attestation/Credential.ts"
import type { Malformed } from "../../../core/attestation/Malformed.ts"
import * as Public from "../../../core/attestation/Public.ts"
import * as Signature from "../../../core/attestation/Signature.ts"

export interface Coded {
  readonly name: string
  readonly value: object
  readonly bytes: Uint8Array
  readonly decode: (bytes: Uint8Array) => object | Malformed
}

const bytes = (minLength: number, maxLength = minLength) => fc.uint8Array({ minLength, maxLength })
const hash = fc.constantFrom(...Algorithm.hashNames)
const u32 = fc.nat(2 ** 32 - 1)
const u64 = fc.bigInt(0n, 2n ** 64n - 1n)

const quote: fc.Arbitrary<Attest.Quote> = fc.record({
  qualifiedSigner: bytes(0, 66),
  extraData: bytes(0, 64),
  clock: u64,
  resetCount: u32,
  restartCount: u32,
  safe: fc.boolean(),
  firmwareVersion: u64,
  selection: fc.array(fc.record({ bank: hash, bits: fc.nat(2 ** 24 - 1) }), { maxLength: 16 }),
  pcrDigest: bytes(0, 64),
})

const signature: fc.Arbitrary<Signature.Signature> = fc.oneof(
  fc.record({
    scheme: fc.constantFrom("rsassa" as const, "rsapss" as const),
    hash,
    value: bytes(0, 512),
  }),
  fc.record({ scheme: fc.constant("ecdsa" as const), hash, r: bytes(0, 66), s: bytes(0, 66) }),
)

const rsaKey: fc.Arbitrary<Public.Key> = fc.constantFrom(1024, 2048, 3072, 4096).chain((bits) =>
  fc.record({
    type: fc.constant("rsa" as const),
    bits: fc.constant(bits),
    // 0 is the TPM's own form of 65537.
    exponent: fc.oneof(fc.constant(65537), fc.integer({ min: 1, max: 2 ** 32 - 1 })),
    modulus: bytes(bits / 8),
  }),
)

const eccKey: fc.Arbitrary<Public.Key> = fc.constantFrom(...Algorithm.curveNames).chain((curve) => {
  const length = Algorithm.coordinateLengths[curve]
  return fc.record({
    type: fc.constant("ecc" as const),
    curve: fc.constant(curve),
    x: bytes(length),
    y: bytes(length),
  })
})

const publicArea: fc.Arbitrary<Public.Public> = fc.record({
  nameAlg: hash,
  attributes: u32,
  authPolicy: bytes(0, 64),
  aesBits: fc.constantFrom(null, 128, 192, 256),
  scheme: fc.option(fc.record({ scheme: fc.constantFrom(...Algorithm.schemeNames), hash })),
  key: fc.oneof(rsaKey, eccKey),
})

const blob: fc.Arbitrary<Credential.Blob> = fc.record({
  hmac: bytes(0, 64),
  encryptedIdentity: bytes(0, 66),
  encryptedSecret: bytes(0, 512),
})

const bootLog: fc.Arbitrary<BootLog.BootLog> = fc
  .uniqueArray(hash, { minLength: 1, maxLength: 4 })
  .chain((banks) =>
    fc.record({
      banks: fc.constant(banks),
      platform: bytes(8),
      vendor: bytes(0, 255),
      entries: fc.array(
        fc.record({
          pcr: fc.nat(23),
          type: u32,
          digests: fc.tuple(...banks.map((bank) => bytes(Algorithm.digestLengths[bank]))),
          data: bytes(0, 40),
        }),
        { maxLength: 6 },
      ),
    }),
  )

const coded = <A extends object>(
  name: string,
  values: fc.Arbitrary<A>,
  codec: {
    readonly encode: (value: A) => Uint8Array
    readonly decode: (bytes: Uint8Array) => A | Malformed
  },
): fc.Arbitrary<Coded> =>
  values.map((value) => ({ name, value, bytes: codec.encode(value), decode: codec.decode }))

export const structures: Readonly<Record<string, fc.Arbitrary<Coded>>> = {
  attest: coded("attest", quote, Attest),
  signature: coded("signature", signature, Signature),
  public: coded("public", publicArea, Public),
  credential: coded("credential", blob, Credential),
  "event log": coded("event log", bootLog, BootLog),
}
