/** The idempotency key of obligations told together: the same each time, and no other obligation's of any log. */
import { sha256 } from "../crypto/sha256.ts"
import * as Bytes from "../kernel/Bytes.ts"

export const keyOf = (
  logId: string,
  owed: ReadonlyArray<{
    readonly customer: string
    readonly destination: string
    readonly device: string
    readonly seq: number
    readonly epoch: number
    readonly notice?: string | null
  }>,
): string => {
  const names = owed.map(({ customer, destination, device, epoch, notice, seq }) =>
    [customer, destination, device, seq, epoch, notice].join("/"),
  )
  const text = new TextEncoder().encode([logId, ...names].join("\n"))
  return Bytes.toHex(sha256(text).subarray(0, 16))
}
