/**
 * `delivery`: accepted messages to answered HTTPS callbacks, on loopback with connections kept, endpoints in a thread of their own.
 * 100 customers, ten of which hang. References: a bare loop of requests to the same endpoints; a run without the ten.
 * Wanted: 3k/s on one core, the other 90 within 1.5 of the run without; 100k pending within 200 MB.
 */
import * as Effect from "effect/Effect"
import * as Fiber from "effect/Fiber"
import * as Layer from "effect/Layer"
import * as Redacted from "effect/Redacted"
import * as Stream from "effect/Stream"
import { mkdtempSync, readFileSync, rmSync } from "node:fs"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { Worker } from "node:worker_threads"
import type { NewEvent, Recorded } from "../../core/event/Envelope.ts"
import { CustomerId, DestinationId } from "../../core/event/ids.ts"
import { Pipeline } from "../../core/ingest/Pipeline.ts"
import * as pipelineLive from "../../core/ingest/pipelineLive.ts"
import { secretsMemory } from "../../core/keys/secretsMemory.ts"
import * as Vault from "../../core/keys/Vault.ts"
import { EventLog } from "../../core/log/EventLog.ts"
import * as Sqlite from "../../core/log/sqlite.ts"
import { deliver } from "../../core/network/deliver.ts"
import * as Ledger from "../../core/network/Ledger.ts"
import * as post from "../../core/network/post.ts"
import { radio } from "../core/ingest/radio.ts"
import { type Bench, row, type Size } from "./Bench.ts"
import { appendsOf } from "./logEvents.ts"

const sizes = {
  tiny: { customers: 5, hanging: 1, devices: 2, messages: 2, pending: 900 },
  full: { customers: 100, hanging: 10, devices: 20, messages: 15, pending: 100_000 },
}

const file = (name: string): string =>
  readFileSync(join(import.meta.dirname, "../core/network/tls", name), "utf8")

/** Endpoints behind TLS in a thread, a port each as customers have: they answer 200, but for the last, which never answers. */
const endpoints = `
const { createServer } = require("node:https");
const { parentPort, workerData } = require("node:worker_threads");
const answer = (request, response) => {
  request.resume();
  request.on("end", () => response.writeHead(200, { "content-length": 2 }).end("ok"));
};
const ports = [];
for (let n = 0; n < workerData.count; n++) {
  const hangs = n === workerData.count - 1;
  const server = createServer(workerData, hangs ? (request) => request.resume() : answer);
  server.keepAliveTimeout = 60000;
  server.listen(0, "127.0.0.1", () => {
    ports[n] = server.address().port;
    if (ports.filter(Boolean).length === workerData.count) parentPort.postMessage(ports);
  });
}
`

const cert = file("test-only-certificate.pem")

const withEndpoints = async <A>(
  count: number,
  use: (answering: ReadonlyArray<string>, hanging: string) => Promise<A>,
): Promise<A> => {
  const worker = new Worker(endpoints, {
    eval: true,
    workerData: { key: file("test-only-key.pem"), cert, count: count + 1 },
  })
  try {
    const ports = await new Promise<ReadonlyArray<number>>((resolve, reject) => {
      worker.once("message", resolve)
      worker.once("error", reject)
    })
    const urls = ports.map((port) => `https://localhost:${port}/`)
    return await use(urls.slice(0, -1), urls[count])
  } finally {
    await worker.terminate()
  }
}

export const bench: Bench = {
  name: "delivery",
  run: async (size) =>
    withEndpoints(sizes[size].customers, async (answering, hanging) => {
      const bare = await bareLoop(answering, size)
      const without = await measured(size, answering, undefined)
      const beside = await measured(size, answering, hanging)
      const { megabytes, count } = pendingMemory(size)
      return [
        row({
          bench: "delivery",
          metric: "delivered beside hanging customers, to bare requests",
          value: beside.perSecond,
          unit: "callbacks/s",
          reference: bare,
          digest: String(beside.delivered),
        }),
        row({
          bench: "delivery",
          metric: "p99 of the others, to the run without those that hang",
          value: beside.p99Ms,
          unit: "ms",
          reference: without.p99Ms,
        }),
        row({
          bench: "delivery",
          metric: "rate of the others, to the run without those that hang",
          value: beside.perSecond,
          unit: "callbacks/s",
          reference: without.perSecond,
        }),
        row({
          bench: "delivery",
          metric: `memory of ${count} pending, to 200 MB`,
          value: megabytes,
          unit: "MB",
          reference: 200,
        }),
      ]
    }),
}

interface Measured {
  readonly delivered: number
  readonly perSecond: number
  readonly p99Ms: number
}

/** From the start of deliveries to the last answer of those that answer. */
const measured = async (
  size: Size,
  answering: ReadonlyArray<string>,
  hanging: string | undefined,
): Promise<Measured> => {
  const directory = mkdtempSync(join(tmpdir(), "sigtwin-bench-"))
  try {
    return await Effect.runPromise(
      run(size, answering, hanging).pipe(
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
  size: Size,
  answering: ReadonlyArray<string>,
  hanging: string | undefined,
) {
  const pipeline = yield* Pipeline
  const log = yield* EventLog
  const { customers, devices, hanging: hangingCount, messages } = sizes[size]
  const radios: Array<ReturnType<typeof radio>> = []
  for (let n = 0; n < customers; n++) {
    const isHanging = n < hangingCount
    if (isHanging && hanging === undefined) continue
    const customer = CustomerId.make(`${isHanging ? "h" : "c"}${n}`)
    yield* pipeline.execute({ _tag: "RegisterCustomer", customer })
    yield* pipeline.execute({
      _tag: "AddDestination",
      customer,
      destination: DestinationId.make("main"),
      url: isHanging && hanging !== undefined ? hanging : answering[n],
      loopbackAllowed: true,
    })
    for (let m = 0; m < devices; m++) {
      const device = radio(0x1_0000 + n * devices + m)
      const key = Redacted.make(device.keyHex)
      yield* pipeline.execute({ _tag: "RegisterDevice", device: device.id, customer, key })
      radios.push(device)
    }
  }
  for (let seq = 1; seq <= messages; seq++) {
    const atMs = 1_700_000_000_000 + seq * 600_000
    yield* pipeline.submit(radios.map((device) => device.send(seq, { atMs })))
  }
  const expected = (customers - hangingCount) * devices * messages
  const poster = post.make({ ca: cert })
  const from = yield* log.head
  const start = performance.now()
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
  const seconds = (performance.now() - start) / 1000
  yield* Fiber.interrupt(running)
  poster.close()
  durations.sort((a, b) => a - b)
  return {
    delivered: durations.length,
    perSecond: expected / seconds,
    p99Ms: durations[Math.floor(0.99 * (durations.length - 1))],
  }
})

/** As many requests by the same poster, with nothing around them. */
const bareLoop = async (urls: ReadonlyArray<string>, size: Size): Promise<number> => {
  const { customers, devices, messages } = sizes[size]
  const count = customers * devices * messages
  const poster = post.make({ ca: cert })
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
  const start = performance.now()
  await Effect.runPromise(
    Effect.forEach(
      Array.from({ length: count }, (_, n) => urls[n % urls.length]),
      to,
      { concurrency: 256, discard: true },
    ),
  )
  poster.close()
  return count / ((performance.now() - start) / 1000)
}

const collect = (): number => {
  globalThis.gc?.()
  return process.memoryUsage().heapUsed + process.memoryUsage().arrayBuffers
}

/** What a ledger takes that holds so many, of real messages. */
const pendingMemory = (size: Size): { readonly megabytes: number; readonly count: number } => {
  const { pending } = sizes[size]
  const before = collect()
  const ledger = Ledger.make()
  let position = 0
  // Of nine events of a message one owes it, and one more says that it was delivered: left out here.
  const perMessage = 9
  const atOnce = Math.min(pending, 1_000)
  for (let made = 0; made < pending; made += atOnce)
    for (const append of appendsOf(atOnce * perMessage, atOnce * perMessage)) {
      for (const [i, event] of append.entries()) apply(ledger, event, position + i, position)
      position += append.length
    }
  const megabytes = (collect() - before) / 1e6
  return { megabytes, count: ledger.pending }
}

const apply = (
  ledger: Ledger.Ledger,
  { causes, event, occurredMs, stream }: NewEvent,
  position: number,
  first: number,
): void => {
  if (event._tag === "DeliverySucceeded") return
  const recorded: Recorded = {
    position,
    stream,
    revision: 0,
    occurredMs,
    recordedMs: occurredMs,
    causes: causes.map((cause) => (cause < 0 ? first - 1 - cause : cause)),
    event,
  }
  Ledger.apply(ledger, recorded, occurredMs)
}
