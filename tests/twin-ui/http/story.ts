/** A small story in the log: one customer, one device with a key, two stations, three messages, a forgery. */
import * as Effect from "effect/Effect"
import * as Redacted from "effect/Redacted"
import { CustomerId, DestinationId, StationId } from "../../../core/event/ids.ts"
import { Pipeline } from "../../../core/ingest/Pipeline.ts"
import { EventLog } from "../../../core/log/EventLog.ts"
import { radio } from "../../core/ingest/radio.ts"
import { settled } from "./world.ts"

export const startMs = 1_700_000_000_000
export const minuteMs = 60_000

/** 4D33DB. */
export const meter = radio(0x4d33db)

const hydro = CustomerId.make("hydro")

/** The log's head after each part of the story. */
export interface Heads {
  readonly registered: number
  readonly first: number
  readonly second: number
  readonly forged: number
  readonly all: number
}

export const tell = Effect.gen(function* () {
  const pipeline = yield* Pipeline
  const log = yield* EventLog
  yield* pipeline.execute({ _tag: "RegisterCustomer", customer: hydro, name: "Hydro" })
  yield* pipeline.execute({
    _tag: "AddDestination",
    customer: hydro,
    destination: DestinationId.make("main"),
    url: "https://hydro.example/in",
    loopbackAllowed: false,
  })
  yield* pipeline.execute({
    _tag: "RegisterDevice",
    device: meter.id,
    customer: hydro,
    group: "meters",
    key: Redacted.make(meter.keyHex),
  })
  yield* pipeline.execute({
    _tag: "EnrolStation",
    station: StationId.make("BS-1"),
    name: "Antwerp North",
    city: "Antwerp",
  })
  const registered = yield* log.head
  yield* pipeline.offer([
    meter.send(10, { station: "BS-1", atMs: startMs }),
    meter.send(10, { station: "BS-2", atMs: startMs + 20, rank: 2 }),
  ])
  const first = yield* log.head
  yield* pipeline.offer([meter.send(11, { atMs: startMs + 10 * minuteMs, payload: "0102" })])
  const second = yield* log.head
  yield* pipeline.offer([
    meter.send(12, { atMs: startMs + 20 * minuteMs, keyHex: "00".repeat(16) }),
  ])
  const forged = yield* log.head
  yield* pipeline.offer([meter.send(13, { atMs: startMs + 30 * minuteMs })])
  const heads: Heads = { registered, first, second, forged, all: yield* log.head }
  yield* settled
  return heads
})
