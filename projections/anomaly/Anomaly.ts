/**
 * What is going on that should not be, or should be known: findings with the facts that speak for them.
 *
 * The scene is kept once (`Scene.ts`); each rule (`rules/all.ts`) keeps what is its own and says what it
 * sees; what is said of one thing makes one finding (`Finding.ts`). All three are bounded, so the projection's
 * size depends on the devices ever heard (a small profile each) and on nothing an attacker can choose:
 * only frames with a right MAC open messages and profiles.
 */
import type { Position, Recorded } from "../../core/event/Envelope.ts"
import { outside } from "../../core/event/subjects.ts"
import type { Json, Projection } from "../Projection.ts"
import * as Evidence from "./Evidence.ts"
import * as Finding from "./Finding.ts"
import { lateMin } from "./likeness.ts"
import type { Moment, Packed, Report, Running } from "./Rule.ts"
import { rules } from "./rules/all.ts"
import * as Scene from "./Scene.ts"
import type { Sighting } from "./Sighting.ts"
import * as Unusual from "./watch/Unusual.ts"
import * as Watch from "./watch/Watch.ts"
import type { Watch as Watched } from "./watch/Watched.ts"
import * as WatchSnapshot from "./watch/WatchSnapshot.ts"

export interface State {
  readonly scene: Scene.Scene
  readonly findings: Finding.Findings
  /** What is usual, and what is not. */
  readonly watch: Watched
  readonly running: ReadonlyArray<Running>
  /** The rules by the moments they want. */
  readonly wanted: Readonly<Record<Moment["_tag"], ReadonlyArray<Running>>>
  /** The event being taken in, for what is said of it. */
  position: Position
  readonly report: Report
}

const apply = (draft: State, recorded: Recorded): void => {
  const { event } = recorded
  const { findings: kept, scene } = draft
  if (kept.said.length > 0) kept.said.length = 0
  // Not even its time counts: an older build must come to the same state as one that knows it not.
  if (event._tag === "Unknown") return
  draft.position = recorded.position
  Scene.advance(scene, recorded)
  Watch.advance(draft.watch, scene.nowMs, recorded.position)
  Watch.apply(draft.watch, recorded, scene.nowMs)
  for (let over = Scene.nextSettled(scene); over !== undefined; over = Scene.nextSettled(scene))
    settled(draft, over)
  switch (event._tag) {
    case "FrameHeard": {
      if (event.check !== "ok") {
        tell(draft, { _tag: "Unproved", scene, recorded, frame: event })
        return
      }
      Scene.heard(scene, recorded, event)
      const lagMs = Scene.lagOf(scene, recorded.occurredMs)
      if (lagMs > lateMin) tell(draft, { _tag: "Late", scene, recorded, frame: event, lagMs })
      return
    }
    case "MessageAccepted":
    case "MessageRefused":
      Scene.decided(scene, recorded, event)
      return
    case "StationEnrolled":
      Scene.enrolled(scene, event)
      return
    case "PolicyAdopted":
      scene.windowMs = event.policy.tallyWindowMs
      return
    case "ServiceReported":
    case "ReceptionsRepeated":
    case "EarlierTwinFound":
    case "DownlinkConfirmed":
    case "DownlinkUnconfirmed":
      tell(draft, { _tag: "Other", scene, recorded })
      return
    case "BytesHeard":
    case "MessageReported":
    case "ReceptionReported":
    case "DeviceRegistered":
    case "DeviceKeyReplaced":
    case "DeviceRetired":
    case "CounterDisengaged":
    case "StationRetired":
    case "DataCentreOpened":
    case "CustomerRegistered":
    case "CustomerRetired":
    case "DestinationAdded":
    case "DestinationRemoved":
    case "DownlinkDefaultSet":
    case "DownlinkAsked":
    case "DownlinkScheduled":
    case "DownlinkRefused":
    case "DownlinkTransmitted":
    case "DownlinkNotTransmitted":
    case "StrayConfirmationHeard":
      return
    default:
      return outside<
        "decision" | "downlink" | "policy" | "reception" | "registration" | "report" | "unknown"
      >(event)
  }
}

export const projection: Projection<State> = {
  name: "anomaly",
  version: 6,
  initial: () => initialWith(rules),
  apply,
  copy: ({ findings, running, scene, watch }) =>
    stateOf(
      Scene.copy(scene),
      Finding.copy(findings),
      WatchSnapshot.copy(watch),
      running.map((rule) => rule.copy()),
    ),
  encode: ({ findings, running, scene, watch }) => ({
    scene: Scene.encode(scene),
    findings: Finding.encode(findings),
    watch: WatchSnapshot.encode(watch),
    rules: running.map((rule) => rule.encode()),
  }),
  decode: (json: Json): State => {
    // Written by `encode` of the same version; snapshots carry a digest that was checked.
    const from = json as unknown as Encoded
    return stateOf(
      Scene.decode(from.scene),
      Finding.decode(from.findings),
      WatchSnapshot.decode(from.watch),
      rules.map((rule, i) => rule.start(from.rules[i])),
    )
  },
}

/** A state from the beginning with other rules than the twin's own, for what would be found with them. */
export const initialWith = (others: ReadonlyArray<Packed>): State =>
  stateOf(
    Scene.make(),
    Finding.make(),
    Watch.make(),
    others.map((rule) => rule.start()),
  )

interface Encoded {
  readonly scene: Scene.Encoded
  readonly findings: Finding.Encoded
  readonly watch: WatchSnapshot.Encoded
  readonly rules: ReadonlyArray<Json>
}

/** All that are kept, the one that began last first. */
export const findings = (state: State): ReadonlyArray<Finding.Finding> =>
  Finding.newestFirst(state.findings)

/** What is unlike the usual, or was: all that are kept, the one that opened last first. */
export const unusual = (state: State): ReadonlyArray<Unusual.Unusual> =>
  Unusual.newestFirst(state.watch.list)

/** Of a device, the one that began last first. */
export const ofDevice = (state: State, device: string): ReadonlyArray<Finding.Finding> =>
  findings(state).filter((finding) => finding.device === device)

/** Of a station, the one that began last first. */
export const ofStation = (state: State, station: string): ReadonlyArray<Finding.Finding> =>
  findings(state).filter((finding) => finding.station === station)

const stateOf = (
  scene: Scene.Scene,
  kept: Finding.Findings,
  watch: Watched,
  running: ReadonlyArray<Running>,
): State => {
  const wanting = (tag: Moment["_tag"]) => running.filter(({ wants }) => wants.includes(tag))
  const state: State = {
    scene,
    findings: kept,
    watch,
    running,
    wanted: {
      Settled: wanting("Settled"),
      Unproved: wanting("Unproved"),
      Late: wanting("Late"),
      Other: wanting("Other"),
    },
    position: -1,
    report: {
      say: (said) => Finding.say(kept, said, { position: state.position, ms: scene.nowMs }),
      region: (area, heard) => {
        const at = { position: state.position, ms: scene.nowMs }
        const who = Unusual.onArea(area)
        if (heard === undefined)
          Unusual.calm(watch.list, "jamming-region", who, () => "it is heard as before", at)
        else {
          const { position, ...said } = heard
          const severity = 1 / (1 + said.seen.value)
          Unusual.say(
            watch.list,
            "jamming-region",
            who,
            { ...said, causes: [position, at.position], severity },
            at,
          )
        }
      },
      known: (kind, device) => Finding.current(kept, kind, { device }),
    },
  }
  return state
}

const tell = (draft: State, moment: Moment): void => {
  for (const rule of draft.wanted[moment._tag]) rule.apply(moment, draft.report)
}

const settled = (draft: State, sighting: Sighting): void => {
  const { scene } = draft
  const usual = Scene.profileOf(scene, sighting.device)
  const evidence = Evidence.of(scene, sighting, usual)
  tell(draft, { _tag: "Settled", scene, sighting, evidence, usual })
  Scene.learn(scene, sighting, evidence, usual)
}
