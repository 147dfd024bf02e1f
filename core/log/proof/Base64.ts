/** Base64 as C2SP's texts hold it: RFC 4648, section 4, with padding and nothing else in it. */

export const encode = (bytes: Uint8Array): string => Buffer.from(bytes).toString("base64")

/** Undefined for anything but the one way to write these bytes. */
export const decode = (text: string): Uint8Array | undefined => {
  const bytes = Buffer.from(text, "base64")
  return bytes.toString("base64") === text ? new Uint8Array(bytes) : undefined
}
