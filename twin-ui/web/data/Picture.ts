/**
 * What the page knows of the chain: the view, how the feed is, and what is still to be animated. `next`
 * takes it over one happening; the pipeline scans with it.
 */
import { applyStep } from "../../../projections/chain/applyStep.ts"
import type { ChainView, Motion, Step } from "../../../projections/chain/ChainView.ts"
import type { EventRow } from "../../../projections/chain/EventRow.ts"
import type { Lost } from "../../../core/stream/resuming.ts"
import type { FeedMessage } from "../../api/Feed.ts"
import { live, type Source } from "./Source.ts"

/** Motions waiting to be drawn; when a slow screen lets more gather, the oldest are not drawn. */
const motionsWaitingMax = 160
const notableKeptMax = 60

type Feed =
  | { readonly _tag: "connecting" }
  | { readonly _tag: "open" }
  | { readonly _tag: "lost"; readonly lost: Lost }
  | { readonly _tag: "ended" }

export interface Travelling {
  /** Rises by one with each motion: a drawer takes those it has not seen. */
  readonly serial: number
  readonly motion: Motion
}

export interface Picture {
  readonly source: Source
  readonly view: ChainView | undefined
  /** False while the view is still that of an earlier source. */
  readonly fresh: boolean
  readonly feed: Feed
  /** True when what is shown is now: live, or a replay that caught up. */
  readonly isNow: boolean
  readonly behind: number
  readonly gap: { readonly from: number; readonly to: number } | undefined
  readonly loading: { readonly done: number; readonly total: number } | undefined
  readonly motions: ReadonlyArray<Travelling>
  readonly serial: number
  /** One in so many messages of the last step was drawn. */
  readonly oneIn: number
  /** Newest first. */
  readonly notable: ReadonlyArray<EventRow>
}

export const initial: Picture = {
  source: live,
  view: undefined,
  fresh: false,
  feed: { _tag: "connecting" },
  isNow: false,
  behind: 0,
  gap: undefined,
  loading: undefined,
  motions: [],
  serial: 0,
  oneIn: 1,
  notable: [],
}

export type Happening =
  | { readonly _tag: "source"; readonly source: Source }
  | { readonly _tag: "feed"; readonly message: FeedMessage }
  | Lost

export const next = (picture: Picture, happening: Happening): Picture => {
  switch (happening._tag) {
    case "source":
      return {
        ...picture,
        source: happening.source,
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
    case "feed":
      return heard({ ...picture, feed: { _tag: "open" } }, happening.message)
  }
}

const heard = (picture: Picture, message: FeedMessage): Picture => {
  switch (message._tag) {
    case "view":
      return { ...picture, view: message.view, fresh: true, loading: undefined, motions: [] }
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
    oneIn: seen === 0 ? picture.oneIn : Math.max(1, Math.round(1 / seen)),
    notable:
      step.notable.length === 0
        ? picture.notable
        : [...step.notable, ...picture.notable].slice(0, notableKeptMax),
  }
}
