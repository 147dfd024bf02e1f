/** Deliveries of a log full of messages, and as many bare requests: what the benchmark of deliveries measures. */
import * as Effect from "effect/Effect"
import * as Fiber from "effect/Fiber"
import * as Layer from "effect/Layer"
import * as Redacted from "effect/Redacted"
import * as Stream from "effect/Stream"
import { mkdtempSync, rmSync } from "node:fs"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { CustomerId, DestinationId } from "../../core/event/ids.ts"
import { Pipeline } from "../../core/ingest/Pipeline.ts"
import * as pipelineLive from "../../core/ingest/pipelineLive.ts"
import { secretsMemory } from "../../core/keys/secretsMemory.ts"
import * as Vault from "../../core/keys/Vault.ts"
import { EventLog } from "../../core/log/EventLog.ts"
import * as Sqlite from "../../core/log/sqlite.ts"
import { deliver } from "../../core/network/deliver.ts"
import * as post from "../../core/network/post.ts"
import { radio } from "../core/ingest/radio.ts"
import { processorSeconds } from "./Bench.ts"
import { certificate } from "./deliveryEndpoints.ts"

export interface Load {
  readonly customers: number
  /** Of these, the first so many never answer. */
  readonly hanging: number
  /** Of each customer. */
  readonly devices: number
  /** Of each device. */
  readonly messages: number
}

export interface Rate {
  readonly perSecond: number
  /** A second of this process's processor time. */
  readonly perProcessorSecond: number
}

interface Measured extends Rate {
  readonly delivered: number
  readonly p99Ms: number
}

/** From the start of deliveries to the last answer of those that answer. */
export const measured = async (
  load: Load,
  answering: ReadonlyArray<string>,
  hanging: string | undefined,
): Promise<Measured> => {
  const directory = mkdtempSync(join(tmpdir(), "sigtwin-bench-"))
  try {
    return await Effect.runPromise(
      run(load, answering, hanging).pipe(
        Effect.scoped,
        Effect.provide(
          Layer.provideMerge(
            pipelineLive.layer,
            Layer.mergeAll(Sqlite.layer(join(directory, "log.db")), Vault.layer(secretsMemory)),
          ),
        ),
      ),
    )
  } finally {
    rmSync(directory, { recursive: true })
  }
}

const run = Effect.fnUntraced(function* (
  load: Load,
  answering: ReadonlyArray<string>,
  hanging: string | undefined,
) {
  const pipeline = yield* Pipeline
  const log = yield* EventLog
  const { customers, devices, hanging: hangingCount, messages } = load
  const numbers = Array.from({ length: customers }, (_, n) => n).filter(
    (n) => n >= hangingCount || hanging !== undefined,
  )
  // Together, so that they share commits.
  const radios = yield* Effect.forEach(
    numbers,
    Effect.fnUntraced(function* (n) {
      const isHanging = n < hangingCount
      const customer = CustomerId.make(`${isHanging ? "h" : "c"}${n}`)
      yield* pipeline.execute({ _tag: "RegisterCustomer", customer })
      yield* pipeline.execute({
        _tag: "AddDestination",
        customer,
        destination: DestinationId.make("main"),
        url: isHanging && hanging !== undefined ? hanging : answering[n],
        loopbackAllowed: true,
      })
      const own = Array.from({ length: devices }, (__, m) => radio(0x1_0000 + n * devices + m))
      for (const { id: device, keyHex } of own) {
        const key = Redacted.make(keyHex)
        yield* pipeline.execute({ _tag: "RegisterDevice", device, customer, key })
      }
      return own
    }),
    { concurrency: "unbounded" },
  ).pipe(Effect.map((each) => each.flat()))
  for (let seq = 1; seq <= messages; seq++) {
    const atMs = 1_700_000_000_000 + seq * 600_000
    yield* pipeline.submit(radios.map((device) => device.send(seq, { atMs })))
  }
  const expected = (customers - hangingCount) * devices * messages
  const poster = post.make({ ca: certificate })
  const from = yield* log.head
  const started = start()
  const running = yield* Effect.forkChild(deliver({ poster }))
  const durations: Array<number> = []
  yield* log.follow(from).pipe(
    Stream.takeUntil((events) => {
      for (const { event } of events)
        if (event._tag === "DeliverySucceeded") durations.push(event.durationMs)
      return durations.length >= expected
    }),
    Stream.runDrain,
  )
  const rate = started(expected)
  yield* Fiber.interrupt(running)
  poster.close()
  durations.sort((a, b) => a - b)
  return {
    delivered: durations.length,
    ...rate,
    p99Ms: durations[Math.floor(0.99 * (durations.length - 1))],
  }
})

/** As many requests by the same poster, with nothing around them. */
export const bareLoop = async (
  urls: ReadonlyArray<string>,
  { customers, devices, messages }: Load,
): Promise<Rate> => {
  const count = customers * devices * messages
  const poster = post.make({ ca: certificate })
  const body = JSON.stringify({ device: "4D33DB", time: 1, data: "abad1dea", seqNumber: 1 })
  const to = (url: string) =>
    poster.post({
      method: "POST",
      url,
      headers: { "content-type": "application/json" },
      body,
      loopbackAllowed: true,
      privateAllowed: false,
    })
  const started = start()
  await Effect.runPromise(
    Effect.forEach(
      Array.from({ length: count }, (_, n) => urls[n % urls.length]),
      to,
      { concurrency: 256, discard: true },
    ),
  )
  const rate = started(count)
  poster.close()
  return rate
}

const start = (): ((count: number) => Rate) => {
  const [fromMs, fromSeconds] = [performance.now(), processorSeconds()]
  return (count) => ({
    perSecond: count / ((performance.now() - fromMs) / 1000),
    perProcessorSecond: count / (processorSeconds() - fromSeconds),
  })
}
