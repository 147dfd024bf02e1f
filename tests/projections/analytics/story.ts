/**
 * A small history whose figures can be counted by hand. Times are minutes after noon of 2026-03-01, positions are in
 * the order of the lines.
 */
import type { Recorded } from "../../../core/event/Envelope.ts"
import type { Event } from "../../../core/event/Event.ts"
import { streamOf } from "../../../core/event/streamOf.ts"

export const noonMs = Date.UTC(2026, 2, 1, 12)
export const minuteMs = 60_000

/** One event at a minute; what caused it, by position. */
export interface Line {
  readonly minute: number
  readonly event: Event
  readonly causes?: ReadonlyArray<number>
}

/** Recorded a second after it occurred. */
export const storyOf = (lines: ReadonlyArray<Line>): ReadonlyArray<Recorded> => {
  const revisions = new Map<string, number>()
  return lines.map(({ causes = [], event, minute }, position) => {
    const stream = streamOf(event)
    const revision = (revisions.get(stream) ?? -1) + 1
    revisions.set(stream, revision)
    const occurredMs = noonMs + minute * minuteMs
    return { position, stream, revision, occurredMs, recordedMs: occurredMs + 1_000, causes, event }
  })
}

/** Notation: fields of events are plain text and numbers here, where the types have brands. */
const eventOf = (fields: Readonly<Record<string, unknown>>): Event => fields as unknown as Event

interface Heard {
  readonly rank?: number
  readonly rssiDbm?: number
  readonly check?: string
  readonly packet?: string
}

/** `heard(0, "A1", 7, "S1")`: at minute 0 station S1 heard message 7 of device A1. */
export const heard = (
  minute: number,
  device: string,
  seq: number,
  station: string,
  { check = "ok", packet = `${device}-${seq}`, rank = 1, rssiDbm = -120 }: Heard = {},
): Line => ({
  minute,
  event: eventOf({
    _tag: "FrameHeard",
    source: "frames",
    station,
    device,
    frameType: 0x35f,
    rank,
    flags: 0,
    seq,
    mac: "a1b2",
    crc: 1,
    payload: { digest: packet, length: 4, bytes: new Uint8Array(20) },
    check,
    keyVersion: 1,
    rssiDbm,
    snrDb: 10,
    frequencyHz: 868_130_000,
  }),
})

export const accepted = (
  minute: number,
  device: string,
  seq: number,
  first: number,
  rest: Readonly<Record<string, unknown>> = {},
): Line => ({
  minute,
  causes: [first],
  event: eventOf({
    _tag: "MessageAccepted",
    device,
    seq,
    epoch: 0,
    kind: "data",
    downlinkAsked: false,
    missing: 0,
    policy: 1,
    ...rest,
  }),
})

export const refused = (
  minute: number,
  device: string,
  seq: number,
  first: number,
  reason: string,
): Line => ({
  minute,
  causes: [first],
  event: eventOf({ _tag: "MessageRefused", device, seq, reason, policy: 1 }),
})

export const registered = (minute: number, device: string, customer: string): Line => ({
  minute,
  event: eventOf({ _tag: "DeviceRegistered", device, customer, keyVersion: 1, contractPerDay: 10 }),
})

export const enrolled = (minute: number, station: string, lat: number, lng: number): Line => ({
  minute,
  event: eventOf({ _tag: "StationEnrolled", station, name: station, city: "Brno", lat, lng }),
})

export const event = (minute: number, fields: Readonly<Record<string, unknown>>): Line => ({
  minute,
  event: eventOf(fields),
})

const delivery = { device: "A1", seq: 1, epoch: 0, customer: "hydro", destination: "main" }

/**
 * Devices A1, A2 of hydro and B1 of solar; stations S1 and S2.
 *
 * A1: 1 heard by S1 (ranks 1, 2) and S2; 2 by S1 alone; 5 by S2 alone, after two numbers were missing.
 * A2: 1 by S1 alone. B1: 1 by S2, refused for its MAC.
 */
export const story: ReadonlyArray<Recorded> = storyOf([
  registered(0, "A1", "hydro"), // 0
  registered(0, "A2", "hydro"),
  registered(0, "B1", "solar"),
  enrolled(0, "S1", 49.2, 16.6), // 3
  enrolled(0, "S2", 49.3, 16.7),
  heard(1, "A1", 1, "S1", { rssiDbm: -110 }), // 5
  accepted(1, "A1", 1, 5, { warning: "first" }),
  event(1, { _tag: "DeliveryOwed", ...delivery }), // 7
  heard(1, "A1", 1, "S1", { rank: 2, rssiDbm: -112 }),
  heard(1, "A1", 1, "S2", { rssiDbm: -130 }), // 9
  event(2, {
    _tag: "DeliveryFailed",
    ...delivery,
    attempt: 1,
    error: "timeout",
    durationMs: 5_000,
    nextAttemptAtMs: noonMs + 3 * minuteMs,
  }),
  event(3, { _tag: "DeliverySucceeded", ...delivery, attempt: 2, status: 200, durationMs: 100 }), // 11
  heard(10, "A1", 2, "S1", { rssiDbm: -118 }),
  accepted(10, "A1", 2, 12), // 13
  heard(20, "A2", 1, "S1", { rssiDbm: -125 }),
  accepted(20, "A2", 1, 14), // 15
  heard(30, "B1", 1, "S2", { check: "wrong-mac", rssiDbm: -90 }),
  refused(30, "B1", 1, 16, "wrong-mac"), // 17
  heard(70, "A1", 5, "S2", { rssiDbm: -140 }),
  accepted(70, "A1", 5, 18, { missing: 2, warning: "break" }), // 19
])
