/**
 * The Linux kernel's list of measured files in its `ima-ng` template, as text, and its replay to PCR 10.
 *
 * A line is `10 TEMPLATE-SHA1 ima-ng ALGORITHM:DIGEST PATH`. What PCR 10 is extended with is the bank's hash of the
 * template data, `size(4) "ALGORITHM:" 00 digest | size(4) path 00`, little-endian (kernel: ima_template_lib.c). A list grows
 * between a quote and its reading, so a prefix that reaches the quoted value is what was quoted.
 */
import * as Bytes from "../kernel/Bytes.ts"
import * as Algorithm from "./Algorithm.ts"
import type { DigestOf } from "./Checks.ts"
import type { Malformed } from "./Malformed.ts"
import * as Writer from "./Writer.ts"

export interface Entry {
  /** SHA-1 of the template data; all zero for a violation. */
  readonly templateHash: Uint8Array
  readonly algorithm: Algorithm.HashName
  /** Hex, lower case. */
  readonly digest: string
  readonly path: string
}

/** A file was open for writing while it was measured: the kernel extends with ff instead. */
export const isViolation = (entry: Entry): boolean => entry.templateHash.every((byte) => byte === 0)

const lineMax = 8192
const pattern = /^10 ([0-9a-f]{40}) ima-ng ([a-z0-9]{4,6}):([0-9a-f]{40,128}) ([^\n]+)$/

/** Reads one line; `line` is its number for the refusal. */
export const decodeLine = (text: string, line: number): Entry | Malformed => {
  const refuse = (reason: Malformed["reason"], detail: string): Malformed => ({
    _tag: "Malformed",
    structure: "IMA list",
    offset: line,
    reason,
    detail,
  })
  if (text.length > lineMax) return refuse("size", `a line of ${text.length} characters`)
  const found = pattern.exec(text)
  if (found === null) return refuse("value", "this is no entry of the ima-ng template for PCR 10")
  const [, template, name, digest, path] = found
  const algorithm = Algorithm.hashNames.find((hash) => hash === name)
  if (algorithm === undefined) return refuse("algorithm", `no known hash: ${name}`)
  if (digest.length !== 2 * Algorithm.digestLengths[algorithm]) {
    return refuse("size", `a ${name} digest of ${digest.length / 2} bytes`)
  }
  const templateHash = Bytes.fromHex(template)
  // The pattern lets only hex digits through.
  return templateHash === undefined
    ? refuse("value", "the template hash is no hex")
    : { templateHash, algorithm, digest, path }
}

export const encodeLine = ({ templateHash, algorithm, digest, path }: Entry): string =>
  `10 ${Bytes.toHex(templateHash)} ima-ng ${algorithm}:${digest} ${path}`

/** The line of a measured file as the kernel makes it. */
export const measured = (file: Omit<Entry, "templateHash">, digest: DigestOf): Entry => ({
  ...file,
  templateHash: digest("sha1", templateData(file)),
})

const encoder = new TextEncoder()

/** What a template's hashes are over. */
const templateData = ({ algorithm, digest, path }: Omit<Entry, "templateHash">): Uint8Array => {
  const name = encoder.encode(`${path}\0`)
  const prefix = algorithm.length + 2
  const length = prefix + digest.length / 2
  const data = new Uint8Array(8 + length + name.length)
  data.set(Writer.u32le(length))
  for (let i = 0; i < algorithm.length; i++) data[4 + i] = algorithm.charCodeAt(i)
  data[4 + algorithm.length] = 0x3a
  for (let i = 0; i < digest.length / 2; i++) {
    data[4 + prefix + i] = (Bytes.nibbleAt(digest, 2 * i) << 4) | Bytes.nibbleAt(digest, 2 * i + 1)
  }
  data.set(Writer.u32le(name.length), 4 + length)
  data.set(name, 8 + length)
  return data
}

/**
 * What PCR 10 of a bank holds after one more entry; undefined where the entry's own template hash is not that of its
 * template data.
 */
export const extend = (
  value: Uint8Array,
  entry: Entry,
  bank: Algorithm.HashName,
  digest: DigestOf,
): Uint8Array | undefined => {
  if (isViolation(entry)) {
    return digest(bank, value, new Uint8Array(Algorithm.digestLengths[bank]).fill(0xff))
  }
  const data = templateData(entry)
  const template = digest("sha1", data)
  if (!Bytes.equal(template, entry.templateHash)) return undefined
  return digest(bank, value, bank === "sha1" ? template : digest(bank, data))
}

/** The lines of a list as text. */
export const linesOf = (list: string): ReadonlyArray<string> =>
  list === "" ? [] : (list.endsWith("\n") ? list.slice(0, -1) : list).split("\n")
