/** One copy of one transmission as a station handed it on, before anything was checked. */
import type { SourceId, StationId } from "../event/ids.ts"

export interface ReceivedFrame {
  readonly source: SourceId
  readonly station: StationId
  /** By the station's clock. */
  readonly heardAtMs: number
  /** Hex as received: from the frame type on, or a whole bitstream with its preamble. */
  readonly frame: string
  readonly rssiDbm?: number
  readonly snrDb?: number
  readonly frequencyHz?: number
  /** Digest over PCR 0-9, hex. */
  readonly configDigest?: string
}
