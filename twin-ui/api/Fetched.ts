/** Messages that customers fetch: from a destination that keeps them (`pull:`), or of one device. */
import * as Schema from "effect/Schema"
import { Notice } from "../../core/event/delivery.ts"

export const fetchLimitDefault = 100
export const fetchLimitMax = 1_000

const KeptMessage = Schema.Struct({
  /** Where it became owed: what `taken` names. */
  position: Schema.Int,
  /** `DEVICE:SEQ@EPOCH`. */
  message: Schema.String,
  /** What it tells: the message itself, or what became of it. */
  notice: Schema.Union([Notice, Schema.Literal("message")]),
  /** The same each time it is given: by it a customer knows a repeat. */
  key: Schema.String,
  /** As in a callback (`device`, `time`, `data`, `seqNumber` …). Without `data` where who asks may not see payloads. */
  variables: Schema.Record(Schema.String, Schema.Unknown),
  /** Nothing of it can be read any more: its payload was erased. */
  erased: Schema.Boolean,
})

export const KeptAnswer = Schema.Struct({
  /** Oldest first. */
  messages: Schema.Array(KeptMessage),
  /** That of the last message: say it to `taken` once all of these are safe. Absent where there is none. */
  upTo: Schema.optionalKey(Schema.Int),
  /** How many wait behind these. */
  left: Schema.Int,
})

export const TakenAsk = Schema.Struct({ upTo: Schema.Int })

export const TakenAnswer = Schema.Struct({
  /** Delivered by this. */
  taken: Schema.Int,
  /** Still waiting. */
  left: Schema.Int,
})

export const deviceMessagesLimitDefault = 20
export const deviceMessagesLimitMax = 100

const Rinfo = Schema.Struct({
  baseStation: Schema.Struct({ id: Schema.String }),
  rssi: Schema.optionalKey(Schema.Finite),
  snr: Schema.optionalKey(Schema.Finite),
  rep: Schema.Int,
})

/** The members of API v2's device message that the twin knows (SIGFOX.md part 6). */
const DeviceMessage = Schema.Struct({
  device: Schema.Struct({ id: Schema.String }),
  time: Schema.Int,
  /** Hex; absent where it was erased, or who asks may not see it. */
  data: Schema.optionalKey(Schema.String),
  seqNumber: Schema.Int,
  ackRequired: Schema.Boolean,
  lqi: Schema.optionalKey(Schema.Int),
  nbFrames: Schema.Int,
  rinfos: Schema.Array(Rinfo),
})
export type DeviceMessage = typeof DeviceMessage.Type

export const DeviceMessagesAnswer = Schema.Struct({
  /** Newest first. */
  data: Schema.Array(DeviceMessage),
  /** Without `next` on the last page. */
  paging: Schema.Struct({ next: Schema.optionalKey(Schema.String) }),
})
