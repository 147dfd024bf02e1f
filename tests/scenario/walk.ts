/**
 * A written walk: a document whose blocks hold commands (`$ sigtwin …`) and what they print. Playing it runs them in a
 * folder of their own and gives the document with what they really print.
 */
import { readFileSync } from "node:fs"
import { join } from "node:path"
import * as Effect from "effect/Effect"
import { type Ended, run } from "../twin-ui/cli/runSigtwin.ts"

export const folder = join(import.meta.dirname, "../../docs/incidents")

export interface Played {
  readonly name: string
  /** As it stands in the repository, and as it should. */
  readonly written: string
  readonly real: string
  readonly commands: ReadonlyArray<string>
  readonly codes: ReadonlyArray<number | null>
  /** Runs one more command on the walk's log. */
  readonly ask: (...argv: ReadonlyArray<string>) => Effect.Effect<Ended>
}

/** Longest output shown in a document. */
const linesMax = 24

export const play = (
  name: string,
  scratch: string,
  /** Another document than a walk of incidents, and files that its commands name by another name. */
  more: { readonly path?: string; readonly files?: Readonly<Record<string, string>> } = {},
) =>
  Effect.gen(function* () {
    const { files = {}, path = join(folder, name) } = more
    const written = readFileSync(path, "utf8")
    const real: Array<string> = []
    const commands: Array<string> = []
    const codes: Array<number | null> = []
    let isOpen = false
    for (const line of written.split("\n")) {
      if (line.startsWith("```")) {
        isOpen = !isOpen
        real.push(line)
        continue
      }
      if (!isOpen) {
        real.push(line)
        continue
      }
      if (!line.startsWith("$ sigtwin ")) continue
      commands.push(line)
      const ended = yield* run(
        ...wordsOf(line.slice("$ sigtwin ".length)).map(
          (word) => files[word] ?? within(scratch)(word),
        ),
      )
      codes.push(ended.code)
      const printed = [ended.out, ended.err].filter((text) => text !== "").join("\n")
      const named = Object.entries(files).reduce(
        (text, [word, file]) => text.replaceAll(file, word),
        printed.replaceAll(`${scratch}/`, ""),
      )
      real.push(line, ...shown(named))
    }
    const played: Played = {
      name,
      written,
      real: real.join("\n"),
      commands,
      codes,
      ask: (...argv) => run(...argv, "--log", join(scratch, "walk.db")),
    }
    return played
  })

/** What differs from run to run: how long it took. */
export const withoutTimes = (text: string): string =>
  text.replaceAll(/\([0-9.]+ s, [^)]*\)/g, "(…)").replaceAll(/ in [0-9,]+ ms,/g, " in … ms,")

const shown = (printed: string): ReadonlyArray<string> => {
  const lines = withoutTimes(printed)
    .split("\n")
    .map((line) => line.trimEnd())
  return lines.length > linesMax ? [...lines.slice(0, linesMax), "…"] : lines
}

/** The walk's files lie in a folder of their own. */
const within =
  (scratch: string) =>
  (word: string): string =>
    word.replace(
      /^(sqlite:)?((?:walk|other)\.[a-z]+)$/,
      (_, scheme: string | undefined, file: string) => `${scheme ?? ""}${join(scratch, file)}`,
    )

/** As a shell would take them apart: single quotes hold. */
const wordsOf = (command: string): ReadonlyArray<string> =>
  [...command.matchAll(/'([^']*)'|(\S+)/g)].map(([, quoted, bare]) => quoted ?? bare)
