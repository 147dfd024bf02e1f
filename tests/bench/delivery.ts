/**
 * `delivery`: accepted messages to answered HTTPS callbacks, on loopback with connections kept, endpoints in a process of their own.
 * 100 customers, ten of which hang. References: a bare loop of requests to the same endpoints; a run without the ten.
 * Wanted: 3k/s on one core, the other 90 within 1.5 of the run without; 100k pending within 200 MB.
 */
import type { NewEvent, Recorded } from "../../core/event/Envelope.ts"
import * as Ledger from "../../core/network/Ledger.ts"
import { type Bench, row, type Size } from "./Bench.ts"
import { withEndpoints } from "./deliveryEndpoints.ts"
import { bareLoop, measured } from "./deliveryRun.ts"
import { appendsOf } from "./logEvents.ts"

const sizes = {
  tiny: { customers: 5, hanging: 1, devices: 2, messages: 2, pending: 900 },
  full: { customers: 100, hanging: 10, devices: 20, messages: 15, pending: 100_000 },
}

export const bench: Bench = {
  name: "delivery",
  run: async (size) =>
    withEndpoints(sizes[size].customers, async (answering, hanging) => {
      const bare = await bareLoop(answering, sizes[size])
      const without = await measured(sizes[size], answering, undefined)
      const beside = await measured(sizes[size], answering, hanging)
      const { megabytes, count } = pendingMemory(size)
      return [
        row({
          bench: "delivery",
          metric: "delivered beside hanging customers, to bare requests",
          value: beside.perSecond,
          unit: "callbacks/s",
          reference: bare.perSecond,
          digest: String(beside.delivered),
        }),
        row({
          bench: "delivery",
          metric: "delivered a second of the processor, to bare requests",
          value: beside.perProcessorSecond,
          unit: "callbacks/s",
          reference: bare.perProcessorSecond,
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
