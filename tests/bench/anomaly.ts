/**
 * What the detectors cost: the time they add to folding all other projections over the same events, as part of that (wanted: at
 * most 0.3), and what a device and a watched station cost in memory. Measured in turns, and of each the best.
 */
import v8 from "node:v8"
import vm from "node:vm"
import type { Recorded } from "../../core/event/Envelope.ts"
import { deviceIdOf, SourceId, StationId } from "../../core/event/ids.ts"
import { hourMs } from "../../core/sim/Span.ts"
import * as World from "../../core/sim/World.ts"
import { all } from "../../projections/all.ts"
import * as Anomaly from "../../projections/anomaly/Anomaly.ts"
import * as Watch from "../../projections/anomaly/watch/Watch.ts"
import * as Cell from "../../projections/run/Cell.ts"
import { run as runWorld } from "../scenario/run.ts"
import { type Bench, processorSeconds, row, type Size } from "./Bench.ts"

const startMs = Date.UTC(2026, 5, 1)

const run = async (size: Size) => {
  const log: Array<Recorded> = []
  const { devices, turns } =
    size === "tiny" ? { devices: 40, turns: 1 } : { devices: 3_000, turns: 8 }
  const world = World.make({ seed: 1, startMs, devices, stations: 48, scenario: "clean" })
  runWorld(world, 1, startMs + 3 * hourMs, (recorded) => log.push(recorded))
  const without = all.filter(({ name }) => name !== Anomaly.projection.name)
  const foldWith = (projections: typeof all) => () => {
    const cells = projections.map((packed) => Cell.make(packed, undefined))
    for (let from = 0; from < log.length; from += batchEvents)
      Cell.foldAll(cells, log.slice(from, from + batchEvents))
  }
  let [whole, rest] = [Infinity, Infinity]
  for (let turn = 0; turn < turns; turn++) {
    rest = Math.min(rest, takenBy(foldWith(without)))
    whole = Math.min(whole, takenBy(foldWith(all)))
  }
  const known = size === "tiny" ? 1000 : 200_000
  return [
    row({
      bench: "anomaly",
      metric: "seconds that detectors add, of those of the rest",
      value: Math.max(0, whole - rest),
      unit: "s",
      reference: rest,
    }),
    row({
      bench: "anomaly",
      metric: "all projections",
      value: log.length / whole,
      unit: "events/s",
      reference: log.length / rest,
    }),
    row({
      bench: "anomaly",
      metric: `heap of ${known} devices`,
      value: bytesPerDevice(known),
      unit: "bytes/device",
      reference: null,
    }),
    row({
      bench: "anomaly",
      metric: `heap of ${stationsWatched} stations`,
      value: bytesPerStation(stationsWatched),
      unit: "bytes/station",
      reference: null,
    }),
  ]
}

/** Of the processor: what waits for one says nothing of what detectors cost. */
const takenBy = (work: () => void): number => {
  const before = processorSeconds()
  work()
  return processorSeconds() - before
}

const batchEvents = 5_000
/** Fewer are lost in what else the heap does. */
const stationsWatched = 2_000

/** Stations as they are enrolled, each heard once. */
const bytesPerStation = (stations: number): number => {
  const watch = Watch.make()
  const before = heapUsed()
  for (let i = 0; i < stations; i++) {
    const event = { _tag: "StationEnrolled", station: StationId.make(`S${i}`) } as const
    Watch.apply(watch, recordedAt(event, i, startMs), startMs)
  }
  const bytes = (heapUsed() - before) / stations
  return watch.stations.size === stations ? bytes : Number.NaN
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
): void => Anomaly.projection.apply(state, recordedAt(event, position, atMs, causes))

const recordedAt = (
  event: Recorded["event"],
  position: number,
  atMs: number,
  causes: ReadonlyArray<number> = [],
): Recorded => ({
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
