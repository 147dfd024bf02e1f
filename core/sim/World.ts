/**
 * A simulated network on a virtual clock: stations hear devices, and adversaries do what the scenario
 * says. Same arguments, same output, byte for byte, on every machine.
 *
 * - Outputs come in the order of `atMs`, which never falls.
 * - Nothing is drawn from a common source: one device, station or adversary more leaves what others
 *   send as it was.
 * - Memory: a slot number and an agenda entry for each device, a bounded cache of device sites, what is on the air, and
 *   what stations hold back (bounded in `lateBuffer`).
 */
import type { ReceivedFrame } from "../decide/ReceivedFrame.ts"
import type { NewEvent } from "../event/Envelope.ts"
import type { CustomerId } from "../event/ids.ts"
import type { Policy } from "../event/policy.ts"
import { invariant } from "../kernel/invariant.ts"
import type { Bend, Deafness, Truth } from "./adversary/Adversary.ts"
import { bent } from "./adversary/bent.ts"
import { awayMsMax } from "./adversary/lateBuffer.ts"
import * as Attester from "./attester/Attester.ts"
import { plansOf } from "./adversary/plansOf.ts"
import * as Agenda from "../kernel/Agenda.ts"
import type { Burst } from "./Burst.ts"
import * as Confirmation from "./Confirmation.ts"
import type { Device } from "./Device.ts"
import * as Customers from "./Customers.ts"
import * as Ground from "./Ground.ts"
import { hear } from "./hear.ts"
import * as Schedule from "./Schedule.ts"
import { type ScenarioName, scenarios } from "./scenarios.ts"
import * as Setup from "./setup.ts"
import { dayMs, minuteMs } from "./Span.ts"

export type Output =
  | {
      readonly _tag: "Frames"
      /** When the core network gets them. */
      readonly atMs: number
      readonly frames: ReadonlyArray<ReceivedFrame>
    }
  | { readonly _tag: "Facts"; readonly atMs: number; readonly events: ReadonlyArray<NewEvent> }

export interface Options {
  readonly seed: number
  /** Where the scenario begins; history lies before it. */
  readonly startMs: number
  readonly devices: number
  readonly stations: number
  readonly scenario: ScenarioName
  /** The scenario's own where absent. */
  readonly historyDays?: number
  /** Where a customer's messages go; modelled addresses where absent. */
  readonly destination?: (customer: CustomerId) => Setup.Destination
  /** Adopted as version 1 in the setup, where given. */
  readonly policy?: Policy
}

export interface World {
  /** Made when first asked for. */
  readonly setup: Setup.Setup
  /** What is told before `untilMs` and was not taken yet. Take all before asking again. */
  readonly next: (untilMs: number) => Iterable<Output>
  /**
   * Goes on from `toMs`, as if all before it had been taken (late buffers of over 10,000 receptions
   * aside). Forward only.
   */
  readonly skip: (toMs: number) => void
  /** When something may be told next; what is asked for until then is nothing. */
  readonly nextMs: () => number
  /** A station sends a downlink; the device that hears it confirms it, in what is told later. */
  readonly broadcast: (sent: Confirmation.Sent) => void
  /** How a customer's endpoint answers at an instant before the last `untilMs` asked for. */
  readonly answer: (request: Customers.Request) => Customers.Answer
  /** The stations' side of attestation; of an instant before the last `untilMs` asked for. */
  readonly attesters: Attester.Attesters
  /** What adversaries do, of the repetitions begun so far; the latest `truthsMax`. */
  readonly truth: ReadonlyArray<Truth>
  /** For tests and benchmarks: who is out there. */
  readonly ground: Ground.Ground
}

/** From a station to the core network. */
const backhaulMs = 150
const truthsMax = 10_000
const outagesMax = 100
/** What begins this long before an instant may still be told after it: a held reception, a message's ranks. */
const overlapMs = awayMsMax + 5 * minuteMs

type Thing =
  | { readonly _tag: "Transmission"; readonly burst: Burst; readonly rank: number }
  | { readonly _tag: "Held"; readonly frame: ReceivedFrame }
  | { readonly _tag: "Fact"; readonly event: NewEvent }
  | { readonly _tag: "Round"; readonly round: number }

/** Ties of the agenda: at one instant rounds begin first; a wake-up has its device's number. */
const ties = { round: -3, fact: -2, held: -1, transmissions: 2 ** 26 }

export const make = (options: Options): World => {
  const { seed, startMs } = options
  invariant(options.devices > 0 && options.devices < 2 ** 24, "a world has 1 to 2^24 - 1 devices")
  invariant(options.stations > 0 && options.stations < 10_000, "a world has 1 to 9999 stations")
  const scenario = scenarios[options.scenario]
  const originMs = startMs - (options.historyDays ?? scenario.historyDays) * dayMs
  const ages = { originMs, startMs }
  const { devices: deviceCount, stations: stationCount } = options
  const ground = Ground.make({ seed, ages, deviceCount, stationCount })
  const agenda = Agenda.make<Thing>()
  /** Of each device, the slot it wakes up for next. */
  const slots = new Float64Array(deviceCount)
  const attesters = Attester.make(ground.root, ground.stations)
  const truth: Array<Truth> = []
  const outages: Array<Customers.Outage> = []
  let bends: ReadonlyArray<Bend> = []
  let deafnesses: ReadonlyArray<Deafness> = []
  /** By device, in the order in which they asked: what a window takes, less than a minute's. */
  const listening = new Map<number, Confirmation.Listening>()
  let silentBeforeMs = -Infinity

  const sleepUntil = (device: Device, slot: number): void => {
    slots[device.index] = slot
    agenda.add(Schedule.timeOf(device, ages, slot), device.index, undefined)
  }

  const send = (burst: Burst): void => {
    const tie = ties.transmissions + burst.order * 4
    burst.transmissions.forEach(({ endMs }, i) => {
      agenda.add(endMs + backhaulMs, tie + i, { _tag: "Transmission", burst, rank: i + 1 })
    })
  }

  const awaitRound = (round: number): void => {
    agenda.add(startMs + round * scenario.spanMs, ties.round, { _tag: "Round", round })
  }

  /** Plans a repetition, of which nothing that is over at `fromMs` needs to bend anything. */
  const begin = (round: number, fromMs: number): void => {
    const roundMs = startMs + round * scenario.spanMs
    const plans = plansOf(ground, scenario, round)
    bends = [...bends, ...plans.flatMap((plan) => plan.bends)].filter(
      ({ untilMs }) => untilMs > Math.max(roundMs, fromMs),
    )
    deafnesses = [...deafnesses, ...plans.flatMap((plan) => plan.deafnesses)].filter(
      ({ untilMs }) => untilMs > Math.max(roundMs, fromMs),
    )
    for (const plan of plans) {
      truth.push(...plan.truths)
      outages.push(...plan.outages)
      attesters.begin(plan.tamperings)
      for (const burst of plan.bursts) send(burst)
      for (const event of plan.facts) {
        agenda.add(event.occurredMs, ties.fact, { _tag: "Fact", event })
      }
    }
    truth.splice(0, truth.length - truthsMax)
    outages.splice(0, outages.length - outagesMax)
  }

  const listen = (message: Ground.Message, atMs: number): void => {
    for (const [device, { closesAtMs }] of listening) {
      if (closesAtMs > atMs) break
      listening.delete(device)
    }
    const asking = Confirmation.listening(message)
    if (asking !== undefined) listening.set(message.site.device.index, asking)
  }

  const broadcast = (sent: Confirmation.Sent): void => {
    const station = ground.stations.findIndex(({ id }) => (id as string) === sent.station)
    const isDeaf = ({ city }: Device): boolean =>
      deafnesses.some(
        (deaf) => deaf.city === city && sent.atMs >= deaf.fromMs && sent.atMs < deaf.untilMs,
      )
    for (const [device, asking] of listening) {
      if (isDeaf(asking.message.site.device)) continue
      const burst = Confirmation.confirmationOf(asking, sent, station)
      if (burst === undefined) continue
      listening.delete(device)
      send(burst)
    }
  }

  const heard = (atMs: number, burst: Burst, rank: number): ReadonlyArray<ReceivedFrame> => {
    const frames = hear(burst, rank, ground.stations)
    if (bends.length === 0) return frames
    const now: Array<ReceivedFrame> = []
    for (const passing of bent(bends, frames, { atMs, burst, rank })) {
      if (passing.atMs <= atMs) now.push(passing.frame)
      else agenda.add(passing.atMs, ties.held, { _tag: "Held", frame: passing.frame })
    }
    return now
  }

  const happen = ({ atMs, tie, thing }: Agenda.Due<Thing>): Output | undefined => {
    if (thing === undefined) {
      const slot = slots[tie]
      const message = ground.message(tie, slot)
      const { burst, site } = message
      send(burst)
      listen(message, atMs)
      sleepUntil(site.device, Schedule.toldSlotAfter(site.device, ages, slot))
      return undefined
    }
    switch (thing._tag) {
      case "Transmission": {
        const frames = heard(atMs, thing.burst, thing.rank)
        return frames.length === 0 ? undefined : { _tag: "Frames", atMs, frames }
      }
      case "Held":
        return { _tag: "Frames", atMs, frames: [thing.frame] }
      case "Fact":
        return { _tag: "Facts", atMs, events: [thing.event] }
      case "Round":
        begin(thing.round, -Infinity)
        awaitRound(thing.round + 1)
        return undefined
    }
  }

  const startAt = (fromMs: number): void => {
    agenda.clear()
    listening.clear()
    for (let index = 0; index < deviceCount; index++) {
      const device = ground.device(index)
      sleepUntil(device, Schedule.toldSlotAt(device, ages, fromMs))
    }
    // Repetitions that are over are planned too, for what they leave behind: a counter set back.
    let round = 0
    for (; startMs + round * scenario.spanMs <= fromMs; round++) begin(round, fromMs)
    awaitRound(round)
  }

  startAt(originMs)

  let setup: Setup.Setup | undefined
  const makeSetup = (): Setup.Setup =>
    Setup.setup(ground, {
      seed,
      isDemo: options.scenario === "demo",
      policy: options.policy,
      destination: options.destination ?? Setup.destinationDefault,
      attesters,
    })

  return {
    get setup() {
      return (setup ??= makeSetup())
    },
    next: function* (untilMs) {
      while (agenda.nextMs() < untilMs) {
        const output = happen(agenda.take())
        if (output !== undefined && output.atMs >= silentBeforeMs) yield output
      }
    },
    nextMs: agenda.nextMs,
    broadcast,
    skip: (toMs) => {
      truth.length = 0
      outages.length = 0
      attesters.clear()
      bends = []
      deafnesses = []
      silentBeforeMs = toMs
      startAt(toMs - overlapMs)
    },
    answer: (request) => Customers.answer(seed, outages, request),
    attesters,
    truth,
    ground,
  }
}
