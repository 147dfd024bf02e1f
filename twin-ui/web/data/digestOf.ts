/**
 * A short name of all that a view holds: SHA-256 of its JSON with the names of fields in order. Two people who see the same
 * digest see the same state, and `GET /api/chain?at=` of that position gives it too.
 */
import type { ChainView } from "../../../projections/chain/ChainView.ts"

/** Undefined where the browser has no cryptography: outside of HTTPS and this machine. */
export const digestOf = async (view: ChainView): Promise<string | undefined> => {
  const { subtle } = globalThis.crypto
  // Typed as always there, and absent in an insecure context.
  if ((subtle as SubtleCrypto | undefined) === undefined) return undefined
  const bytes = new TextEncoder().encode(canonical(view))
  const digest = new Uint8Array(await subtle.digest("SHA-256", bytes))
  return Array.from(digest, (byte) => byte.toString(16).padStart(2, "0")).join("")
}

const canonical = (value: unknown): string => {
  if (Array.isArray(value)) return `[${value.map(canonical).join(",")}]`
  if (typeof value !== "object" || value === null) return JSON.stringify(value)
  const fields = Object.entries(value)
    .filter(([, field]) => field !== undefined)
    .toSorted(([a], [b]) => (a < b ? -1 : 1))
    .map(([name, field]) => `${JSON.stringify(name)}:${canonical(field)}`)
  return `{${fields.join(",")}}`
}
