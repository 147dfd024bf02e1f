/**
 * Networks that are mirrored by asking: their API is polled where callbacks cannot come in.
 *
 * Stored names and fields are a wire format: change them only by adding, and through `upcast.ts`.
 * Credentials are never here: `core/keys` holds them.
 */
import * as Schema from "effect/Schema"
import { SourceId } from "./ids.ts"

export const SourceAdded = Schema.TaggedStruct("SourceAdded", {
  source: SourceId,
  /** Of the API, with its version: `https://api.sigfox.com/v2`. */
  url: Schema.String,
  /** Device types whose messages are asked for. */
  deviceTypes: Schema.Array(Schema.String),
  everyS: Schema.Int,
  /** Version of the credentials in the vault. */
  secretVersion: Schema.Int,
  loopbackAllowed: Schema.Boolean,
})
export type SourceAdded = typeof SourceAdded.Type

export const SourceRemoved = Schema.TaggedStruct("SourceRemoved", { source: SourceId })
export type SourceRemoved = typeof SourceRemoved.Type

/** A round of questions about one device type ended. */
export const SourcePolled = Schema.TaggedStruct("SourcePolled", {
  source: SourceId,
  deviceType: Schema.String,
  /** `limited`: the API asked to wait (429); `failed`: no usable answer. */
  outcome: Schema.Literals(["done", "limited", "failed"]),
  /** Messages it told of, and how many of them were new. */
  messages: Schema.Int,
  added: Schema.Int,
  /** All of its messages up to here (its clock) are in: the next round begins there. */
  doneMs: Schema.Int,
  detail: Schema.optionalKey(Schema.String),
})
export type SourcePolled = typeof SourcePolled.Type
