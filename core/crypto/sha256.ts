/** SHA-256 (FIPS 180-4) of the parts in their order. 32 bytes. */
import { createHash } from "node:crypto"

export const sha256 = (...parts: ReadonlyArray<Uint8Array>): Uint8Array => {
  const hash = createHash("sha256")
  for (const part of parts) hash.update(part)
  return hash.digest()
}
