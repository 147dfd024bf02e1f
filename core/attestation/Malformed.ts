/**
 * Bytes or text that are not exactly the structure they should be: a value, with where and why.
 *
 * What a station sends is never trusted to be well formed, so nothing in this folder throws for any input.
 */
export type Structure =
  | "attest"
  | "signature"
  | "public"
  | "credential"
  | "event log"
  | "IMA list"
  | "hex"

/**
 * - `truncated`: it ends before a field does. `trailing`: bytes follow its end.
 * - `magic`, `type`: not the structure at all. `algorithm`: one this codec does not know.
 * - `size`: a length beyond its bound or not that of its kind. `value`: a field holds what it may not.
 */
export type MalformedReason =
  | "truncated"
  | "trailing"
  | "magic"
  | "type"
  | "algorithm"
  | "size"
  | "value"

export interface Malformed {
  readonly _tag: "Malformed"
  readonly structure: Structure
  /** Byte of the structure, from 0; for an IMA list the line, from 0. */
  readonly offset: number
  readonly reason: MalformedReason
  readonly detail: string
}

export const is = (value: object): value is Malformed =>
  "_tag" in value && value._tag === "Malformed"

export const toText = ({ structure, offset, detail }: Malformed): string =>
  `${structure} ${structure === "IMA list" ? "line" : "byte"} ${offset}: ${detail}`
