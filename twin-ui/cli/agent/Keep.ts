/**
 * What the agent keeps on disk: its channel's key, encrypted under a secret that the TPM unseals only in the right
 * configuration, that sealed secret, and the certificates.
 */
import { existsSync, mkdirSync, readFileSync, writeFileSync } from "node:fs"
import { join } from "node:path"
import * as Schema from "effect/Schema"

export const Kept = Schema.Struct({
  sealed: Schema.Struct({ publicHex: Schema.String, privateHex: Schema.String }),
  /** PKCS #8 in PEM, encrypted. */
  key: Schema.String,
  /** PEM; absent where the server has no CA. */
  certificate: Schema.optionalKey(Schema.String),
  ca: Schema.optionalKey(Schema.String),
})
export type Kept = typeof Kept.Type

const decode = Schema.decodeUnknownSync(Schema.fromJsonString(Kept))

const fileIn = (folder: string, station: string): string => join(folder, `${station}.json`)

export const read = (folder: string, station: string): Kept | undefined => {
  const file = fileIn(folder, station)
  return existsSync(file) ? decode(readFileSync(file, "utf8")) : undefined
}

export const write = (folder: string, station: string, kept: Kept): void => {
  mkdirSync(folder, { recursive: true, mode: 0o700 })
  writeFileSync(fileIn(folder, station), JSON.stringify(kept), { mode: 0o600 })
}
