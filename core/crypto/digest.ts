/** A digest of the parts in their order. One call for a single part, which is the cheapest node:crypto has. */
import { createHash, hash as oneShot } from "node:crypto"

export type HashName = "sha1" | "sha256" | "sha384" | "sha512"

export const digest = (name: HashName, ...parts: ReadonlyArray<Uint8Array>): Uint8Array => {
  if (parts.length === 1) return oneShot(name, parts[0], "buffer")
  const hash = createHash(name)
  for (const part of parts) hash.update(part)
  return hash.digest()
}
