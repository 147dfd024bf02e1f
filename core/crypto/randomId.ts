/** A name nobody else draws: UUID version 4 (RFC 9562). Not for anything that must replay the same. */
import { randomUUID } from "node:crypto"

export const randomId = (): string => randomUUID()
