/** HMAC-SHA-256 (RFC 2104) of a text, hex. */
import { createHmac } from "node:crypto"

export const hmac = (key: string, text: string): string =>
  createHmac("sha256", key).update(text).digest("hex")
