/** Files that lie beside the repository and may be absent: then the tests that need them say so and skip. */
import { existsSync, readFileSync } from "node:fs"
import { join } from "node:path"

const root = join(import.meta.dirname, "../../../../shared")

/** True when `path` is there; prints what is skipped when it is not. */
export const isShared = (path: string): boolean => {
  const there = existsSync(join(root, path))
  if (!there) console.log(`skipped: ../shared/${path} is absent`)
  return there
}

export const sharedBytes = (path: string): Uint8Array => readFileSync(join(root, path))

export const sharedText = (path: string): string => readFileSync(join(root, path), "utf8")
