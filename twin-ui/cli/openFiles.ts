/** Finds out what the files to import are, before any of them is taken: size, format, or why not. */
import * as Effect from "effect/Effect"
import * as FileSystem from "effect/FileSystem"
import { firstBlockChars, type FileFormat } from "../../core/ingest/FileFormat.ts"
import { formatNamed, formats, guessFormat } from "../../core/ingest/formats.ts"
import { cannotRead } from "./cannotRead.ts"
import { WrongUse } from "./WrongUse.ts"

export interface SourceFile {
  readonly file: string
  readonly bytes: number
  readonly format: FileFormat
}

/** Every file can be read and has a format, or none is opened. */
export const openFiles = (files: ReadonlyArray<string>, formatName: string | undefined) =>
  Effect.forEach(files, (file) =>
    Effect.gen(function* () {
      const fs = yield* FileSystem.FileSystem
      const unreadable = cannotRead(file)
      const info = yield* Effect.mapError(fs.stat(file), unreadable)
      if (info.type !== "File") return yield* new WrongUse({ detail: `${file} is not a file` })
      const bytes = Number(info.size)
      if (formatName !== undefined) {
        const format = formatNamed(formatName)
        if (format === undefined) return yield* new WrongUse({ detail: noFormat(formatName) })
        return { file, bytes, format }
      }
      const block = yield* Effect.mapError(firstBlock(file), unreadable)
      const format = guessFormat(block, file)
      if (format === undefined)
        return yield* new WrongUse({
          detail: `${file}: its beginning shows none of the known formats; say which with --format (${names})`,
        })
      return { file, bytes, format }
    }),
  )

const names = formats.map(({ name }) => name).join(", ")

const noFormat = (name: string): string => `there is no format ${name}; choose one of ${names}`

/** A character takes at most three bytes of UTF-8 for each of its UTF-16 units. */
const firstBlock = (file: string) =>
  Effect.scoped(
    Effect.gen(function* () {
      const fs = yield* FileSystem.FileSystem
      const handle = yield* fs.open(file)
      const bytes = yield* handle.readAlloc(3 * firstBlockChars)
      return bytes._tag === "None" ? "" : new TextDecoder("utf-8").decode(bytes.value)
    }),
  )
