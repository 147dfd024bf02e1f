/**
 * A run of deliveries on a virtual clock, from a seed: endpoints that answer, fail, hang or go down for a while, and crashes
 * at any point; one customer has batches, and what was given up is asked for again after half a day. What happens is decided by the
 * real ledger and the real outcomes; the network and the log are modelled.
 */
import type { Recorded } from "../../core/event/Envelope.ts"
import type { Event } from "../../core/event/Event.ts"
import { CustomerId, DestinationId, DeviceId } from "../../core/event/ids.ts"
import { streamOf } from "../../core/event/streamOf.ts"
import * as Random from "../../core/kernel/Random.ts"
import * as Ledger from "../../core/network/Ledger.ts"
import { outcomeEvents, type Outcome } from "../../core/network/outcome.ts"

export interface Run {
  readonly events: ReadonlyArray<Recorded>
  /** Requests as their endpoints saw them. */
  readonly requests: ReadonlyArray<Request>
  readonly crashes: number
}

export interface Request {
  /** Of a delivery that was asked for again. */
  readonly isAgain: boolean
  /** Position of the obligation's `DeliveryOwed`. */
  readonly owedAt: number
  readonly device: string
  readonly to: string
  readonly seq: number
  readonly isMarked: boolean
  /** Whether it was answered with success. */
  readonly isGood: boolean
  /** Whether its answer was seen, and recorded. */
  isSeen: boolean
}

interface UnderWay {
  readonly taken: Extract<Ledger.Taken, { readonly _tag: "Try" }>
  readonly requests: ReadonlyArray<Request>
  readonly outcome: Outcome
  readonly endsMs: number
}

const customers = 3
const devices = 4
const messages = 25
const dayMs = 86_400_000

export const run = (seed: number): Run => {
  const random = Random.make(seed)
  const events: Array<Recorded> = []
  const requests: Array<Request> = []
  let ledger = Ledger.make()
  let nowMs = Date.UTC(2026, 0, 1)
  let underWay: Array<UnderWay> = []
  const askedAgain = new Set<number>()
  let crashes = 0
  const append = (event: Event, causes: ReadonlyArray<number>): number => {
    const position = events.length
    const stream = streamOf(event)
    const recorded = {
      position,
      stream,
      revision: 0,
      occurredMs: nowMs,
      recordedMs: nowMs,
      causes,
      event,
    }
    events.push(recorded)
    Ledger.apply(ledger, recorded, nowMs)
    return position
  }
  const restart = (): void => {
    crashes++
    underWay = []
    ledger = Ledger.make()
    for (const recorded of events) Ledger.apply(ledger, recorded, nowMs)
    Ledger.caughtUp(ledger)
  }
  /** Each endpoint is down from time to time, and one of them most of the time. */
  const answer = (to: string): { readonly outcome: Outcome; readonly tookMs: number } => {
    const isDown = random.below(10) < (to === "c0" ? 8 : 1)
    const chance = random.below(100)
    if (isDown || chance < 10)
      return chance % 2 === 0
        ? { outcome: { _tag: "NotAnswered", error: "timeout" }, tookMs: 10_000 }
        : { outcome: { _tag: "NotAnswered", error: "refused" }, tookMs: 5 }
    const status = chance < 20 ? 500 : 200
    return { outcome: { _tag: "Answered", status, body: "" }, tookMs: 5 + random.below(3_000) }
  }
  const begin = (): void => {
    const tries: Array<UnderWay> = []
    for (let taken = Ledger.take(ledger, nowMs); taken !== undefined;) {
      if (taken._tag === "GiveUp") {
        const { error, owed } = taken
        const none = { failures: 0, isOpen: false, isTurning: false }
        const at = { endedMs: nowMs, durationMs: 0 }
        const made = outcomeEvents(owed, { _tag: "Impossible", error }, at, none)
        for (const [i, { event }] of made.entries()) append(event, [owed[i].owedAt])
      } else {
        const { outcome, tookMs } = answer(taken.settings.customer)
        const seen = taken.owed.map(({ isDoubtful, obligation, owedAt }) => ({
          owedAt,
          isAgain: askedAgain.has(owedAt),
          device: obligation.device,
          to: obligation.customer,
          seq: obligation.seq,
          isMarked: isDoubtful,
          isGood: outcome._tag === "Answered" && outcome.status === 200,
          isSeen: false,
        }))
        tries.push({ taken, requests: seen, outcome, endsMs: nowMs + tookMs })
      }
      taken = Ledger.take(ledger, nowMs)
    }
    if (tries.length === 0) return
    append(
      {
        _tag: "DeliveriesBegan",
        owed: tries.flatMap(({ taken }) => taken.owed.map(({ owedAt }) => owedAt)),
      },
      [],
    )
    // A crash here: begun, and nothing went out.
    if (random.below(200) === 0) return restart()
    for (const each of tries)
      if (each.outcome._tag === "Answered" || each.outcome.error === "timeout")
        requests.push(...each.requests)
    underWay.push(...tries)
  }
  const end = (): void => {
    for (const each of underWay.filter(({ endsMs }) => endsMs <= nowMs)) {
      underWay.splice(underWay.indexOf(each), 1)
      // A crash here: answered, and not recorded.
      if (random.below(300) === 0) return restart()
      const { owed, settings } = each.taken
      const circuit = Ledger.standingOf(ledger, settings)
      const at = { endedMs: nowMs, durationMs: 1 }
      const made = outcomeEvents(owed, each.outcome, at, circuit)
      if (made.length > owed.length) circuit.isTurning = true
      for (const request of each.requests) request.isSeen = each.outcome._tag === "Answered"
      for (const [i, { event }] of made.entries())
        append(event, i < owed.length ? [owed[i].owedAt] : [events.length - 1])
    }
  }

  /** What was given up is asked for once more, as a person does who has repaired an endpoint. */
  const askAgain = (): void => {
    for (const { causes, event } of events.slice()) {
      if (event._tag !== "DeliveryAbandoned") continue
      const { _tag: _, attempts: _attempts, error: _error, ...obligation } = event
      askedAgain.add(causes[0])
      append({ _tag: "RedeliveryAsked", ...obligation, was: "given-up", note: "repaired" }, causes)
    }
  }

  for (let c = 0; c < customers; c++)
    append(
      {
        _tag: "DestinationAdded",
        customer: CustomerId.make(`c${c}`),
        destination: DestinationId.make("main"),
        url: "https://example.org/",
        ...(c === 1 ? { channel: "batch-url" as const } : {}),
        loopbackAllowed: false,
      },
      [],
    )
  Ledger.caughtUp(ledger)
  const untilMs = nowMs + dayMs
  const askAtMs = nowMs + dayMs / 2
  let sent = 0
  while (nowMs < untilMs) {
    if (sent < messages * devices && random.below(3) === 0) {
      const owed = {
        device: DeviceId.make(`D${sent % devices}`),
        seq: Math.floor(sent / devices),
        epoch: 0,
        destination: DestinationId.make("main"),
      }
      for (let c = 0; c < customers; c++)
        append({ _tag: "DeliveryOwed", ...owed, customer: CustomerId.make(`c${c}`) }, [])
      sent++
    }
    if (nowMs >= askAtMs && askedAgain.size === 0) askAgain()
    begin()
    const next = Math.min(
      Ledger.nextDueMs(ledger),
      nowMs < askAtMs ? askAtMs : untilMs,
      ...underWay.map(({ endsMs }) => endsMs),
      sent < messages * devices ? nowMs + random.below(60_000) : untilMs,
    )
    nowMs = Math.max(nowMs + 1, next)
    end()
  }
  return { events, requests, crashes }
}
