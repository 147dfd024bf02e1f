/** Names of keys (TPM 2.0 Part 1, 16 and 26.5): the hash of the public area, and with it the hash of all parents. */
import { hashIds } from "./Algorithm.ts"
import type { DigestOf } from "./Checks.ts"
import * as Public from "./Public.ts"
import * as Writer from "./Writer.ts"

/** TPM_RH_ENDORSEMENT, a primary key's parent. */
const endorsementHandle = 0x4000000b

/** The name of the key in a TPM2B_PUBLIC. */
export const of = ({ nameAlg }: Public.Public, tpm2b: Uint8Array, digest: DigestOf): Uint8Array =>
  Writer.join(Writer.u16(hashIds[nameAlg]), digest(nameAlg, Public.areaOf(tpm2b)))

/** The qualified name of an attestation key made under the endorsement key; each level hashes with its own key's hash. */
export const qualified = (
  names: {
    readonly ekName: Uint8Array
    readonly akName: Uint8Array
    readonly ekHash: Public.Public["nameAlg"]
    readonly akHash: Public.Public["nameAlg"]
  },
  digest: DigestOf,
): Uint8Array => {
  const { ekName, akName, ekHash, akHash } = names
  const parent = Writer.join(
    Writer.u16(hashIds[ekHash]),
    digest(ekHash, Writer.u32(endorsementHandle), ekName),
  )
  return Writer.join(Writer.u16(hashIds[akHash]), digest(akHash, parent, akName))
}
