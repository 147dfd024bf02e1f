/** The digest of what the API says the chain was at a position, by code that the page has no part in. */
import { createHash } from "node:crypto"

const canonical = (value: unknown): string => {
  if (Array.isArray(value)) return `[${value.map(canonical).join(",")}]`
  if (typeof value !== "object" || value === null) return JSON.stringify(value)
  const fields = Object.entries(value).toSorted(([a], [b]) => (a < b ? -1 : 1))
  return `{${fields.map(([name, field]) => `${JSON.stringify(name)}:${canonical(field)}`).join(",")}}`
}

export const digestAt = async (url: string, at: number, by: string): Promise<string> => {
  const answer = await (await fetch(`${url}/api/chain?at=${at}&by=${by}`)).json()
  return createHash("sha256").update(canonical(answer)).digest("hex")
}
