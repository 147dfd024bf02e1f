/**
 * The matrix ranks x stations of each recent message: who heard which of its transmissions, how
 * strong, at what frequency, how much later than the first.
 *
 * - A checked reception belongs to a message of the same device, number and packet (by its keyed digest) heard
 *   within the policy's window; else it opens another. So a replayed packet has a tally of its own.
 * - Frames that did not pass their checks are in no tally: their headers prove nothing.
 * - Reports of one message are brought together by source and number or source's id.
 */
import type { Standing } from "../../core/event/attestation.ts"
import type { Position } from "../../core/event/Envelope.ts"
import type { Mutable } from "../../core/kernel/owner.ts"

/** Receptions kept of one message: 22 stations x 3 ranks is a city (SIGFOX.md part 7); more are only counted. */
export const cellsMax = 96
/** Messages kept of one device. Older ones are found through the log's index. */
export const perDeviceMax = 8
/** Messages kept of all devices: those opened last. 926/s, the published peak, fill it in 17 s. */
export const messagesMax = 16_384

/** One reception, or what a report says of one station. */
export type Cell = {
  readonly position: Position
  readonly station: string
  /** 1..3; null where a report does not tell. */
  readonly rank: number | null
  /** How many of the three transmissions the station heard, where a report tells only that. */
  readonly repetitions: number | null
  readonly rssiDbm: number | null
  readonly snrDb: number | null
  readonly frequencyHz: number | null
  /** After the first reception of the message, by the sources' clocks; may be negative. */
  readonly delayMs: number
}

export type TallyVerdict = {
  readonly position: Position
  readonly accepted: boolean
  readonly reason: string | null
  readonly warning: string | null
  /** How the station stood whose reception the verdict rests on; null for a refusal. */
  readonly standing: Standing | null
  readonly policy: number
}

export type Tally = {
  /** Number of the message among all that were opened. */
  readonly serial: number
  readonly device: string
  /** Reported by a network, not checked by the twin. */
  readonly reported: boolean
  readonly source: string
  readonly seq: number | null
  /** Known once a checked message was accepted. */
  readonly epoch: number | null
  /** The source's own name of the message. */
  readonly id: string | null
  readonly isControl: boolean
  /** Keyed digest of header and payload. */
  readonly digest: string | null
  readonly payloadLength: number | null
  /** Of the first reception or report. */
  readonly firstAt: Position
  readonly firstMs: number
  readonly lastMs: number
  readonly cells: ReadonlyArray<Cell>
  /** Receptions beyond `cellsMax`. */
  readonly cellsOver: number
  readonly verdict: TallyVerdict | null
  /** As the network reported it, 0 limit .. 3 excellent; `linkQuality` computes ours. */
  readonly reportedLqi: number | null
}

/** `DEVICE:SEQ@EPOCH`, `DEVICE:SEQ` while no epoch is known, `SOURCE:ID` where there is no number. */
export const nameOf = ({ device, epoch, id, seq, source }: Tally): string => {
  if (seq === null) return `${source}:${id ?? "?"}`
  return epoch === null ? `${device}:${seq}` : `${device}:${seq}@${epoch}`
}

/** Macro-diversity: the stations that heard it, in the order in which they were recorded. */
export const stationsOf = (tally: Tally): ReadonlyArray<string> => [
  ...new Set(tally.cells.map(({ station }) => station)),
]

/** The station that alone carried it, or undefined where there were several or none. */
export const aloneAt = (tally: Tally): string | undefined => {
  const stations = stationsOf(tally)
  return stations.length === 1 ? stations[0] : undefined
}

/** As the state that owns it sees it; its cells never change. */
export type Kept = Mutable<Omit<Tally, "cells">> & { readonly cells: Array<Cell> }

/** Adds a reception. `cell` is taken over. */
export const addCell = (tally: Kept, cell: Mutable<Cell>, occurredMs: number): void => {
  if (occurredMs > tally.lastMs) tally.lastMs = occurredMs
  if (tally.cells.length >= cellsMax) {
    tally.cellsOver++
    return
  }
  cell.delayMs = occurredMs - tally.firstMs
  tally.cells.push(cell)
}
