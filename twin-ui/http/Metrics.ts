/**
 * What the server counts, for Prometheus. Counters start at 0 with the process; gauges are looked up when
 * somebody asks. Reasons and outcomes are short words of our own code, so that labels stay few.
 */
import * as Effect from "effect/Effect"
import * as Metric from "effect/Metric"
import * as PrometheusMetrics from "effect/observability/PrometheusMetrics"
import * as Stream from "effect/Stream"
import type { Recorded } from "../../core/event/Envelope.ts"
import { Pipeline } from "../../core/ingest/Pipeline.ts"
import type { Rejected } from "../../core/kernel/Rejected.ts"
import { EventLog } from "../../core/log/EventLog.ts"
import { all } from "../../projections/all.ts"

const appended = Metric.counter("sigtwin_events_appended_total", {
  description: "Events appended to the log since this process began to serve.",
  incremental: true,
})
const refused = Metric.counter("sigtwin_ingest_refused_total", {
  description: "Inputs that could not be read, by reason.",
  incremental: true,
})
const inputs = Metric.counter("sigtwin_ingest_inputs_total", {
  description: "Inputs taken over HTTP and durable.",
  incremental: true,
})
const deliveries = Metric.counter("sigtwin_deliveries_total", {
  description: "Attempts at delivery by outcome: succeeded, failed, abandoned.",
  incremental: true,
})
const waiting = Metric.gauge("sigtwin_ingest_waiting", {
  description: "Inputs waiting for the pipeline.",
})
const head = Metric.gauge("sigtwin_log_head", {
  description: "Position that the next event will get.",
})
const projected = Metric.gauge("sigtwin_projection_position", {
  description: "Position of the last event in the live projections; -1 for none.",
})
const divergence = Metric.gauge("sigtwin_projection_divergence", {
  description: "1 where a live state was found not to be what the log gives, 0 else.",
})
const shareSlots = Metric.gauge("sigtwin_share_slots", {
  description: "Slots of devices, of 256, that this process has folded for all members of its log.",
})
const shareEvents = Metric.gauge("sigtwin_share_events", {
  description: "Events of devices that this process folded for its slots.",
})
const feedClients = Metric.gauge("sigtwin_feed_clients", { description: "Readers of the feeds." })
const pending = Metric.gauge("sigtwin_deliveries_pending", {
  description: "Deliveries owed and neither made nor given up.",
})
const circuits = Metric.gauge("sigtwin_circuits_open", {
  description: "Destinations to which only single attempts are made, since they do not answer.",
})
const memory = Metric.gauge("process_resident_memory_bytes", {
  description: "Resident memory of the process.",
})
const heap = Metric.gauge("nodejs_heap_size_used_bytes", { description: "Heap in use." })

export const countInputs = (count: number): Effect.Effect<void> => Metric.update(inputs, count)

export const countRefused = (rejected: ReadonlyArray<Rejected>): Effect.Effect<void> => {
  const byReason = new Map<string, number>()
  for (const { reason } of rejected) byReason.set(reason, (byReason.get(reason) ?? 0) + 1)
  return Effect.forEach(
    byReason,
    ([reason, count]) => Metric.update(Metric.withAttributes(refused, { reason }), count),
    { discard: true },
  )
}

const outcomes = {
  DeliverySucceeded: "succeeded",
  DeliveryFailed: "failed",
  DeliveryAbandoned: "abandoned",
} as const

/** Follows the log from where it stands, counting what is appended from here on, until its scope closes. */
export const countAppended = Effect.gen(function* () {
  const log = yield* EventLog
  const count = Effect.fnUntraced(function* (events: ReadonlyArray<Recorded>) {
    yield* Metric.update(appended, events.length)
    for (const { event } of events)
      if (
        event._tag === "DeliverySucceeded" ||
        event._tag === "DeliveryFailed" ||
        event._tag === "DeliveryAbandoned"
      )
        yield* Metric.update(
          Metric.withAttributes(deliveries, { outcome: outcomes[event._tag] }),
          1,
        )
  })
  // They are there from the first look on, so that a rate over them has a beginning.
  yield* Metric.update(appended, 0)
  yield* Metric.update(inputs, 0)
  for (const outcome of Object.values(outcomes))
    yield* Metric.update(Metric.withAttributes(deliveries, { outcome }), 0)
  const from = yield* log.head
  yield* log.follow(from).pipe(
    Stream.runForEach(count),
    Effect.catch((error) =>
      Effect.logWarning(`appended events are no longer counted: ${error.message}`),
    ),
    Effect.forkScoped,
  )
})

/** The page of metrics. */
export const page = (now: {
  readonly readers: number
  readonly projectedPosition: number
  readonly diverged: ReadonlyArray<string>
  /** Absent where the log is not shared. */
  readonly share: { readonly slots: number; readonly events: number } | undefined
  readonly deliveriesPending: number
  readonly circuitsOpen: number
}): Effect.Effect<string, never, EventLog | Pipeline> =>
  Effect.gen(function* () {
    const log = yield* EventLog
    const pipeline = yield* Pipeline
    const { rss, heapUsed } = process.memoryUsage()
    yield* Metric.update(waiting, yield* pipeline.waiting)
    yield* Metric.update(head, yield* log.head)
    yield* Metric.update(projected, now.projectedPosition)
    yield* Metric.update(feedClients, now.readers)
    if (now.share !== undefined) {
      yield* Metric.update(shareSlots, now.share.slots)
      yield* Metric.update(shareEvents, now.share.events)
    }
    yield* Metric.update(pending, now.deliveriesPending)
    yield* Metric.update(circuits, now.circuitsOpen)
    for (const { name: projection } of all)
      yield* Metric.update(
        Metric.withAttributes(divergence, { projection }),
        now.diverged.includes(projection) ? 1 : 0,
      )
    yield* Metric.update(memory, rss)
    yield* Metric.update(heap, heapUsed)
    return yield* PrometheusMetrics.format()
  })
