/**
 * By what a fact is known again when it is sent or imported twice: source, station, device, the
 * frame's header and CRC or the message's id, and its time; never the frame's bytes alone, or a replay
 * would look like a duplicate.
 *
 * An identity is a 53-bit hash of these, computed alike from what comes in and from what is in the
 * log. Two different facts of one minute share one with a chance of 2^-53 a pair.
 */
import type { Event } from "../event/Event.ts"
import type { FrameHeard } from "../event/reception.ts"
import { outside } from "../event/subjects.ts"

export type Identity = number

/** Of an event that came from outside; undefined for decisions and everything else. */
export const ofEvent = (event: Event, occurredMs: number): Identity | undefined => {
  switch (event._tag) {
    case "FrameHeard":
      return ofFrame(event, occurredMs)
    case "BytesHeard":
      return mix(event.source, event.station, event.bytes.digest, occurredMs, 0, 1)
    case "MessageReported": {
      const name = event.id ?? `${event.seq ?? -1}`
      return mix(event.source, event.report, event.device, occurredMs, textHash(name), 2)
    }
    case "ReceptionReported":
      return mix(event.source, event.station, event.device, occurredMs, textHash(event.id), 3)
    case "ServiceReported": {
      const fields = Object.keys(event.fields).toSorted()
      const said = fields.map((field) => `${field}=${event.fields[field]}`).join("&")
      return mix(event.source, event.service, event.device, occurredMs, textHash(said), 4)
    }
    case "ReceptionsRepeated":
      return undefined
    default:
      outside<"reception" | "report">(event)
      return undefined
  }
}

/** Of a frame as it was read, before there is an event of it. */
export const ofFrame = (
  frame: Pick<FrameHeard, "source" | "station" | "device" | "frameType" | "flags" | "seq" | "crc">,
  heardAtMs: number,
): Identity => {
  const head = (frame.frameType << 16) | (frame.flags << 12) | frame.seq
  return mix(frame.source, frame.station, frame.device, heardAtMs, head, frame.crc)
}

const mix = (
  source: string,
  second: string,
  third: string,
  occurredMs: number,
  first32: number,
  tail: number,
): Identity => {
  let a = 0x811c9dc5
  let b = 0x2f0b4dc7
  const add = (word: number): void => {
    a = Math.imul(a ^ word, 0x9e3779b1)
    a ^= a >>> 15
    b = Math.imul(b ^ word, 0x85ebca77) + a
    b ^= b >>> 13
  }
  add(textHash(source))
  add(textHash(second))
  add(textHash(third))
  add(occurredMs | 0)
  add(Math.floor(occurredMs / 2 ** 32))
  add(first32 | 0)
  add(tail)
  a = Math.imul(a ^ (a >>> 16), 0x7feb352d)
  b = Math.imul(b ^ (b >>> 15), 0x846ca68b)
  return (a >>> 0) * 2 ** 21 + ((b ^ (b >>> 16)) >>> 11)
}

/** FNV-1a over the text, 32 bits. */
const textHash = (text: string): number => {
  let hash = 0x811c9dc5
  for (let i = 0; i < text.length; i++) hash = Math.imul(hash ^ text.charCodeAt(i), 0x01000193)
  return hash | 0
}
