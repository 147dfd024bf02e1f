/**
 * A frame taken apart for people: each field with its bits, what was sent, what it means and whether it
 * is right.
 *
 * Bits count from the start of what was given; the first is 0, the last is included.
 */
import * as Bytes from "../kernel/Bytes.ts"

/** `odd`: well formed, but no honest sender is likely to have made it so. */
export type Verdict = "ok" | "wrong" | "odd" | "not checked"

export interface Row {
  readonly name: string
  /** `from..to`, or a dash where the field was not in what was given. */
  readonly bits: string
  readonly raw: string
  readonly meaning: string
  readonly verdict: Verdict
}

export interface Dissection {
  /** Whether this is a frame, and (with a key) one that carries the right MAC. */
  readonly good: boolean
  /** One sentence. */
  readonly summary: string
  readonly rows: ReadonlyArray<Row>
}

export const row = (
  name: string,
  bits: string,
  raw: string | Uint8Array,
  meaning: string,
  verdict: Verdict,
): Row => ({ name, bits, raw: typeof raw === "string" ? raw : Bytes.toHex(raw), meaning, verdict })

/** The row of something that could not be read at all. */
export const refusalRow = (hex: string, detail: string, offset = 0): Row =>
  row(
    "input",
    span(4 * offset, Math.max(4, 4 * (hex.length - offset))),
    shorten(hex),
    detail,
    "wrong",
  )

/** What is said of a MAC that was checked, or (undefined) could not be. */
export const macMeaning = (isRight: boolean | undefined): string =>
  isRight === undefined
    ? "needs the device's key"
    : isRight
      ? "made with this key"
      : "not made with this key"

export const macVerdict = (isRight: boolean | undefined): Verdict =>
  isRight === undefined ? "not checked" : isRight ? "ok" : "wrong"

/** For the end of a summary. */
export const macSummary = (isRight: boolean | undefined): string =>
  isRight === undefined ? "" : isRight ? ", MAC right" : ", MAC wrong"

/** `from..to`, the last bit included. */
export const span = (from: number, count: number): string => `${from}..${from + count - 1}`

/** Long enough for every frame; what is longer is none. */
const shorten = (text: string): string => (text.length > 64 ? `${text.slice(0, 64)}…` : text)
