/** SHA-256 (FIPS 180-4) of the parts in their order. 32 bytes. */
import { createHash, hash as hashOf } from "node:crypto"

export const sha256 = (...parts: ReadonlyArray<Uint8Array>): Uint8Array => {
  // One part alone is mostly short: an object to feed costs more than the hash (measured).
  if (parts.length === 1) return hashOf("sha256", parts[0], "buffer")
  const hash = createHash("sha256")
  for (const part of parts) hash.update(part)
  return hash.digest()
}
