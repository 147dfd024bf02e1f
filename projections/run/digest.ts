/** Digests of states: equal states have equal digests, on every machine and however they came about. */
import { sha256 } from "../../core/crypto/sha256.ts"
import * as Bytes from "../../core/kernel/Bytes.ts"
import type { Json, Projection } from "../Projection.ts"

/** SHA-256 of the state's canonical JSON, hex. */
export const digest = <State>(projection: Projection<State>, state: State): string =>
  digestOf(projection.encode(state))

/**
 * SHA-256 of the canonical form: JSON without spaces, the keys of objects in order. It is hashed in
 * pieces: the text of a large state may be longer than a string can be.
 */
export const digestOf = (json: Json): string => {
  const pieces: Array<Uint8Array> = []
  let text = ""
  const write = (part: string): void => {
    text += part
    if (text.length < pieceMin) return
    pieces.push(encoder.encode(text))
    text = ""
  }
  writeCanonical(json, write)
  pieces.push(encoder.encode(text))
  return Bytes.toHex(sha256(...pieces))
}

const pieceMin = 65_536
const encoder = new TextEncoder()

const writeCanonical = (json: Json, write: (part: string) => void): void => {
  if (json === null || typeof json !== "object") return write(JSON.stringify(json))
  if (isList(json)) {
    write("[")
    for (let i = 0; i < json.length; i++) {
      if (i > 0) write(",")
      writeCanonical(json[i], write)
    }
    return write("]")
  }
  write("{")
  let separator = ""
  for (const key of Object.keys(json).toSorted()) {
    write(`${separator}${JSON.stringify(key)}:`)
    writeCanonical(json[key], write)
    separator = ","
  }
  write("}")
}

/** `Array.isArray` does not narrow a readonly array out of a union. */
const isList = (json: Json): json is ReadonlyArray<Json> => Array.isArray(json)
