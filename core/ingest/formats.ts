/** Every format of files that can be imported, and how one is guessed. */
import * as ApiV2Json from "./apiV2Json.ts"
import * as CallbacksJson from "./callbacksJson.ts"
import * as DenverCsv from "./denverCsv.ts"
import * as EventsNdjson from "./eventsNdjson.ts"
import { firstBlockChars } from "./FileFormat.ts"
import type { FileFormat } from "./FileFormat.ts"
import * as FramesNdjson from "./framesNdjson.ts"
import * as JsiJson from "./jsiJson.ts"

export const formats: ReadonlyArray<FileFormat> = [
  DenverCsv.format,
  JsiJson.format,
  CallbacksJson.format,
  ApiV2Json.format,
  FramesNdjson.format,
  EventsNdjson.format,
]

export const formatNamed = (name: string): FileFormat | undefined =>
  formats.find((format) => format.name === name)

/**
 * The format of a file by its beginning (its first 64 Ki characters, or all of it); where that shows
 * nothing, by a name like `frames-2026.ndjson`. undefined when neither tells.
 */
export const guessFormat = (firstBlock: string, fileName: string): FileFormat | undefined => {
  const text = firstBlock.replace(/^\uFEFF/, "").slice(0, firstBlockChars)
  const block = { text, whole: firstBlock.length < firstBlockChars }
  const stem = fileName.toLowerCase()
  return (
    formats.find((format) => format.guess(block)) ??
    formats.find((format) => stem.includes(format.name.replace(/-(csv|json|ndjson)$/, "")))
  )
}
