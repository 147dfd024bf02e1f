/**
 * What disturbs the world, and the truth about it.
 *
 * An adversary knows the ground (a captured frame is one it looks up there) and answers with a plan: bursts
 * to send, receptions to bend on their way from a station, facts to report. It never touches what
 * other devices send. The truth is for a judge to compare the twin's findings with; the twin never sees it.
 */
import type { QuoteReason } from "../../attestation/Evidence.ts"
import type { ReceivedFrame } from "../../decide/ReceivedFrame.ts"
import type { NewEvent } from "../../event/Envelope.ts"
import type { CustomerId, DeviceId, StationId } from "../../event/ids.ts"
import type { Random } from "../../kernel/Random.ts"
import type { Tampering } from "../attester/Attester.ts"
import type { TamperName } from "../attester/tampers.ts"
import type { Burst } from "../Burst.ts"
import type { Outage } from "../Customers.ts"
import type { Ground } from "../Ground.ts"

export const kinds = [
  "clone",
  "counter-wrap",
  "customer-outage",
  "desync",
  "downlink-jamming",
  "duplicate",
  "fabricated-repeat",
  "fleet-silence",
  "jamming",
  "late-buffer",
  "mac-guessing",
  "massive-cloning",
  "re-transmission",
  "reflash",
  "replay",
  "replay-after-wrap",
  "server-outage",
  "slow-customer",
  "station-outage",
  "tampered-evidence",
  "surge",
  "tampered-station",
  "transit-link",
  "type-relabelling",
  "unknown-device",
  "wrap-padding-forgery",
  "wrong-policy",
] as const
export type Kind = (typeof kinds)[number]

export interface Truth {
  readonly kind: Kind
  readonly device?: DeviceId
  readonly station?: StationId
  readonly customer?: CustomerId
  /** The number on the air of the (first) frame concerned. */
  readonly seq?: number
  /** When it begins; later than the world's present when it is only planned. */
  readonly atMs: number
  /** When it is over, where it lasts. */
  readonly untilMs?: number
  readonly note: string
  /** What was done to a station's evidence, and the reason to refuse it by; null where it must be accepted. */
  readonly evidence?: { readonly tamper: TamperName; readonly reason: QuoteReason | null }
}

/** When to act, and with which chances. */
export interface Act {
  readonly fromMs: number
  readonly untilMs: number
  readonly random: Random
  /** Bursts are numbered from here on, fewer than `burstsMax`. */
  readonly order: number
}

/** Most bursts of one act. */
export const burstsMax = 1024

/** A reception on its way, and when the core network gets it. */
export interface Passing {
  readonly atMs: number
  readonly frame: ReceivedFrame
}

/** Changes, drops or adds receptions of some stations, while it lasts. */
export interface Bend {
  readonly stations: ReadonlySet<StationId>
  readonly fromMs: number
  readonly untilMs: number
  readonly apply: (passing: Passing, burst: Burst, rank: number) => ReadonlyArray<Passing>
}

/** Devices of a city that hear no downlink for a while. */
export interface Deafness {
  readonly city: number
  readonly fromMs: number
  readonly untilMs: number
}

export interface Plan {
  readonly truths: ReadonlyArray<Truth>
  readonly bursts: ReadonlyArray<Burst>
  readonly bends: ReadonlyArray<Bend>
  readonly facts: ReadonlyArray<NewEvent>
  readonly outages: ReadonlyArray<Outage>
  readonly deafnesses: ReadonlyArray<Deafness>
  readonly tamperings: ReadonlyArray<Tampering>
}

/** Where no victim fits, nothing happens and nothing is recorded. */
export const nothing: Plan = {
  truths: [],
  bursts: [],
  bends: [],
  facts: [],
  outages: [],
  deafnesses: [],
  tamperings: [],
}

export type Adversary = (ground: Ground, act: Act) => Plan
