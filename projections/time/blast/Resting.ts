/**
 * What rests on a thing, transitively: its footing (events that rest on it directly), and every later event that one
 * of those caused. Every event names its causes, so one pass over a stretch of the log, oldest first, finds them all.
 *
 * Positions are remembered up to `restingMax`; beyond it nothing is followed any more, and the result says from where.
 */
import type { Position, Recorded } from "../../../core/event/Envelope.ts"
import * as NumberSet from "../../../core/kernel/NumberSet.ts"

/** Events remembered as resting on the thing: some 100 MB at most. */
export const restingMax = 1_000_000

/** Messages listed; all are counted. */
export const listedMax = 1_000

export interface Message {
  readonly device: string
  readonly seq: number
  readonly epoch: number
  /** Of its acceptance. */
  readonly position: Position
}

/** What became of what is owed to one destination. */
export interface Owed {
  readonly customer: string
  readonly destination: string
  /** Obligations, each counted once, and as they stand at the end. */
  readonly owed: number
  readonly delivered: number
  readonly givenUp: number
}

export interface Result {
  /** Accepted messages; of `messages` the latest, oldest first. */
  readonly accepted: number
  readonly messages: ReadonlyArray<Message>
  /** Accepted messages by device. */
  readonly devices: ReadonlyMap<string, number>
  /** Refused messages by reason. */
  readonly refused: ReadonlyMap<string, number>
  readonly destinations: ReadonlyArray<Owed>
  /** Counts by kind of all events that rest on it. */
  readonly kinds: ReadonlyMap<string, number>
  /** Stations whose trust, appraisal or challenge is among them. */
  readonly stations: ReadonlySet<string>
  readonly events: number
  /** First and last of them. */
  readonly first: Position | null
  readonly last: Position | null
  /** Where following ended because `restingMax` were found. */
  readonly cutAt: Position | null
}

export interface Resting {
  readonly take: (events: ReadonlyArray<Recorded>) => void
  readonly result: () => Result
}

type State = "pending" | "delivered" | "given-up"

interface Count {
  readonly customer: string
  readonly destination: string
  readonly standing: Map<State, number>
}

export const make = (
  isFooting: (recorded: Recorded) => boolean,
  eventsMax: number = restingMax,
): Resting => {
  const resting = NumberSet.make()
  const kinds = new Map<string, number>()
  const devices = new Map<string, number>()
  const refused = new Map<string, number>()
  const stations = new Set<string>()
  const destinations = new Map<string, Count>()
  /** Obligations by their position, as they stand; an outcome names its obligation as its first cause. */
  const obligations = new Map<Position, State>()
  let messages: Array<Message> = []
  let accepted = 0
  let first: Position | null = null
  let last: Position | null = null
  let cutAt: Position | null = null

  const rests = (recorded: Recorded): boolean => {
    for (const cause of recorded.causes) if (NumberSet.has(resting, cause)) return true
    return isFooting(recorded)
  }

  const countOf = (customer: string, destination: string): Count => {
    const key = `${customer} ${destination}`
    const known = destinations.get(key)
    if (known !== undefined) return known
    const count = { customer, destination, standing: new Map<State, number>() }
    destinations.set(key, count)
    return count
  }

  const stand = (
    { customer, destination }: { readonly customer: string; readonly destination: string },
    owed: Position,
    state: State,
  ): void => {
    const { standing } = countOf(customer, destination)
    const before = obligations.get(owed)
    if (before !== undefined) standing.set(before, (standing.get(before) ?? 0) - 1)
    obligations.set(owed, state)
    add(standing, state)
  }

  const note = ({ causes, event, position }: Recorded): void => {
    switch (event._tag) {
      case "MessageAccepted": {
        const { device, epoch, seq } = event
        accepted++
        add(devices, device)
        messages.push({ device, seq, epoch, position })
        if (messages.length >= 2 * listedMax) messages = messages.slice(-listedMax)
        return
      }
      case "MessageRefused":
        return add(refused, event.reason)
      case "DeliveryOwed":
        return stand(event, position, "pending")
      case "DeliverySucceeded":
        return stand(event, causes[0] ?? position, "delivered")
      case "DeliveryAbandoned":
        return stand(event, causes[0] ?? position, "given-up")
      case "RedeliveryAsked":
        return stand(event, causes[0] ?? position, "pending")
      case "ChallengeIssued":
      case "EvidenceAppraised":
      case "StationTrustLost":
      case "StationTrustRestored":
        stations.add(event.station)
        return
      default:
        return
    }
  }

  return {
    take: (events) => {
      if (cutAt !== null) return
      for (const recorded of events) {
        if (!rests(recorded)) continue
        const { event, position } = recorded
        if (resting.size >= eventsMax) {
          cutAt = position
          return
        }
        NumberSet.add(resting, position)
        first ??= position
        last = position
        add(kinds, event._tag === "Unknown" ? event.kind : event._tag)
        note(recorded)
      }
    },
    result: () => ({
      accepted,
      messages: messages.slice(-listedMax),
      devices,
      refused,
      destinations: [...destinations.values()].map(({ customer, destination, standing }) => {
        const [pending, delivered, givenUp] = states.map((state) => standing.get(state) ?? 0)
        return { customer, destination, owed: pending + delivered + givenUp, delivered, givenUp }
      }),
      kinds,
      stations,
      events: resting.size,
      first,
      last,
      cutAt,
    }),
  }
}

const states = ["pending", "delivered", "given-up"] as const

const add = <Key>(counts: Map<Key, number>, key: Key): void => {
  counts.set(key, (counts.get(key) ?? 0) + 1)
}
