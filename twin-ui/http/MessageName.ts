/**
 * How a message is named: `DEVICE:SEQ@EPOCH`, `DEVICE:SEQ` for the latest epoch, `SOURCE:ID` where the
 * source gives no numbers. Digits alone after the colon can be either: both are looked for.
 */
import { parseDeviceId } from "../../core/event/ids.ts"
import * as Parameter from "./Parameter.ts"

export interface MessageName {
  readonly text: string
  readonly numbered:
    | { readonly device: string; readonly seq: number; readonly epoch: number | undefined }
    | undefined
  readonly named: { readonly source: string; readonly id: string } | undefined
}

export const read = (text: string): MessageName | undefined => {
  const [, left, right] = /^([0-9A-Za-z._-]{1,48}):([0-9A-Za-z._@-]{1,64})$/.exec(text) ?? []
  if (left === undefined || right === undefined) return undefined
  const [, seq, epoch] = /^(\d{1,5})(?:@(\d{1,9}))?$/.exec(right) ?? []
  const device = parseDeviceId(left)
  const numbered =
    seq === undefined || device === undefined
      ? undefined
      : { device, seq: Number(seq), epoch: epoch === undefined ? undefined : Number(epoch) }
  const named = right.includes("@") ? undefined : { source: left, id: right }
  return numbered === undefined && named === undefined ? undefined : { text, numbered, named }
}

export const parameter: Parameter.Parameter<MessageName> = Parameter.of(
  "Message: `DEVICE:SEQ@EPOCH` (the latest epoch without it), or `SOURCE:ID`.",
  "DEVICE:SEQ@EPOCH, DEVICE:SEQ or SOURCE:ID",
  { type: "string", examples: ["4D33DB:416@0", "denver:1234"] },
  read,
)
