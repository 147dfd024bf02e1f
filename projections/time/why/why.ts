/**
 * "Why is it so?", of every derived fact that a person can see: a message's verdict, a device's counter, a station's
 * trust, a delivery, a finding, a count.
 *
 * Answered through the log's index: what it costs depends on the facts that are named, not on the length of the log.
 */
import * as Effect from "effect/Effect"
import type { Position, Recorded } from "../../../core/event/Envelope.ts"
import { kindOf } from "../../../core/event/Event.ts"
import * as Instant from "../../../core/kernel/Instant.ts"
import type { Filter, LogUnavailable } from "../../../core/log/EventLog.ts"
import type { Accepted } from "./findAccepted.ts"
import { follow, leaf } from "./follow.ts"
import { counterFacts, registrationFacts, trustFacts } from "./gather.ts"
import type { Lookups } from "./Lookups.ts"
import { type Answer, compared, positionsOf, reason } from "./Reason.ts"
import * as Refold from "./refold.ts"
import { counterReason, findVerdict, lastVerdict, whyVerdict } from "./whyVerdict.ts"

type Asked = Effect.Effect<Answer | undefined, LogUnavailable>

/** Events listed of a count; all are counted. */
export const listedMax = 100
/** Events counted one by one. */
const countedMax = 200_000

export interface Message {
  readonly device: string
  readonly seq: number
  readonly epoch?: number | undefined
}

export const whyMessage = (lookups: Lookups, message: Message, to: Position): Asked =>
  Effect.gen(function* () {
    const decided = yield* findVerdict(lookups, message, to)
    return decided === undefined
      ? yield* whyReported(lookups, message, to)
      : yield* whyVerdict(lookups, decided)
  })

/** A network took it; the twin checked nothing. */
const whyReported = (lookups: Lookups, { device, epoch, seq }: Message, to: Position): Asked =>
  Effect.gen(function* () {
    if (epoch !== undefined) return undefined
    const found = yield* lookups.newest({ device, to, kinds: ["MessageReported"] }, reportsMax)
    const reports = found.filter(({ event }) => "seq" in event && event.seq === seq)
    const [first] = reports.toReversed()
    if (first?.event._tag !== "MessageReported") return undefined
    return {
      fact: { device, seq, reported: true, source: first.event.source },
      reason: reason({
        text: `reported by ${first.event.source}; the twin checked nothing of it`,
        position: first.position,
        because: reports.toReversed().map(leaf),
      }),
      facts: positionsOf(reports),
      refolded: null,
    }
  })

const reportsMax = 20_000

/** Its last verdict and what its counter takes next. */
export const whyDevice = (lookups: Lookups, device: string, to: Position): Asked =>
  Effect.gen(function* () {
    const decided = yield* lastVerdict(lookups, device, to)
    const registered = yield* registrationFacts(lookups, device, to)
    if (decided === undefined && registered.length === 0) return undefined
    const verdict = decided === undefined ? undefined : yield* whyVerdict(lookups, decided)
    const counter = yield* counterFacts(lookups, device, to)
    const facts = [...registered, ...counter]
    const window = Refold.windowOf(facts, device)
    // The last of what was taken says itself what the counter stood at.
    const last = counter.findLast(({ event }) => event._tag === "MessageAccepted")?.event
    const isSame =
      last?._tag !== "MessageAccepted"
        ? window.last < 0
        : window.last === last.seq && window.epoch === last.epoch
    return {
      fact: {
        device,
        verdict: verdict?.fact ?? null,
        window: { ...window, recent: [...window.recent] },
      },
      reason: reason({
        text: `device ${device}${decided === undefined ? " was never heard" : `: ${leaf(decided).text}`}`,
        tone: decided === undefined ? "plain" : leaf(decided).tone,
        because: [
          ...(verdict === undefined ? [] : [verdict.reason]),
          ...(verdict !== undefined && counter.at(-1) === verdictCounter(verdict, counter)
            ? [reason({ text: `${counterReason(window, counter).text}, as above` })]
            : [counterReason(window, counter)]),
          reason({ text: `registration of ${device}`, because: registered.map(leaf) }),
        ],
      }),
      facts: [...new Set([...positionsOf(facts), ...(verdict?.facts ?? [])])].toSorted(
        (a, b) => a - b,
      ),
      refolded: isSame && (verdict?.refolded ?? true),
    }
  })

/** The last of the counter's facts, if the verdict rests on it already. */
const verdictCounter = ({ facts }: Answer, counter: ReadonlyArray<Recorded>) =>
  counter.findLast(({ position }, i) => i === counter.length - 1 && facts.includes(position))

/** Its trust. */
export const whyStation = (lookups: Lookups, station: string, to: Position): Asked =>
  Effect.gen(function* () {
    const known = yield* trustFacts(lookups, station, to)
    const [enrolled] = yield* lookups.newest({ station, to, kinds: ["StationEnrolled"] }, 1)
    if (known.length === 0 && enrolled === undefined) return undefined
    const last = known.at(-1)
    const followed = last === undefined ? undefined : yield* follow(lookups, last)
    const enrolments = enrolled === undefined ? [] : [enrolled]
    const facts = [...enrolments, ...known, ...(followed?.facts ?? [])]
    const { reference, trust, trustAt } = Refold.stationOf(facts, station)
    const cause = last === undefined ? undefined : yield* heardBy(lookups, last)
    const seen = cause?.event._tag === "FrameHeard" ? cause.event.configDigest : undefined
    return {
      fact: { station, trust, since: trustAt < 0 ? null : trustAt, reference: reference ?? null },
      reason: reason({
        text: `station ${station}: ${trustWords[trust]}`,
        tone: trust === "lost" ? "refused" : trust === "trusted" ? "good" : "plain",
        ...(trustAt < 0 ? {} : { position: trustAt }),
        compared:
          seen === undefined || reference === undefined
            ? []
            : [compared("configuration digest", reference, seen, seen === reference)],
        because: [...(followed === undefined ? [] : [followed.reason]), ...enrolments.map(leaf)],
      }),
      facts: positionsOf(facts),
      refolded: (last === undefined ? -1 : last.position) === trustAt,
    }
  })

/** The reception that showed it. */
const heardBy = (lookups: Lookups, { causes }: Recorded) =>
  causes.length === 0 ? Effect.undefined : lookups.event(causes[0])

/** How a message stands at each destination it was owed to. */
export const whyDelivery = (lookups: Lookups, message: Message, to: Position): Asked =>
  Effect.gen(function* () {
    const decided = yield* findVerdict(lookups, message, to)
    if (decided === undefined) return undefined
    const { event } = decided
    const verdict = yield* whyVerdict(lookups, decided)
    if (event._tag === "MessageRefused")
      return {
        fact: { deliveries: [] },
        reason: reason({ text: "nothing is owed of a refused message", because: [verdict.reason] }),
        facts: verdict.facts,
        refolded: verdict.refolded,
      }
    const { device, epoch, seq } = event
    const found = yield* outcomesOf(lookups, { ...decided, event }, to)
    const name = `${device}:${seq}@${epoch}`
    const fates = fatesOf(found, name)
    const fallen = fates.map(({ destination, events, state, attempts, error }) =>
      reason({
        text: `${destination}: ${state}${attempts > 0 ? `, ${attempts} attempts` : ""}${error === null ? "" : `, ${error}`}`,
        tone: state === "abandoned" ? "refused" : state === "delivered" ? "ok" : "plain",
        because: events.toReversed().map(leaf),
      }),
    )
    return {
      fact: {
        message: name,
        deliveries: fates.map(({ destination, state, attempts, error }) => ({
          destination,
          state,
          attempts,
          error,
        })),
      },
      reason: reason({
        text:
          fates.length === 0
            ? `${name}: owed to nobody, since its device's customer had no destination`
            : `${name}: ${fates.map(({ destination, state }) => `${state} at ${destination}`).join(", ")}`,
        because: [...fallen, verdict.reason],
      }),
      facts: [...new Set([...positionsOf([...found, decided]), ...verdict.facts])].toSorted(
        (a, b) => a - b,
      ),
      refolded: verdict.refolded === true && fates.every(({ isSame }) => isSame),
    }
  })

const deliveryKinds = [
  "DeliveryOwed",
  "DeliverySucceeded",
  "DeliveryFailed",
  "DeliveryAbandoned",
  "RedeliveryAsked",
]
const outcomesMax = 20_000

/** Positions behind an acceptance that are looked at first for what came of it. */
const soonMax = 4_096
/** What is owed of a message is known by then: notices about it follow its downlink. */
const owedAfterMs = 600_000

/**
 * What came of a message, newest first. It is over soon as a rule, so what lies behind it is read in growing parts until
 * nothing is pending; unless it was delivered again, which may be at any time.
 */
const outcomesOf = (lookups: Lookups, { event, position, recordedMs }: Accepted, to: Position) =>
  Effect.gen(function* () {
    const { device } = event
    const of = { device, from: position, to }
    const again = yield* lookups.newest({ ...of, kinds: ["RedeliveryAsked"] }, outcomesMax)
    const parts: Array<ReadonlyArray<Recorded>> = []
    let from = position
    let end = again.some((one) => isOf(one, event)) ? to : Math.min(to, position + soonMax)
    while (from < to) {
      const part = yield* lookups.newest(
        { ...of, from, to: end, kinds: deliveryKinds },
        outcomesMax,
      )
      parts.push(part.filter((one) => isOf(one, event)))
      const found = parts.toReversed().flat()
      const last = yield* lookups.event(end - 1)
      const ended = new Set(found.filter(isEnd).map(obligationOf))
      const isOver = found.every((one) => ended.has(obligationOf(one)))
      const isLate = last !== undefined && last.recordedMs >= recordedMs + owedAfterMs
      if ((isOver && isLate) || found.length >= outcomesMax) break
      from = end
      end = Math.min(to, position + 4 * (end - position))
    }
    return parts.toReversed().flat()
  })

const isEnd = ({ event }: Recorded): boolean =>
  event._tag === "DeliverySucceeded" || event._tag === "DeliveryAbandoned"

const destinationOf = ({ event }: Recorded): string =>
  "destination" in event && "customer" in event
    ? `${String(event.customer)}/${String(event.destination)}`
    : ""

/** What of it is owed there: the message or a notice. */
const obligationOf = (recorded: Recorded): string => {
  const { event } = recorded
  return `${destinationOf(recorded)} ${"notice" in event ? event.notice : ""}`
}

const isOf = ({ event }: Recorded, { epoch, seq }: { seq: number; epoch: number }): boolean =>
  "destination" in event && "seq" in event && event.seq === seq && event.epoch === epoch

/** Each obligation's events, and what they come to. */
const fatesOf = (found: ReadonlyArray<Recorded>, message: string) => {
  const byDestination = new Map<string, Array<Recorded>>()
  for (const recorded of found) {
    const key = destinationOf(recorded)
    if (key === "") continue
    const known = byDestination.get(key)
    if (known === undefined) byDestination.set(key, [recorded])
    else known.push(recorded)
  }
  return [...byDestination].map(([key, events]) => {
    const [customer, destination] = key.split("/")
    const fate = Refold.deliveryOf(events, { customer, destination, message })
    // Newest first: the last outcome says by itself how it ended.
    const [last] = events
    const isSame = endOf(last.event._tag) === fate.state
    const { attempts, error, state } = fate
    return { destination: key, events, isSame, attempts, error, state }
  })
}

const endOf = (tag: string): Refold.DeliveryState =>
  tag === "DeliverySucceeded" ? "delivered" : tag === "DeliveryAbandoned" ? "abandoned" : "pending"

/** What is counted: `refused`, or `refused.wrong-mac` for one reason alone. */
export const countables = ["accepted", "refused", "owed", "delivered", "abandoned", "receptions"]

export const whyCount = (
  lookups: Lookups,
  name: string,
  of: Pick<Filter, "device" | "station" | "customer">,
  to: Position,
): Asked =>
  Effect.gen(function* () {
    const [counted, only] = name.split(".")
    const kind = kindsOf.get(counted)
    if (kind === undefined) return undefined
    const found = (yield* lookups.newest({ ...of, to, kinds: [kind] }, countedMax)).filter(
      ({ event }) => only === undefined || ("reason" in event && event.reason === only),
    )
    const shown = found.slice(0, listedMax)
    const [about] = Object.values(of)
    return {
      fact: {
        count: name,
        of: about ?? "all",
        value: found.length,
        isAll: found.length < countedMax,
      },
      reason: reason({
        text: `${found.length} ${name}${about === undefined ? "" : ` of ${about}`}`,
        rule: { name: `count of ${kind}`, version: "1" },
        because: [
          ...shown.map(leaf),
          ...(found.length > shown.length
            ? [reason({ text: `and ${found.length - shown.length} earlier ones` })]
            : []),
        ],
      }),
      facts: positionsOf(found),
      refolded: found.every(({ event }) => kindOf(event) === kind),
    }
  })

const kindsOf: ReadonlyMap<string, string> = new Map([
  ["accepted", "MessageAccepted"],
  ["refused", "MessageRefused"],
  ["owed", "DeliveryOwed"],
  ["delivered", "DeliverySucceeded"],
  ["abandoned", "DeliveryAbandoned"],
  ["receptions", "FrameHeard"],
])

/** One event and what caused it. */
export const whyEvent = (lookups: Lookups, position: Position): Asked =>
  Effect.gen(function* () {
    const recorded = yield* lookups.event(position)
    if (recorded === undefined) return undefined
    const { facts, reason: followed } = yield* follow(lookups, recorded)
    return {
      fact: { kind: kindOf(recorded.event), occurred: Instant.toIso(recorded.occurredMs) },
      reason: followed,
      facts: positionsOf(facts),
      refolded: null,
    }
  })

const trustWords = {
  lost: "trust lost",
  trusted: "trusted",
  "not-attested": "not attested",
} as const
