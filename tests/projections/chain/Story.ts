/**
 * A made-up network's events, from a seed: enough of every kind to draw and to test the picture with. It knows
 * nothing of radio; the simulator does that.
 *
 * The story: quiet traffic, a replayed frame, a link that fails, a customer that hangs and comes back, a station that
 * loses trust and gets it back.
 */
import type { Recorded } from "../../../core/event/Envelope.ts"
import type { Event } from "../../../core/event/Event.ts"
import {
  CustomerId,
  DataCentreId,
  DestinationId,
  DeviceId,
  SourceId,
  StationId,
} from "../../../core/event/ids.ts"
import { streamOf } from "../../../core/event/streamOf.ts"
import * as Random from "../../../core/kernel/Random.ts"

export interface Plan {
  readonly seed: number
  readonly stations: number
  readonly devices: number
  readonly minutes: number
  readonly messagesPerMinute: number
  readonly startMs: number
}

const plan: Plan = {
  seed: 7,
  stations: 48,
  devices: 2000,
  minutes: 180,
  messagesPerMinute: 60,
  startMs: Date.UTC(2026, 10, 17, 12),
}

const cities = ["Antwerp", "Ghent", "Liège", "Brussels"] as const
const centres = [
  [51.22, 4.4],
  [51.05, 3.72],
  [50.63, 5.58],
  [50.85, 4.35],
] as const
const customers = [
  ["hydro", "meters", 0.3],
  ["parkwell", "parking", 0.24],
  ["agri", "soil", 0.18],
  ["rail", "tracks", 0.14],
  ["vault", "alarms", 0.08],
  ["civic", "lamps", 0.06],
] as const

const stationName = (n: number): StationId => StationId.make(`BS-${String(n + 8).padStart(4, "0")}`)

const sealed = { digest: "00".repeat(12), length: 8, bytes: new Uint8Array(24) }

export const story = (given: Partial<Plan> = {}): ReadonlyArray<Recorded> => {
  const its = { ...plan, ...given }
  const random = Random.make(its.seed)
  const log: Array<Recorded> = []
  const revisions = new Map<string, number>()
  const put = (event: Event, ms: number, causes: ReadonlyArray<number> = []): number => {
    const stream = streamOf(event)
    const revision = (revisions.get(stream) ?? -1) + 1
    revisions.set(stream, revision)
    const position = log.length
    const recordedMs = Math.max(ms + 40, log.at(-1)?.recordedMs ?? 0)
    log.push({ position, stream, revision, occurredMs: ms, recordedMs, causes, event })
    return position
  }

  for (const [n, name] of ["Paris", "Lyon"].entries())
    put(
      {
        _tag: "DataCentreOpened",
        dataCentre: DataCentreId.make(`DC-${n + 1}`),
        name: `DC-${n + 1} ${name}`,
        links: ["transit A", "transit B"],
      },
      its.startMs,
    )
  for (const [name] of customers) {
    put({ _tag: "CustomerRegistered", customer: CustomerId.make(name) }, its.startMs)
    put(
      {
        _tag: "DestinationAdded",
        customer: CustomerId.make(name),
        destination: DestinationId.make("main"),
        url: `http://127.0.0.1:4290/${name}`,
        loopbackAllowed: true,
      },
      its.startMs,
    )
  }
  for (let n = 0; n < its.stations; n++) {
    const station = stationName(n)
    const place = Math.floor((n * cities.length) / its.stations)
    const city = cities[place]
    const [lat, lng] = centres[place]
    put(
      {
        _tag: "StationEnrolled",
        station,
        name: `${city} ${n + 1}`,
        city,
        lat: lat + ((n * 37) % 101) / 1000,
        lng: lng + ((n * 53) % 101) / 700,
        dataCentre: DataCentreId.make(`DC-${(n % 2) + 1}`),
      },
      its.startMs,
    )
    put(
      { _tag: "ReferenceValuesAdopted", station, configDigest: "7b1dc2f0".repeat(8) },
      its.startMs,
    )
  }
  const owners: Array<(typeof customers)[number]> = []
  const names: Array<DeviceId> = []
  for (let n = 0; n < its.devices; n++) {
    const draw = random.unit()
    let sum = 0
    const owner = customers.find(([, , part]) => (sum += part) >= draw) ?? customers[0]
    owners.push(owner)
    names.push(DeviceId.make((0x4d0000 + n * 37).toString(16).toUpperCase()))
    put(
      {
        _tag: "DeviceRegistered",
        device: names[n],
        customer: CustomerId.make(owner[0]),
        group: owner[1],
        keyVersion: 1,
      },
      its.startMs,
    )
  }

  const seqs = new Map<number, number>()
  const bad = stationName(Math.min(9, its.stations - 1))
  const minute = (n: number): number => its.startMs + Math.round(n * 60_000)
  const at = (part: number): number => minute(its.minutes * part)
  const hanging: Array<{ device: DeviceId; seq: number; owner: string }> = []
  const marks = { link: false, linkUp: false, lost: false, restored: false, replay: 0 }
  const total = its.minutes * its.messagesPerMinute
  for (let m = 0; m < total; m++) {
    const ms = minute(m / its.messagesPerMinute) + random.below(900)
    if (!marks.link && ms > at(0.3)) {
      marks.link = true
      put(link(false), ms)
    }
    if (!marks.linkUp && ms > at(0.42)) {
      marks.linkUp = true
      put(link(true), ms)
    }
    const lostNow = ms > at(0.62) && ms < at(0.9)
    const d = random.below(its.devices)
    const [device, owner] = [names[d], owners[d]]
    const seq = ((seqs.get(d) ?? random.below(4000)) + 1) % 4096
    seqs.set(d, seq)
    const home = Math.floor((d / its.devices) * its.stations)
    const heardBy = 1 + random.below(3)
    const causes: Array<number> = []
    let rested = true
    for (let k = 0; k < heardBy; k++) {
      const near = (home + random.below(9) - 4 + its.stations) % its.stations
      const station = stationName(near)
      const tampered = station === bad && lostNow
      if (!tampered) rested = false
      causes.push(put(frame(station, device, seq, tampered), ms + k * 120))
      if (tampered && !marks.lost) {
        marks.lost = true
        put(
          {
            _tag: "StationTrustLost",
            station: bad,
            expected: "7b1dc2f0".repeat(8),
            seen: "51aa0e93".repeat(8),
            policy: 12,
          },
          ms + k * 120,
          [causes[causes.length - 1]],
        )
      }
    }
    if (marks.lost && !marks.restored && !lostNow && ms > at(0.9)) {
      marks.restored = true
      put(
        {
          _tag: "StationTrustRestored",
          station: bad,
          configDigest: "7b1dc2f0".repeat(8),
          policy: 12,
        },
        ms,
      )
    }
    if (rested) {
      put(
        { _tag: "MessageRefused", device, seq, reason: "station-not-trusted", policy: 12 },
        ms + 400,
        causes,
      )
      continue
    }
    if ((ms > at(0.2) && marks.replay < 3) || random.below(900) === 0) {
      marks.replay++
      put(
        {
          _tag: "MessageRefused",
          device,
          seq,
          reason: marks.replay <= 3 ? "number-seen" : "wrong-mac",
          expectedSeq: (seq + 40) % 4096,
          gapMax: 140,
          policy: 12,
        },
        ms + 400,
        causes,
      )
      continue
    }
    const warned = random.below(400) === 0
    const accepted = put(
      {
        _tag: "MessageAccepted",
        device,
        seq,
        epoch: 1,
        kind: "data",
        downlinkAsked: false,
        missing: warned ? 31 : 0,
        ...(warned ? { warning: "unstated-band" as const } : {}),
        policy: 12,
      },
      ms + 400,
      causes,
    )
    const obligation = {
      device,
      seq,
      epoch: 1,
      customer: CustomerId.make(owner[0]),
      destination: DestinationId.make("main"),
    }
    const owed = put({ _tag: "DeliveryOwed", ...obligation }, ms + 400, [accepted])
    const durationMs = 30 + random.below(90) + (owner[0] === "hydro" ? 90 : 0)
    const out = owner[0] === "agri" && ms > at(0.45) && ms < at(0.72)
    if (out) {
      hanging.push({ device, seq, owner: owner[0] })
      put(
        {
          _tag: "DeliveryFailed",
          ...obligation,
          attempt: 1,
          error: "timeout",
          durationMs: 5000,
          nextAttemptAtMs: ms + 60_000,
        },
        ms + 5400,
        [owed],
      )
      continue
    }
    if (random.below(60) !== 0)
      put(
        { _tag: "DeliverySucceeded", ...obligation, attempt: 1, status: 204, durationMs },
        ms + 400 + durationMs,
        [owed],
      )
    if (ms > at(0.72) && hanging.length > 0 && random.below(3) === 0) {
      const old = hanging.shift()
      if (old !== undefined)
        put(
          {
            _tag: "DeliverySucceeded",
            device: old.device,
            seq: old.seq,
            epoch: 1,
            customer: CustomerId.make(old.owner),
            destination: DestinationId.make("main"),
            attempt: 4,
            status: 204,
            durationMs,
          },
          ms + 450,
        )
    }
  }
  return log
}

const link = (up: boolean): Event => ({
  _tag: "LinkReported",
  dataCentre: DataCentreId.make("DC-1"),
  link: "transit B",
  up,
})

const frame = (station: StationId, device: DeviceId, seq: number, tampered: boolean): Event => ({
  _tag: "FrameHeard",
  source: SourceId.make("frames"),
  station,
  device,
  frameType: 0x35f,
  rank: 1,
  flags: 0,
  seq,
  mac: "a1b2",
  crc: 0,
  payload: sealed,
  check: "ok",
  keyVersion: 1,
  configDigest: (tampered ? "51aa0e93" : "7b1dc2f0").repeat(8),
})
