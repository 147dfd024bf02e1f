/** Reads text as a file of a format, cut into chunks as a test wants it. */
import * as Effect from "effect/Effect"
import * as Stream from "effect/Stream"
import type { FileFormat, Line, NotOfFormat } from "../../../core/ingest/FileFormat.ts"
import type { Input } from "../../../core/ingest/Input.ts"
import { readFile } from "../../../core/ingest/readFile.ts"
import type { Rejected } from "../../../core/kernel/Rejected.ts"

export const inChunks = (bytes: Uint8Array, size: number): ReadonlyArray<Uint8Array> =>
  Array.from({ length: Math.ceil(bytes.length / size) }, (_, i) =>
    bytes.subarray(i * size, (i + 1) * size),
  )

export const readArrays = (
  format: FileFormat,
  chunks: ReadonlyArray<Uint8Array>,
): Effect.Effect<ReadonlyArray<ReadonlyArray<Line>>, NotOfFormat> =>
  Stream.runCollect(readFile(format, "a-file", Stream.fromIterable(chunks)))

export const readLines = (
  format: FileFormat,
  text: string,
  chunkBytes = 4_096,
): Effect.Effect<ReadonlyArray<Line>, NotOfFormat> =>
  Effect.map(readArrays(format, inChunks(new TextEncoder().encode(text), chunkBytes)), (arrays) =>
    arrays.flat(),
  )

export const readBytes = (format: FileFormat, bytes: Uint8Array) =>
  Effect.map(readArrays(format, inChunks(bytes, 65_536)), (arrays) => arrays.flat())

export const inputsOf = (lines: ReadonlyArray<Line>): ReadonlyArray<Input> =>
  lines.flatMap(({ result }) => (result._tag === "Rejected" ? [] : [result]))

export const rejectedOf = (lines: ReadonlyArray<Line>): ReadonlyArray<Rejected> =>
  lines.flatMap(({ result }) => (result._tag === "Rejected" ? [result] : []))

/** `reason at place`, short enough to compare. */
export const refusals = (lines: ReadonlyArray<Line>): ReadonlyArray<string> =>
  rejectedOf(lines).map(({ reason, where }) => `${reason} at ${where}`)
