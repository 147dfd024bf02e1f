/**
 * How fast all rules together take events in, and what a device costs that is known and not suspicious. The reference
 * is the walk over the same events alone, with the time of each looked at.
 */
import v8 from "node:v8"
import vm from "node:vm"
import type { Recorded } from "../../core/event/Envelope.ts"
import { deviceIdOf, SourceId, StationId } from "../../core/event/ids.ts"
import { hourMs } from "../../core/sim/Span.ts"
import * as World from "../../core/sim/World.ts"
import * as Anomaly from "../../projections/anomaly/Anomaly.ts"
import { run as runWorld } from "../scenario/run.ts"
import { type Bench, row, secondsOf, type Size } from "./Bench.ts"

const startMs = Date.UTC(2026, 5, 1)

const run = async (size: Size) => {
  const log: Array<Recorded> = []
  const devices = size === "tiny" ? 40 : 6000
  const world = World.make({ seed: 1, startMs, devices, stations: 48, scenario: "clean" })
  runWorld(world, 1, startMs + 3 * hourMs, (recorded) => log.push(recorded))
  const fold = () => {
    const state = Anomaly.projection.initial()
    for (const recorded of log) Anomaly.projection.apply(state, recorded)
  }
  let latest = 0
  const walk = () => {
    for (const { occurredMs, recordedMs } of log)
      latest = Math.max(latest, occurredMs < recordedMs ? occurredMs : recordedMs)
  }
  // The best of three, the first of which warms up.
  const seconds = Math.min(secondsOf(fold), secondsOf(fold), secondsOf(fold))
  const bare = Math.min(secondsOf(walk), secondsOf(walk), secondsOf(walk))
  const known = size === "tiny" ? 1000 : 1_000_000
  return [
    row({
      bench: "anomaly",
      metric: "events",
      value: log.length / seconds,
      unit: "events/s",
      reference: latest > 0 ? log.length / bare : null,
    }),
    row({
      bench: "anomaly",
      metric: `heap of ${known} devices`,
      value: bytesPerDevice(known),
      unit: "bytes/device",
      reference: null,
    }),
  ]
}

/** Each device heard five times by six stations: its profile is full. */
const bytesPerDevice = (devices: number): number => {
  const state = Anomaly.projection.initial()
  const stations = Array.from({ length: 1000 }, (_, i) => StationId.make(`S${i}`))
  const before = heapUsed()
  let position = 0
  let nowMs = startMs
  for (let seq = 0; seq < 5; seq++)
    for (let i = 0; i < devices; i++) {
      nowMs += 5
      // A text of its own each time, as from a log.
      const device = deviceIdOf(0x100000 + i)
      const first = position
      const payload = { digest: `${i}-${seq}`, length: 4, bytes: noBytes }
      for (let s = 0; s < 6; s++) {
        const heard = {
          ...frame,
          station: stations[(i + s) % stations.length],
          device,
          seq,
          payload,
        }
        take(state, heard, position++, nowMs)
      }
      take(state, { ...accepted, device, seq }, position++, nowMs, [first])
    }
  take(state, { _tag: "Ticked", due: "" }, position, nowMs + 3 * hourMs)
  const bytes = (heapUsed() - before) / devices
  // Keeps the state alive until here.
  return state.scene.profiles.size === devices ? bytes : Number.NaN
}

const accepted = {
  _tag: "MessageAccepted",
  epoch: 0,
  kind: "data",
  downlinkAsked: false,
  missing: 0,
  policy: 0,
} as const

const frame = {
  _tag: "FrameHeard",
  source: SourceId.make("bench"),
  frameType: 0x35f,
  rank: 1,
  flags: 0,
  mac: "abcd",
  crc: 1,
  check: "ok",
  keyVersion: 1,
  rssiDbm: -120,
  snrDb: 10,
  frequencyHz: 868_130_000,
} as const

const noBytes = new Uint8Array(0)

const take = (
  state: Anomaly.State,
  event: Recorded["event"],
  position: number,
  atMs: number,
  causes: ReadonlyArray<number> = [],
): void =>
  Anomaly.projection.apply(state, {
    position,
    stream: "bench",
    revision: 0,
    occurredMs: atMs,
    recordedMs: atMs,
    causes,
    event,
  })

/** Node hands its collector out only when told to. */
const collect: unknown = (() => {
  v8.setFlagsFromString("--expose-gc")
  return vm.runInNewContext("gc")
})()

const heapUsed = (): number => {
  if (typeof collect === "function") collect()
  return process.memoryUsage().heapUsed
}

export const bench: Bench = { name: "anomaly", run }
