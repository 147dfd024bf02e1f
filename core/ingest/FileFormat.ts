/**
 * What every reader of files is: a name, how to tell a file of its kind, and how to read one.
 *
 * - A broken line is a `Rejected` with its place and never stops the rest.
 * - A file that is not of the format is refused whole, at its first block, before any line is given.
 * - Memory is bounded whatever the file: by `valueCharsMax`, by one chunk and by `linesMax`.
 * - How the bytes were cut into chunks changes nothing but the lengths of the arrays.
 */
import * as Schema from "effect/Schema"
import type { SourceId } from "../event/ids.ts"
import type { Rejected } from "../kernel/Rejected.ts"
import type { Input } from "./Input.ts"

/** One value of a file and what became of it. `line` counts from 1 and is where the value begins. */
export interface Line {
  readonly line: number
  readonly result: Input | Rejected
}

/** Takes a file's text piece by piece. */
export interface Reader {
  /** Gives what is complete with this piece. */
  readonly push: (text: string) => ReadonlyArray<Line>
  /** The text has ended: gives the rest. */
  readonly end: () => ReadonlyArray<Line>
}

/** The beginning of a file, by which it is judged. */
export interface FirstBlock {
  /** At most `firstBlockChars`. */
  readonly text: string
  /** The file ends with it. */
  readonly whole: boolean
}

export interface FileFormat {
  readonly name: string
  readonly source: SourceId
  /** True when the block shows a value of this format. */
  readonly guess: (block: FirstBlock) => boolean
  /** Why the file is not of this format; undefined when it may be. An empty file may be. */
  readonly refusal: (block: FirstBlock) => string | undefined
  /** A reader for one file, which must then be given all its text from the first block on. */
  readonly open: (block: FirstBlock) => Reader
}

/** The file is not of the format it was to be read as; nothing of it was taken. */
export class NotOfFormat extends Schema.TaggedError<NotOfFormat>()("NotOfFormat", {
  file: Schema.String,
  format: Schema.String,
  why: Schema.String,
}) {
  override get message() {
    return `${this.file} is not ${this.format}: ${this.why}`
  }
}

/** How much of a file it is judged by: 64 Ki characters hold hundreds of lines of every format. */
export const firstBlockChars = 65_536

/** Longest line or element, in characters: as long as a body may be (1 MiB). Longer ones are refused, not kept. */
export const valueCharsMax = 1_048_576

/** Most lines in one array: a pipeline's batch, small enough to wait for. */
export const linesMax = 1_000
