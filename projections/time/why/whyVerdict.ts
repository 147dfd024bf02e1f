/** Why a message was accepted or refused: each thing the decider looked at, what it wanted and what it saw. */
import * as Effect from "effect/Effect"
import * as CounterWindow from "../../../core/decide/CounterWindow.ts"
import * as Network from "../../../core/decide/Network.ts"
import type { Position, Recorded } from "../../../core/event/Envelope.ts"
import type { FrameHeard } from "../../../core/event/reception.ts"
import * as Instant from "../../../core/kernel/Instant.ts"
import type { Filter, LogUnavailable } from "../../../core/log/EventLog.ts"
import { findAccepted } from "./findAccepted.ts"
import { leaf, follow } from "./follow.ts"
import { counterFacts, policyFact, registrationFacts, standingFacts, trustFacts } from "./gather.ts"
import type { Lookups } from "./Lookups.ts"
import { type Answer, compared, type Compared, positionsOf, reason, type Reason } from "./Reason.ts"
import * as Refold from "./refold.ts"

export type Decided = Recorded & { readonly event: Refold.Verdict }
export type Heard = Recorded & { readonly event: FrameHeard }

/** Groups that are placed in the tree. */
const groupsMax = 10_000

/** Refusals of one device that are looked through for a message's. */
const decisionsMax = 20_000
/** Decisions of one device that are looked through first. */
const nearMax = 8

/** The last decision on a message before `to`: of that epoch, where one is given. */
export const findVerdict = (
  lookups: Lookups,
  message: { readonly device: string; readonly seq: number; readonly epoch?: number | undefined },
  to: Position,
): Effect.Effect<Decided | undefined, LogUnavailable> =>
  Effect.gen(function* () {
    const { device, epoch, seq } = message
    // A refusal is of no epoch.
    if (epoch !== undefined) return yield* findAccepted(lookups, message, to)
    const last = (filter: Filter, limit: number) =>
      Effect.map(
        lookups.until(
          { device, ...filter },
          limit,
          (one) => isDecided(one) && one.event.seq === seq,
        ),
        (found) => ({
          it: found.filter(isDecided).find(({ event }) => event.seq === seq),
          isAll: found.length < limit,
        }),
      )
    // Most are asked about soon after.
    const late = yield* last({ to, kinds: verdictKinds }, nearMax)
    if (late.it !== undefined || late.isAll) return late.it
    const accepted = yield* findAccepted(lookups, message, to)
    const from = accepted === undefined ? {} : { from: accepted.position }
    const refused = yield* last({ ...from, to, kinds: ["MessageRefused"] }, decisionsMax)
    return refused.it ?? accepted
  })

/** The last decision about any message of a device before `to`. */
export const lastVerdict = (lookups: Lookups, device: string, to: Position) =>
  Effect.map(lookups.newest({ device, to, kinds: verdictKinds }, 1), (newest) =>
    newest.find(isDecided),
  )

const verdictKinds = ["MessageAccepted", "MessageRefused"]

export const isDecided = (recorded: Recorded): recorded is Decided =>
  recorded.event._tag === "MessageAccepted" || recorded.event._tag === "MessageRefused"

export const whyVerdict = (
  lookups: Lookups,
  decided: Decided,
): Effect.Effect<Answer, LogUnavailable> =>
  Effect.gen(function* () {
    const { event, position } = decided
    const { device } = event
    const receptions: Array<Heard> = []
    const blocks: Array<Recorded> = []
    for (const cause of decided.causes) {
      const found = yield* lookups.event(cause)
      if (found !== undefined && isHeard(found)) receptions.push(found)
      else if (found?.event._tag === "TrafficBlocked") blocks.push(found)
    }
    const [block] = blocks
    // A block of a group reaches the groups below it.
    if (block?.event._tag === "TrafficBlocked" && block.event.group !== undefined)
      blocks.push(...(yield* lookups.newest({ to: position, kinds: ["GroupPlaced"] }, groupsMax)))
    const isCounterAsked = event._tag === "MessageAccepted" || event.expectedSeq !== undefined
    const counter = isCounterAsked ? yield* counterFacts(lookups, device, position) : []
    const registered = yield* registrationFacts(lookups, device, position)
    const policy = yield* policyFact(lookups, position)
    const stations: Array<Known> = []
    for (const heard of receptions) {
      const { station } = heard.event
      stations.push({
        heard,
        facts: yield* trustFacts(lookups, station, heard.position),
        // Only an acceptance says how its station stood.
        standing:
          event._tag === "MessageAccepted"
            ? yield* standingFacts(lookups, station, heard.position)
            : [],
      })
    }
    const facts = [
      ...receptions,
      ...blocks,
      ...counter,
      ...registered,
      ...policy,
      ...stations.flatMap((station) => [...station.facts, ...station.standing]),
    ]
    const judged = Refold.verdictOf(facts, event)
    const because: Array<Reason> = [...receptions, ...blocks.slice(0, 1)].map(leaf)
    for (const { facts: known, heard } of stations) {
      const last = known.at(-1)
      if (last !== undefined) {
        const followed = yield* follow(lookups, last, 3)
        because.push(
          reason({ text: `trust of ${heard.event.station}`, because: [followed.reason] }),
        )
      }
    }
    const stood = stations.at(-1)
    if (stood !== undefined && event._tag === "MessageAccepted" && event.standing !== undefined)
      because.push(
        reason({
          text: `${stood.heard.event.station} stood as ${event.standing}`,
          because: stood.standing.slice(-1).map(leaf),
        }),
      )
    because.push(
      registered.length === 0
        ? reason({ text: `${device} was not registered`, tone: "suspicious" })
        : reason({ text: `registration of ${device}`, because: registered.map(leaf) }),
    )
    if (isCounterAsked) because.push(counterReason(judged.window, counter))
    because.push(
      policy.length === 0
        ? reason({ text: "policy 0: what holds before any is adopted" })
        : reason({ text: "the policy that held", because: policy.map(leaf) }),
    )
    return {
      fact: { ...event },
      reason: {
        ...leaf(decided),
        rule: {
          name: isCounterAsked ? `counter ${judged.policy.policy.counterRule}` : "frame checks",
          version: `policy ${event.policy}`,
        },
        compared: comparisons(event, receptions.at(-1), trustOf(stations.at(-1)), judged),
        because,
      },
      facts: positionsOf(facts),
      refolded: sameFields(judged.verdict, event),
    }
  })

/** What is known of the station of a reception. */
interface Known {
  readonly heard: Heard
  readonly facts: ReadonlyArray<Recorded>
  readonly standing: ReadonlyArray<Recorded>
}

const trustOf = (known: Known | undefined): Network.Station["trust"] =>
  known === undefined
    ? Network.unknownStation.trust
    : Refold.stationOf(known.facts, known.heard.event.station).trust

const isHeard = (recorded: Recorded): recorded is Heard => recorded.event._tag === "FrameHeard"

export const sameFields = (a: object | undefined, b: object): boolean =>
  a !== undefined && canonical(a) === canonical(b)

const canonical = (fields: object): string =>
  JSON.stringify(Object.entries(fields).toSorted(([a], [b]) => (a < b ? -1 : 1)))

/** What the counter's window held, and the numbers it holds it from. */
export const counterReason = (
  window: CounterWindow.CounterWindow,
  facts: ReadonlyArray<Recorded>,
): Reason =>
  reason({
    text:
      window.last < 0
        ? "the counter: no number was taken before"
        : `the counter: last ${window.last} in turn ${window.epoch}${window.disengaged ? ", disengaged" : ""}${window.locked ? ", locked" : ""}`,
    because: facts.toReversed().map(leaf),
  })

/** What the decider compared, in its order, up to what did not hold. `stood` is the station's trust. */
export const comparisons = (
  event: Refold.Verdict,
  heard: Heard | undefined,
  stood: Network.Station["trust"],
  judged: Omit<Refold.Judged, "verdict">,
): ReadonlyArray<Compared> => {
  if (heard === undefined) return []
  const { device } = judged
  const refused = event._tag === "MessageRefused" ? event.reason : undefined
  const lines = [
    compared(
      "device",
      "registered, with a key",
      device === undefined || device.keyVersion === 0 ? "unknown" : "registered",
      refused !== "unknown-device",
    ),
  ]
  if (refused === "unknown-device") return lines
  const { check, keyVersion, station } = heard.event
  lines.push(compared(`checks under key ${keyVersion}`, "ok", check, check === "ok"))
  if (check !== "ok") return lines
  lines.push(
    compared(
      "device retired",
      "no",
      device?.retired === true ? "yes" : "no",
      refused !== "retired-device",
    ),
  )
  if (refused === "retired-device") return lines
  lines.push(compared("blocked", "no", refused === "blocked" ? "yes" : "no", refused !== "blocked"))
  if (refused === "blocked") return lines
  const wanted = judged.policy.policy.untrustedStations === "refuse" ? "not lost" : "any"
  lines.push(compared(`trust of ${station}`, wanted, stood, refused !== "station-not-trusted"))
  if (refused === "station-not-trusted") return lines
  return [...lines, numberCompared(event, heard, judged)]
}

const numberCompared = (
  event: Refold.Verdict,
  heard: Heard,
  { device, policy: { policy }, window }: Omit<Refold.Judged, "verdict">,
): Compared => {
  const isTaken = event._tag === "MessageAccepted"
  if (window.last < 0) return compared("number", "any, as the first", event.seq, isTaken)
  if (window.disengaged) return compared("number", "any, once", event.seq, isTaken)
  const rollover = (device ?? noDevice).rollover || policy.rollover
  const limits = CounterWindow.gapLimits(
    {
      atMs: heard.occurredMs,
      contractPerDay: (device ?? noDevice).contractPerDay || policy.contractPerDay,
      rollover,
      policy,
    },
    window.lastMs,
  )
  const most = policy.unstatedBand === "accept" ? limits.high : limits.low
  const next = (window.last + 1) % rollover
  const furthest = (window.last + most) % rollover
  const gap = (event.seq - window.last + rollover) % rollover
  return compared(
    "number",
    `${next} to ${furthest} (at most ${most} further than ${window.last} of ${Instant.toIso(window.lastMs)})`,
    `${event.seq} (${gap} further${window.recent.includes(event.seq) ? ", taken before" : ""})`,
    isTaken,
  )
}

const noDevice: Pick<Network.Device, "rollover" | "contractPerDay"> = {
  rollover: 0,
  contractPerDay: 0,
}
