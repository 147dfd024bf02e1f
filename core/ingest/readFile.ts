/**
 * Reads a file's bytes as a format: the one place where chunks become lines.
 */
import * as Effect from "effect/Effect"
import * as Stream from "effect/Stream"
import { firstBlockChars, linesMax, NotOfFormat } from "./FileFormat.ts"
import type { FileFormat, Line, Reader } from "./FileFormat.ts"

/**
 * Reads a file's bytes (UTF-8, with or without a byte order mark) as a format. Undecodable bytes
 * become U+FFFD, which no field accepts.
 */
export const readFile = <E, R>(
  format: FileFormat,
  file: string,
  chunks: Stream.Stream<Uint8Array, E, R>,
): Stream.Stream<ReadonlyArray<Line>, E | NotOfFormat, R> =>
  chunks.pipe(
    Stream.map((bytes): Uint8Array | undefined => bytes),
    Stream.concat(Stream.succeed(undefined)),
    Stream.mapAccumEffect(begin, (state, bytes) => {
      const step = advance(format, state, bytes)
      return typeof step === "string"
        ? Effect.fail(new NotOfFormat({ file, format: format.name, why: step }))
        : Effect.succeed([state, step] as const)
    }),
  )

interface State {
  readonly decoder: TextDecoder
  /** Text held back until it makes a first block. */
  held: string
  reader: Reader | undefined
}

const begin = (): State => ({
  decoder: new TextDecoder("utf-8"),
  held: "",
  reader: undefined,
})

/** The lines that the next bytes complete (undefined: there are no more), or why the file is refused. */
const advance = (
  format: FileFormat,
  state: State,
  bytes: Uint8Array | undefined,
): ReadonlyArray<ReadonlyArray<Line>> | string => {
  const ended = bytes === undefined
  let text = ended ? state.decoder.decode() : state.decoder.decode(bytes, { stream: true })
  if (state.reader === undefined) {
    text = state.held + text
    state.held = text
    if (!ended && text.length < firstBlockChars) return []
    const block = {
      text: text.slice(0, firstBlockChars),
      whole: ended && text.length <= firstBlockChars,
    }
    const why = format.refusal(block)
    if (why !== undefined) return why
    state.reader = format.open(block)
    state.held = ""
  }
  const lines = state.reader.push(text)
  return ended ? [...batches(lines), ...batches(state.reader.end())] : batches(lines)
}

const batches = (lines: ReadonlyArray<Line>): ReadonlyArray<ReadonlyArray<Line>> => {
  if (lines.length <= linesMax) return lines.length === 0 ? [] : [lines]
  return Array.from({ length: Math.ceil(lines.length / linesMax) }, (_, i) =>
    lines.slice(i * linesMax, (i + 1) * linesMax),
  )
}
