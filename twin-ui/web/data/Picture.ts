/**
 * What the page knows of the chain: the view, how the feed is, and what is still to be animated. `next`
 * takes it over one happening; the pipeline scans with it.
 */
import { applyStep } from "../../../projections/chain/applyStep.ts"
import {
  type ChainView,
  type Grouping,
  type Motion,
  MotionKind,
  type Step,
} from "../../../projections/chain/ChainView.ts"
import type { EventRow } from "../../../projections/chain/EventRow.ts"
import type { Lost } from "../../../core/stream/resuming.ts"
import type { FeedMessage } from "../../api/Feed.ts"
import { type Asked, live, type Source } from "./Source.ts"

/** Motions waiting to be drawn; when a slow screen lets more gather, the oldest are not drawn. */
const motionsWaitingMax = 320
const notableKeptMax = 60
/** Views of instants that were looked at, to show the nearest at once while one that is not here is asked for. */
export const keptMax = 12
/** Each step counts for so much less than the next in what is said of sampling: about two seconds are felt. */
const sampleMemory = 0.9

type Feed =
  | { readonly _tag: "connecting" }
  | { readonly _tag: "open" }
  | { readonly _tag: "lost"; readonly lost: Lost }
  | { readonly _tag: "ended" }
  | { readonly _tag: "hidden"; readonly needsLogin: boolean }

export interface Travelling {
  /** Rises by one with each motion: a drawer takes those it has not seen. */
  readonly serial: number
  readonly motion: Motion
}

/** Of one kind, lately: how many there were and how many of them were sent to be drawn. */
export interface Sample {
  readonly seen: number
  readonly drawn: number
}

export type Samples = Readonly<Partial<Record<MotionKind, Sample>>>

export interface Picture {
  readonly source: Source
  readonly by: Grouping
  readonly view: ChainView | undefined
  /** False while the view is not yet of this source: the nearest instant that is known, or what was shown before. */
  readonly fresh: boolean
  readonly feed: Feed
  /** True when what is shown is now: live, or a replay that caught up. */
  readonly isNow: boolean
  readonly behind: number
  readonly gap: { readonly from: number; readonly to: number } | undefined
  readonly loading: { readonly done: number; readonly total: number } | undefined
  readonly motions: ReadonlyArray<Travelling>
  readonly serial: number
  readonly sampled: Samples
  /** The latest last; all of one grouping. */
  readonly kept: ReadonlyArray<ChainView>
  /** Newest first. */
  readonly notable: ReadonlyArray<EventRow>
}

export const initial: Picture = {
  source: live,
  by: "customer",
  view: undefined,
  fresh: false,
  feed: { _tag: "connecting" },
  isNow: false,
  behind: 0,
  gap: undefined,
  loading: undefined,
  motions: [],
  serial: 0,
  sampled: {},
  kept: [],
  notable: [],
}

export type Happening =
  | ({ readonly _tag: "source" } & Asked)
  | { readonly _tag: "feed"; readonly message: FeedMessage }
  | { readonly _tag: "hidden"; readonly needsLogin: boolean }
  | Lost

export const next = (picture: Picture, happening: Happening): Picture => {
  switch (happening._tag) {
    case "source":
      return {
        ...picture,
        ...nearest(picture, happening),
        source: happening.source,
        by: happening.by,
        fresh: false,
        feed: { _tag: "connecting" },
        isNow: happening.source._tag === "live",
        behind: 0,
        gap: undefined,
        loading: undefined,
        motions: [],
        notable: [],
      }
    case "lost":
      return { ...picture, feed: { _tag: "lost", lost: happening } }
    case "hidden":
      // What was seen before is no longer theirs to see.
      return { ...picture, view: undefined, kept: [], notable: [], motions: [], feed: happening }
    case "feed":
      return heard({ ...picture, feed: { _tag: "open" } }, happening.message)
  }
}

const heard = (picture: Picture, message: FeedMessage): Picture => {
  switch (message._tag) {
    case "view":
      return {
        ...picture,
        view: message.view,
        kept: keeping(picture.kept, message.view),
        fresh: true,
        loading: undefined,
        motions: [],
      }
    case "step":
      return stepped(picture, message.step)
    case "lag":
      return { ...picture, behind: message.behind }
    case "gap":
      return { ...picture, gap: { from: message.from, to: message.to } }
    case "loading":
      return { ...picture, loading: { done: message.done, total: message.total } }
    case "caught-up":
      return { ...picture, isNow: true }
    case "end":
      return { ...picture, feed: { _tag: "ended" } }
  }
}

const stepped = (picture: Picture, step: Step): Picture => {
  const view = picture.view === undefined ? undefined : applyStep(picture.view, step)
  // The pipeline drops a connection whose steps do not follow on; here such a step changes nothing.
  if (view === undefined) return picture
  const { serial } = picture
  const added = step.motions.map((motion, index) => ({ serial: serial + 1 + index, motion }))
  const seen = step.motions.length
  return {
    ...picture,
    view,
    fresh: true,
    gap: seen > 0 ? undefined : picture.gap,
    motions: [...picture.motions, ...added].slice(-motionsWaitingMax),
    serial: serial + seen,
    sampled: sampledAfter(picture.sampled, step),
    notable:
      step.notable.length === 0
        ? picture.notable
        : [...step.notable, ...picture.notable].slice(0, notableKeptMax),
  }
}

/** A view is kept once for each position; the one kept first makes room. */
const keeping = (kept: ReadonlyArray<ChainView>, view: ChainView): ReadonlyArray<ChainView> =>
  [...kept.filter(({ position }) => position !== view.position), view].slice(-keptMax)

/** What is shown until the instant asked for is here. What is shown now is kept: one often comes back to it. */
const nearest = (
  { by, fresh, kept: before, view }: Picture,
  asked: Asked,
): Pick<Picture, "view" | "kept"> => {
  if (asked.by !== by) return { view, kept: [] }
  const kept = view === undefined || !fresh ? before : keeping(before, view)
  if (asked.source._tag === "live") return { view, kept }
  const { at } = asked.source
  const away = (one: ChainView): number => Math.abs(one.position - at)
  const found = kept.reduce(
    (best: ChainView | undefined, one) =>
      best === undefined || away(one) < away(best) ? one : best,
    undefined,
  )
  return { view: found ?? view, kept }
}

const sampledAfter = (before: Samples, step: Step): Samples => {
  const after: Partial<Record<MotionKind, Sample>> = {}
  for (const kind of MotionKind.literals) {
    const was = before[kind] ?? { seen: 0, drawn: 0 }
    const seen = was.seen * sampleMemory + (step.motionsSeen[kind] ?? 0)
    const drawn =
      was.drawn * sampleMemory + step.motions.filter((motion) => motion.kind === kind).length
    if (seen > 0.05) after[kind] = { seen, drawn }
  }
  return after
}
