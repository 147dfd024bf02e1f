/** Events as notation: `frame("A", 3)` is device A's message 3, heard. Their times follow their numbers. */
import type { NewEvent } from "../../core/event/Envelope.ts"
import { noCauses } from "../../core/event/Envelope.ts"
import type { Event } from "../../core/event/Event.ts"
import { CustomerId, DestinationId, DeviceId, SourceId, StationId } from "../../core/event/ids.ts"
import { streamOf } from "../../core/event/streamOf.ts"

const epochMs = Date.UTC(2024, 0, 1)

const newEvent = (occurredMs: number, event: Event): NewEvent => ({
  stream: streamOf(event),
  occurredMs,
  causes: noCauses,
  event,
})

export const frame = (
  device: string,
  seq: number,
  { station = "S1" }: { readonly station?: string } = {},
): NewEvent =>
  newEvent(epochMs + 1000 * seq, {
    _tag: "FrameHeard",
    source: SourceId.make("frames"),
    station: StationId.make(station),
    device: DeviceId.make(device),
    frameType: 0x94c,
    rank: 1,
    flags: 8,
    seq,
    mac: "a1b2c3d4",
    crc: 0x1234,
    payload: {
      digest: "00112233445566778899aabb",
      length: 4,
      bytes: Uint8Array.from({ length: 20 }, (_, i) => (i + seq) & 255),
    },
    check: "ok",
    keyVersion: 1,
    rssiDbm: -121.5,
    snrDb: 9.25,
    frequencyHz: 868_130_123,
  })

export const accepted = (device: string, seq: number): NewEvent =>
  newEvent(epochMs + 1000 * seq + 10, {
    _tag: "MessageAccepted",
    device: DeviceId.make(device),
    seq,
    epoch: 0,
    kind: "data",
    downlinkAsked: false,
    missing: 0,
    policy: 0,
  })

export const owed = (device: string, seq: number): NewEvent =>
  newEvent(epochMs + 1000 * seq + 10, {
    _tag: "DeliveryOwed",
    device: DeviceId.make(device),
    seq,
    epoch: 0,
    customer: CustomerId.make("hydro"),
    destination: DestinationId.make("main"),
  })

export const retired = (device: string): NewEvent =>
  newEvent(epochMs, { _tag: "DeviceRetired", device: DeviceId.make(device) })

export const ticked = (due: string): NewEvent => newEvent(epochMs, { _tag: "Ticked", due })

export const unknown = (kind: string, data: Readonly<Record<string, unknown>>): NewEvent =>
  newEvent(epochMs, { _tag: "Unknown", kind, data })
