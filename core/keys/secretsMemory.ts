/** Secrets in memory, for tests and simulations: gone with the process. */
import { about, type Secrets } from "./Secrets.ts"

export const secretsMemory = (): Secrets => {
  const kept = new Map<string, Uint8Array>()
  return {
    get: (kind, id, version) => kept.get(about(kind, id, version)),
    put: (secrets) => {
      for (const { kind, id, version, bytes } of secrets) kept.set(about(kind, id, version), bytes)
    },
    destroy: (kind, id, version) => {
      if (version !== undefined) kept.delete(about(kind, id, version))
      else for (const name of kept.keys()) if (name.startsWith(`${kind}/${id}/`)) kept.delete(name)
    },
    versions: (kind, id) =>
      [...kept.keys()]
        .filter((name) => name.startsWith(`${kind}/${id}/`))
        .map((name) => Number(name.slice(name.lastIndexOf("/") + 1)))
        .toSorted((a, b) => a - b),
    close: () => kept.clear(),
  }
}
