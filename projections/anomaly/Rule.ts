/**
 * What every detector is: a small pure fold of the moments it wants, with a bounded state of its own, that
 * says what it sees. A file each in `rules/`; `rules/all.ts` names them all.
 */
import type { Recorded } from "../../core/event/Envelope.ts"
import type { FrameHeard } from "../../core/event/reception.ts"
import type { Json } from "../Projection.ts"
import type { Evidence } from "./Evidence.ts"
import type { Finding, Kind, Said } from "./Finding.ts"
import type { Profile } from "./Profile.ts"
import type { Scene } from "./Scene.ts"
import type { Sighting } from "./Sighting.ts"
import type { Measure } from "./watch/Unusual.ts"

/** What a rule is told. The scene and what is in it are for reading. */
export type Moment =
  /** A message is over: all its receptions are known. `usual` is what was usual before it. */
  | {
      readonly _tag: "Settled"
      readonly scene: Scene
      readonly sighting: Sighting
      readonly evidence: Evidence
      readonly usual: Profile
    }
  /** A frame failed its checks. */
  | {
      readonly _tag: "Unproved"
      readonly scene: Scene
      readonly recorded: Recorded
      readonly frame: FrameHeard
    }
  /** A reception with a right MAC came `lagMs` behind the log's clock. */
  | {
      readonly _tag: "Late"
      readonly scene: Scene
      readonly recorded: Recorded
      readonly frame: FrameHeard
      readonly lagMs: number
    }
  /** Any event but receptions and decisions. */
  | { readonly _tag: "Other"; readonly scene: Scene; readonly recorded: Recorded }

export interface Report {
  readonly say: (said: Said) => void
  /** A city is heard less than usual; `area` alone: it is as usual. What is usual for a while clears it. */
  readonly region: (
    area: string,
    unusual?: {
      readonly expected: Measure
      readonly seen: Measure
      readonly sinceMs: number
      readonly position: number
    },
  ) => void
  /** The finding of that kind that goes on about the device. */
  readonly known: (kind: Kind, device: string) => Finding | undefined
}

export interface Rule<State> {
  readonly name: string
  readonly wants: ReadonlyArray<Moment["_tag"]>
  readonly initial: () => State
  /** Changes the draft it is given and nothing else. */
  readonly apply: (draft: State, moment: Moment, report: Report) => void
  readonly copy: (state: State) => State
  readonly encode: (state: State) => Json
  readonly decode: (json: Json) => State
}

/** A rule at work on a state of its own, whose type is hidden. */
export interface Running {
  readonly name: string
  readonly wants: ReadonlyArray<Moment["_tag"]>
  readonly apply: (moment: Moment, report: Report) => void
  readonly copy: () => Running
  readonly encode: () => Json
}

export interface Packed {
  readonly name: string
  readonly start: (json?: Json) => Running
}

export const pack = <State>(rule: Rule<State>): Packed => ({
  name: rule.name,
  start: (json) => running(rule, json === undefined ? rule.initial() : rule.decode(json)),
})

const running = <State>(rule: Rule<State>, state: State): Running => ({
  name: rule.name,
  wants: rule.wants,
  apply: (moment, report) => rule.apply(state, moment, report),
  copy: () => running(rule, rule.copy(state)),
  encode: () => rule.encode(state),
})

/** For rules that need no memory of their own. */
export const stateless = (
  name: string,
  wants: Rule<null>["wants"],
  apply: (moment: Moment, report: Report) => void,
): Rule<null> => ({
  name,
  wants,
  initial: () => null,
  apply: (_, moment, report) => apply(moment, report),
  copy: () => null,
  encode: () => null,
  decode: () => null,
})
