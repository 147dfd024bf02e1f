/**
 * What to send again: the obligations of a customer that stand as asked, found in the log itself, newest first. The newest
 * event of an obligation says how it stands.
 */
import * as Effect from "effect/Effect"
import * as Stream from "effect/Stream"
import type { NewEvent, Recorded } from "../../core/event/Envelope.ts"
import type { RedeliveryAsked } from "../../core/event/delivery.ts"
import { customerStream } from "../../core/event/streamOf.ts"
import { EventLog } from "../../core/log/EventLog.ts"
import * as Ledger from "../../projections/delivery/Ledger.ts"
import type { RedeliverAsk } from "../api/Deliveries.ts"

/** Obligations that one call takes. */
export const redeliverMax = 10_000
/** Obligations that are looked at for it. */
const seenMax = 1_000_000

const kinds = ["DeliveryOwed", "DeliverySucceeded", "DeliveryAbandoned", "RedeliveryAsked"]

export const toRedeliver = Effect.fn("http.toRedeliver")(function* (
  ask: RedeliverAsk,
  nowMs: number,
) {
  const log = yield* EventLog
  const { customer, note = "", was = "given-up" } = ask
  const wanted = was === "given-up" ? "DeliveryAbandoned" : "DeliverySucceeded"
  const seen = new Set<string>()
  const found: Array<NewEvent> = []
  let left = 0
  yield* log.query({ customer, kinds }).pipe(
    Stream.flattenIterable,
    Stream.takeWhile(() => seen.size < seenMax),
    Stream.runForEach((recorded) =>
      Effect.sync(() => {
        const { causes, event } = recorded
        if (!isOutcome(event)) return
        const name = `${event.destination} ${Ledger.obligationName(event)}`
        if (seen.has(name)) return
        seen.add(name)
        if (event._tag !== wanted || !fits(ask, recorded)) return
        if (found.length >= redeliverMax) {
          left++
          return
        }
        const { device, destination, epoch, notice, seq } = event
        const again: RedeliveryAsked = {
          _tag: "RedeliveryAsked",
          device,
          seq,
          epoch,
          customer: event.customer,
          destination,
          ...(notice === undefined ? {} : { notice }),
          was,
          note,
        }
        const stream = customerStream(customer)
        found.push({ stream, occurredMs: nowMs, causes: causes.slice(0, 1), event: again })
      }),
    ),
  )
  // Oldest first, so that each device's messages go in their order.
  return { events: found.toReversed(), left }
})

const isOutcome = (event: Recorded["event"]) =>
  event._tag === "DeliveryOwed" ||
  event._tag === "DeliverySucceeded" ||
  event._tag === "DeliveryAbandoned" ||
  event._tag === "RedeliveryAsked"

const fits = (ask: RedeliverAsk, { event, recordedMs }: Recorded): boolean =>
  isOutcome(event) &&
  (ask.destination === undefined || event.destination === ask.destination) &&
  (ask.device === undefined || event.device === ask.device) &&
  (ask.message === undefined || Ledger.messageName(event) === ask.message) &&
  recordedMs >= (ask.sinceMs ?? -Infinity) &&
  recordedMs <= (ask.untilMs ?? Infinity)
