/**
 * Small histories as notation: `air.message(7)` is the device's number 7, heard at home by its own generator and
 * accepted; everything that is not said is as usual. `air.found()` lets time pass and asks the twin.
 */
import { control } from "../../../core/frame/FrameType.ts"
import type { Recorded } from "../../../core/event/Envelope.ts"
import type { RefusalReason } from "../../../core/event/decision.ts"
import type { Event } from "../../../core/event/Event.ts"
import { addressOf, DeviceId, SourceId, StationId } from "../../../core/event/ids.ts"
import type { FrameCheck, FrameSign } from "../../../core/event/reception.ts"
import { streamOf } from "../../../core/event/streamOf.ts"
import * as FrequencyPlan from "../../../core/frame/FrequencyPlan.ts"
import { zones } from "../../../core/frame/RadioZone.ts"
import * as Anomaly from "../../../projections/anomaly/Anomaly.ts"
import type { Finding, Kind } from "../../../projections/anomaly/Finding.ts"

export const minute = 60_000
const beginMs = Date.UTC(2026, 0, 1)

export interface Message {
  readonly device: string
  /** Since the one before. */
  readonly afterMs: number
  readonly stations: ReadonlyArray<string>
  readonly payload: string
  readonly isControl: boolean
  readonly payloadLength: number
  /** Frequencies of the device's generator, or of nobody's. */
  readonly isOwnGenerator: boolean
  readonly dbm: number
  /** Accepted, or refused for this. */
  readonly refused: RefusalReason | undefined
  readonly epoch: number
  readonly missing: number
  readonly signs: ReadonlyArray<FrameSign> | undefined
  /** Handed on so much later than heard. */
  readonly lateMs: number
  readonly ranks: ReadonlyArray<1 | 2 | 3>
}

export interface Air {
  readonly message: (seq: number, more?: Partial<Message>) => number
  /** One reception alone, as it is. */
  readonly frame: (given: {
    readonly device: string
    readonly station: string
    readonly seq: number
    readonly rank: 1 | 2 | 3
    readonly afterMs?: number
    readonly hz?: number
    readonly mac?: string
    readonly check?: FrameCheck
  }) => number
  readonly event: (event: Event, causes?: ReadonlyArray<number>) => number
  readonly wait: (ms: number) => void
  readonly log: () => ReadonlyArray<Recorded>
  readonly found: () => ReadonlyArray<Finding>
  readonly kinds: () => ReadonlyArray<Kind>
}

/** Two cities a long way apart, three stations each. */
export const home = ["H1", "H2", "H3"]
export const away = ["W1", "W2", "W3"]

export const air = (): Air => {
  const log: Array<Recorded> = []
  let nowMs = beginMs
  let x = 1

  const append = (event: Event, occurredMs: number, causes: ReadonlyArray<number>): number => {
    const position = log.length
    const stream = streamOf(event)
    log.push({ position, stream, revision: 0, occurredMs, recordedMs: nowMs, causes, event })
    return position
  }
  for (const [city, names] of [
    ["Home", home],
    ["Away", away],
  ] as const)
    for (const [i, name] of names.entries())
      append(
        {
          _tag: "StationEnrolled",
          station: StationId.make(name),
          city,
          lat: city === "Home" ? 51 : 52,
          lng: 4 + i / 100,
        },
        nowMs,
        [],
      )

  const frequencies = (device: string, isOwn: boolean): ReadonlyArray<number> => {
    const address = addressOf(device) ?? 0
    const plan = FrequencyPlan.planOf({ zone: zones.RC1, device: address }, x, false)
    x = plan.x
    const [f1, f2, f3] = plan.frequenciesHz
    // Some way off: nobody's.
    return isOwn ? [f1, f2, f3] : [f1, f2 + 7000, f3 - 9000]
  }

  return {
    message: (seq, more = {}) => {
      const given: Message = {
        device: "4D33DB",
        afterMs: 10 * minute,
        stations: home,
        payload: `payload-${seq}`,
        isControl: false,
        payloadLength: 4,
        isOwnGenerator: true,
        dbm: -120,
        refused: undefined,
        epoch: 0,
        missing: 0,
        signs: undefined,
        lateMs: 0,
        ranks: [1, 2, 3],
        ...more,
      }
      nowMs += given.afterMs
      const sentMs = nowMs - given.lateMs
      const hz = frequencies(given.device, given.isOwnGenerator)
      let first = -1
      for (const rank of given.ranks)
        for (const station of given.stations) {
          const frame = frameOf({
            ...given,
            seq,
            station,
            rank,
            hz: hz[rank - 1],
            mac: "abcd",
            check: "ok",
          })
          const at = append(frame, sentMs + (rank - 1) * 2500, [])
          if (first >= 0) continue
          first = at
          const device = DeviceId.make(given.device)
          const decision: Event =
            given.refused === undefined
              ? {
                  _tag: "MessageAccepted",
                  device,
                  seq,
                  epoch: given.epoch,
                  kind: "data",
                  downlinkAsked: false,
                  missing: given.missing,
                  policy: 0,
                }
              : { _tag: "MessageRefused", device, seq, reason: given.refused, policy: 0 }
          append(decision, sentMs, [first])
        }
      return first
    },
    frame: ({ afterMs = 0, check = "ok", hz = 868_130_000, mac = "abcd", ...rest }) => {
      nowMs += afterMs
      const payload = `payload-${rest.seq}`
      const more = { hz, mac, check, payload, payloadLength: 4, isControl: false, dbm: -120 }
      return append(frameOf({ ...rest, ...more, signs: undefined }), nowMs, [])
    },
    event: (event, causes = []) => append(event, nowMs, causes),
    wait: (ms) => {
      nowMs += ms
    },
    log: () => log,
    found: () => findingsOf([...log, tick(log.length, nowMs + 10 * minute)]),
    kinds: () =>
      findingsOf([...log, tick(log.length, nowMs + 10 * minute)])
        .map(({ kind }) => kind)
        .toSorted(),
  }
}

const frameOf = (given: {
  readonly device: string
  readonly station: string
  readonly seq: number
  readonly rank: 1 | 2 | 3
  readonly hz: number
  readonly dbm: number
  readonly payload: string
  readonly payloadLength: number
  readonly isControl: boolean
  readonly mac: string
  readonly check: FrameCheck
  readonly signs: ReadonlyArray<FrameSign> | undefined
}): Event => ({
  _tag: "FrameHeard",
  source: SourceId.make("test"),
  station: StationId.make(given.station),
  device: DeviceId.make(given.device),
  frameType: given.isControl ? control.types[0] : 0x35f,
  rank: given.rank,
  flags: 0,
  seq: given.seq,
  mac: given.mac,
  crc: 1,
  payload: { digest: given.payload, length: given.payloadLength, bytes: new Uint8Array(20) },
  check: given.check,
  keyVersion: 1,
  rssiDbm: given.dbm,
  snrDb: 10,
  frequencyHz: given.hz,
  ...(given.signs === undefined ? {} : { signs: given.signs }),
})

export const findingsOf = (log: ReadonlyArray<Recorded>): ReadonlyArray<Finding> => {
  const state = Anomaly.projection.initial()
  for (const recorded of log) Anomaly.projection.apply(state, recorded)
  return Anomaly.findings(state)
}

const tick = (position: number, atMs: number): Recorded => ({
  position,
  stream: "network",
  revision: 0,
  occurredMs: atMs,
  recordedMs: atMs,
  causes: [],
  event: { _tag: "Ticked", due: "end" },
})
