/** The project's own source files, as the tidy tests read them. */
import { readdirSync, readFileSync } from "node:fs"
import { dirname, join, relative, resolve } from "node:path"

export const root = resolve(import.meta.dirname, "../..")

export interface Source {
  /** From the root, with `/`. */
  readonly path: string
  readonly text: string
}

export const sourcesOf = (...folders: ReadonlyArray<string>): ReadonlyArray<Source> =>
  folders.flatMap((folder) =>
    readdirSync(join(root, folder), { recursive: true, encoding: "utf8" })
      .filter((path) => /\.(ts|mjs)$/.test(path))
      .map((path) => ({
        path: `${folder}/${path}`,
        text: readFileSync(join(root, folder, path), "utf8"),
      })),
  )

/** What a source imports: paths from the root for its own files, names for packages. */
export const importsOf = ({ path, text }: Source): ReadonlyArray<string> =>
  [
    ...text.matchAll(
      /^(?:import|export)\b[^"'`;]*?from\s+"([^"]+)"|^import\s+"([^"]+)"|\bimport\("([^"]+)"\)/gm,
    ),
  ].map((match) => {
    const name = match[1] ?? match[2] ?? match[3]
    return name.startsWith(".") ? relative(root, resolve(root, dirname(path), name)) : name
  })
