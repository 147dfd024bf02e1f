/** Where an instant of our clock ends in a log: one past the last event recorded at or before it. */
import type { Position } from "../../event/Envelope.ts"
import type { Batches } from "./Batches.ts"

export const positionAt = (batches: Batches, head: Position, recordedMs: number): Position => {
  let low = 0
  let high = head
  while (low < high) {
    const middle = Math.floor((low + high) / 2)
    const span = batches.spanBelow(middle + 1)
    if (span === undefined || span.recordedFirstMs <= recordedMs) low = middle + 1
    else high = span.first
  }
  const span = batches.spanBelow(low)
  if (span === undefined || span.recordedLastMs <= recordedMs) return low
  const later = batches.at(span.first).find((recorded) => recorded.recordedMs > recordedMs)
  return later?.position ?? low
}
