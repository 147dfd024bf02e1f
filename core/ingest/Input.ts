/**
 * What the readers of files and bodies hand to the pipeline: facts, not yet sealed, not yet checked.
 *
 * Payloads are plain bytes here and nowhere later.
 */
import type { ReceivedFrame } from "../decide/ReceivedFrame.ts"
import type { Recorded } from "../event/Envelope.ts"
import type { MessageReported, ReceptionReported, ServiceReported } from "../event/report.ts"

export type Input =
  | { readonly _tag: "Frame"; readonly frame: ReceivedFrame }
  | {
      readonly _tag: "Message"
      readonly occurredMs: number
      readonly report: Omit<MessageReported, "payload">
      readonly payload?: Uint8Array
    }
  | { readonly _tag: "Reception"; readonly occurredMs: number; readonly report: ReceptionReported }
  | { readonly _tag: "Service"; readonly occurredMs: number; readonly report: ServiceReported }
  /** A line of an event file: goes back to where it was (`restore`). */
  | { readonly _tag: "Event"; readonly recorded: Recorded }
