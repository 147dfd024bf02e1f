/**
 * Compares what the twin found with what the simulator did. It knows the truth and shares no code with the
 * projections.
 *
 * - A truth is *named* when a finding of its kind is about its device, station or city, and began no earlier.
 * - A truth is *unshown* when the twin had nothing to tell it by: it never heard the device before, or no station
 *   heard the attacker. It counts neither way, and is counted apart.
 * - A finding that no truth stands behind is a *false alarm*. Counters wrap in every world: a wrap found is judged by
 *   the device's own schedule.
 */
import type { Recorded } from "../../core/event/Envelope.ts"
import { kinds as truthKinds, type Kind, type Truth } from "../../core/sim/adversary/Adversary.ts"
import * as Device from "../../core/sim/Device.ts"
import * as Schedule from "../../core/sim/Schedule.ts"
import type { ScenarioName } from "../../core/sim/scenarios.ts"
import { hourMs, minuteMs } from "../../core/sim/Span.ts"
import * as World from "../../core/sim/World.ts"
import * as Anomaly from "../../projections/anomaly/Anomaly.ts"
import type * as Finding from "../../projections/anomaly/Finding.ts"
import { run } from "./run.ts"

/** What the twin calls it; null where other projections see to it. */
const calledAs: Readonly<Record<Kind, Finding.Kind | null>> = {
  clone: "clone",
  "counter-wrap": "counter-wrap",
  "customer-outage": null,
  desync: "desync",
  "downlink-jamming": "downlink-unconfirmed",
  duplicate: "duplicate",
  "fabricated-repeat": "fabricated-repeat",
  "fleet-silence": null,
  jamming: "jamming",
  "late-buffer": "late-buffer",
  "mac-guessing": "mac-guessing",
  "massive-cloning": "massive-cloning",
  "re-transmission": "re-transmission",
  reflash: "reflash",
  replay: "replay",
  "replay-after-wrap": "replay-after-wrap",
  "tampered-evidence": null,
  surge: "strangers",
  "tampered-station": null,
  "server-outage": null,
  "slow-customer": null,
  "station-outage": null,
  "transit-link": null,
  "type-relabelling": "type-relabelling",
  "unknown-device": "strangers",
  "wrap-padding-forgery": "wrap-padding-forgery",
  "wrong-policy": null,
}

/** Scenarios whose truth is the business of the anomaly projection. */
export const judgedKinds: ReadonlyArray<Kind> = truthKinds.filter((kind) => calledAs[kind] !== null)

export interface Audit {
  readonly scenario: ScenarioName
  readonly seed: number
  readonly messages: number
  readonly receptions: number
  readonly named: ReadonlyArray<{ readonly truth: Truth; readonly afterMs: number }>
  readonly missed: ReadonlyArray<Truth>
  readonly unshown: ReadonlyArray<Truth>
  readonly falseAlarms: ReadonlyArray<Finding.Finding>
}

export interface Given {
  readonly scenario: ScenarioName
  readonly seed: number
  readonly devices: number
  readonly stations: number
  readonly hours: number
  /** For canaries: changes what the twin found. */
  readonly bend?: (found: ReadonlyArray<Finding.Finding>) => ReadonlyArray<Finding.Finding>
}

/** A Monday. */
const startMs = Date.UTC(2026, 5, 1)

export const audit = ({ bend, devices, hours, scenario, seed, stations }: Given): Audit => {
  const world = World.make({ seed, startMs, devices, stations, scenario })
  const untilMs = startMs + hours * hourMs
  const state = Anomaly.projection.initial()
  const told = new Map<string, Array<number>>()
  const { messages, receptions } = run(world, seed, untilMs, (recorded) => {
    note(told, recorded)
    Anomaly.projection.apply(state, recorded)
  })
  const found = Anomaly.findings(state)
  const findings = bend === undefined ? found : bend(found)
  const truths = world.truth.filter(({ atMs, kind }) => atMs < untilMs && calledAs[kind] !== null)
  const named: Array<Audit["named"][number]> = []
  const missed: Array<Truth> = []
  const unshown: Array<Truth> = []
  for (const truth of truths) {
    const finding = findings.find((candidate) => isAbout(candidate, truth))
    if (finding !== undefined) named.push({ truth, afterMs: finding.foundMs - truth.atMs })
    else if (isShown(told, truth, untilMs)) missed.push(truth)
    else unshown.push(truth)
  }
  const falseAlarms = findings.filter(
    (finding) =>
      !truths.some((truth) => isAbout(finding, truth) || isPartOf(finding, truth)) &&
      !(finding.kind === "counter-wrap" && didWrap(world, finding)),
  )
  return { scenario, seed, messages, receptions, named, missed, unshown, falseAlarms }
}

export const describeTruth = ({ atMs, device, kind, seq, station }: Truth): string =>
  `${kind} ${[device, station, seq].filter((each) => each !== undefined).join(" ")} at ${new Date(atMs).toISOString()}`

export const describeFinding = (finding: Finding.Finding): string => {
  const { area, confidence, device, facts, kind, lastMs, message, station } = finding
  const about = [device, station, area, message].filter((each) => each !== null).join(" ")
  return `${kind} ${about} (${confidence}) at ${new Date(lastMs).toISOString()}: ${facts.map(({ text }) => text).join("; ")}`
}

/** When frames under a device's name were heard, apart by whether their MAC held. */
const note = (told: Map<string, Array<number>>, { event, occurredMs }: Recorded): void => {
  if (event._tag === "DownlinkUnconfirmed")
    told.set("unconfirmed", [...(told.get("unconfirmed") ?? []), occurredMs])
  if (event._tag !== "FrameHeard" || event.rank !== 1) return
  const name = event.check === "ok" ? event.device : `${event.device} ${event.check}`
  const times = told.get(name)
  if (times === undefined) told.set(name, [occurredMs])
  else times.push(occurredMs)
}

const isAbout = (finding: Finding.Finding, truth: Truth): boolean =>
  finding.kind === calledAs[truth.kind] &&
  (truth.device === undefined || finding.device === truth.device) &&
  (truth.station === undefined || finding.station === truth.station) &&
  (finding.area === null || truth.note.includes(finding.area)) &&
  finding.lastMs >= truth.atMs - minuteMs

/** Each of many clones is a clone too; and a clone that runs ahead turns the counter itself. */
const isPartOf = (finding: Finding.Finding, { device, kind }: Truth): boolean =>
  finding.device === device &&
  ((kind === "massive-cloning" && finding.kind === "clone") ||
    ((kind === "massive-cloning" || kind === "clone") && finding.kind === "counter-wrap"))

/** Whether the device was heard before, and anything under its name from then on; of downlinks, whether a few went unheard. */
const isShown = (
  told: ReadonlyMap<string, ReadonlyArray<number>>,
  { atMs, device, kind }: Truth,
  untilMs: number,
): boolean => {
  if (kind === "downlink-jamming") {
    const times = told.get("unconfirmed") ?? []
    return times.filter((ms) => ms >= atMs && ms < untilMs).length >= 3
  }
  if (device === undefined) return true
  if (kind === "mac-guessing") return (told.get(`${device} wrong-mac`) ?? []).length > 0
  const times = told.get(device) ?? []
  const needs = { reflash: 2, desync: 2, clone: 3, "counter-wrap": 1 } as const
  const after = kind in needs ? needs[kind as keyof typeof needs] : 1 // `in` has just said so
  // A frame that repeats another follows that by a minute or so.
  // What is usual for a device is known from its second message on.
  const known = new Set(
    times
      .filter((ms) => ms < atMs - (kind === "reflash" ? 0 : 10_000))
      .map((ms) => Math.floor(ms / 5000)),
  )
  const before = known.size >= (kind === "massive-cloning" ? 2 : 1)
  const heard = new Set(
    times.filter((ms) => ms >= atMs - 1000 && ms < untilMs).map((ms) => Math.floor(ms / 5000)),
  )
  return before && heard.size >= after
}

const didWrap = ({ ground }: World.World, finding: Finding.Finding): boolean => {
  for (let index = 0; index < ground.deviceCount; index++) {
    const device = ground.device(index)
    if (String(device.id) !== finding.device) continue
    const turnAt = (atMs: number): number =>
      Device.turnOf(device, Schedule.slotAt(device, ground.ages, atMs))
    return turnAt(finding.lastMs + minuteMs) - turnAt(ground.ages.originMs) >= finding.count
  }
  return false
}
