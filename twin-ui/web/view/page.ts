/**
 * One frame of the page from everything that is known: each part is drawn from the whole state, and only when
 * what it is drawn from changed. The only state here is what was drawn last.
 */
import type { ChainView } from "../../../projections/chain/ChainView.ts"
import { digestOf } from "../data/digestOf.ts"
import type { View } from "../data/Address.ts"
import { msOf } from "../data/timelines.ts"
import type { Intents } from "../interact/Ui.ts"
import { differenceMarks } from "../model/DifferenceMarks.ts"
import { filterOf } from "../model/Filter.ts"
import { layoutOf, type Dot, type Layout } from "../model/Layout.ts"
import { marksOf, onClock, xOf, type TimelineMarks } from "../model/TimelineMarks.ts"
import type { Panel } from "../panel/panelOn.ts"
import { choiceOf } from "./choiceOf.ts"
import { controlsOf } from "./controlsOf.ts"
import { drawChain } from "./drawChain.ts"
import { drawDifferences } from "./drawDifferences.ts"
import { groundOn } from "./groundOn.ts"
import { motionsOn } from "./drawMotions.ts"
import { drawTimeline } from "./drawTimeline.ts"
import { figuresOf, pillOf } from "./headerOf.ts"
import type { Frame } from "./Frame.ts"
import { emptyOf, noticeOf } from "./noticeOf.ts"
import { paletteOf } from "./paint.ts"
import type { Root } from "./layer.ts"
import { lazyMap } from "./lazyMap.ts"
import { patch } from "./patch.ts"
import { toolsOf } from "./toolsOf.ts"

export interface Parts {
  readonly body: HTMLElement
  readonly pill: HTMLElement
  readonly figures: HTMLElement
  readonly notices: HTMLElement
  readonly ground: HTMLCanvasElement
  readonly map: HTMLElement
  readonly tools: HTMLElement
  readonly views: HTMLElement
  readonly empty: HTMLElement
  readonly tip: HTMLElement
  readonly panel: HTMLElement
  readonly controls: HTMLElement
  readonly timeline: SVGSVGElement
}

export interface Page {
  readonly draw: (frame: Frame) => void
  /** What was drawn last; gestures ask it what lies where. */
  readonly last: () =>
    | { readonly frame: Frame; readonly layout: Layout; readonly marks: TimelineMarks | undefined }
    | undefined
  /** Nothing is in the air, and what waits to fly never does. */
  readonly rest: () => void
  /** When what is shown is, on the time line's axis. */
  readonly nowMs: () => number | undefined
  /** The device that arrow keys or the pointer are at, drawn with a ring. */
  readonly point: (dot: Dot | undefined) => void
}

export const pageOn = (
  parts: Parts,
  chain: Root,
  timeline: Root,
  panel: Panel,
  does: Intents,
  retry: () => void,
): Page => {
  const ground = groundOn(parts.ground)
  const motions = motionsOn(ground)
  const stillness = matchMedia("(prefers-reduced-motion: reduce)")
  const map = lazyMap(parts, does)
  let last: ReturnType<Page["last"]>
  let palette = paletteOf(parts.body)
  let theme = ""
  let running = false
  let edgesMs = -Infinity
  let pointed: Dot | undefined

  const fly = (now: number): void => {
    running = last !== undefined && motions.draw(palette, now)
    if (running) requestAnimationFrame(fly)
  }

  /** Says which state is held, once for each: the time line carries its digest. */
  let named: ChainView | undefined
  const name = async (view: ChainView): Promise<void> => {
    if (named === view) return
    named = view
    parts.timeline.removeAttribute("data-digest")
    const digest = await digestOf(view)
    if (named === view && digest !== undefined) parts.timeline.setAttribute("data-digest", digest)
  }

  return {
    last: () => last,
    rest: () => {
      motions.clear()
      motions.skip(last?.frame.picture.serial ?? 0)
    },
    nowMs: () => {
      const view = last?.frame.picture.view
      return view === undefined || last === undefined
        ? undefined
        : msOf(view, last.frame.ui.address.clock)
    },
    point: (dot) => {
      pointed = dot
      ring(chain, pointed)
    },
    draw: (frame) => {
      const { picture, ui, stage } = frame
      const { view } = picture
      const { address } = ui
      const themeNow = themeOf(parts.body)
      if (themeNow !== theme) {
        theme = themeNow
        palette = paletteOf(parts.body)
        last = undefined
      }
      if (last?.frame.picture.source !== picture.source || last.frame.picture.by !== picture.by)
        motions.clear()
      parts.body.classList.toggle("past", view !== undefined && !picture.isNow)
      parts.body.classList.toggle("lost", picture.feed._tag === "lost")
      parts.body.classList.toggle("stale", !picture.fresh && view !== undefined)
      parts.body.classList.toggle("void", view === undefined || view.position < 0)
      const newestMs = frame.timeline.whole?.lastMs ?? frame.timeline.whole?.toMs
      patch(parts.pill, pillOf(picture, { newestMs }))
      patch(parts.figures, figuresOf(picture))
      patch(parts.notices, noticeOf(picture, frame.clock, { retry, live: does.live }))
      patch(parts.empty, emptyOf(picture))
      patch(parts.views, [
        choiceOf("picture", viewNames, address.view, (one) => does.show({ view: one })),
      ])
      const { grouping } = address
      const { sampled } = picture
      const isStill = stillness.matches
      const isPinned = frame.differences !== undefined
      patch(
        parts.tools,
        toolsOf({ view: address.view, grouping, sampled, isStill, isPinned }, does),
      )
      panel.draw(frame)
      const { answer, span } = frame.timeline
      patch(parts.controls, controlsOf(picture, ui, answer, span, does))
      const isMap = address.view === "map"
      parts.body.classList.toggle("mapped", isMap)
      parts.map.hidden = !isMap
      if (isMap) map.draw(frame, palette)
      const layout =
        view === undefined
          ? emptyLayout
          : last !== undefined && isSame(last.frame, frame)
            ? last.layout
            : layoutOf(view, {
                size: stage,
                selection: address.selection,
                also: address.also,
                filter: filterOf(address.query, address.problemsOnly),
                closed: address.closed,
              })
      if (view !== undefined && layout !== last?.layout) {
        const now = performance.now()
        const edges =
          last === undefined || !sameShape(last.frame, frame) || now - edgesMs > edgesEveryMs
        if (edges) edgesMs = now
        ground.still(layout, palette, { edges })
        if (!running) ground.show()
        drawChain(chain, layout, view)
        ring(chain, pointed)
      }
      if (layout !== last?.layout || frame.differences !== last.frame.differences)
        drawDifferences(chain, differenceMarks(layout, frame.differences))
      const nowMs =
        view === undefined || view.position === -1 ? undefined : msOf(view, address.clock)
      const marks =
        answer === undefined || span === undefined
          ? undefined
          : marksOf(onClock(answer, address.clock), span, nowMs, frame.time)
      if (marks !== undefined && span !== undefined) {
        const x = xOf(span, frame.time.width)
        const ghost = ui.drag === undefined ? undefined : x(ui.drag)
        const brush =
          ui.brush === undefined ? undefined : ([x(ui.brush.fromMs), x(ui.brush.toMs)] as const)
        drawTimeline(timeline, marks, { ghost, brush })
      }
      describe(parts.timeline, frame)
      if (picture.source._tag === "held" && picture.fresh && view !== undefined) void name(view)
      else named = undefined
      last = { frame, layout, marks }
      if (!stillness.matches && !document.hidden) {
        motions.add(picture.motions, layout, performance.now())
        if (!running && !isMap) requestAnimationFrame(fly)
      }
    },
  }
}

const viewNames: ReadonlyArray<readonly [View, string, string]> = [
  ["chain", "Chain", "From devices to customers (C)"],
  ["map", "Map", "Where stations stand and who hears whom (M)"],
]

/** Widths of edges follow their rates this often, ms; where they run, what is selected or found shows at once. */
const edgesEveryMs = 1000

const isSame = (a: Frame, b: Frame): boolean => a.picture.view === b.picture.view && sameShape(a, b)

/** Edges run where they ran: the same stage, selection and search, and no station came, went or changed its trust. */
const sameShape = (a: Frame, b: Frame): boolean =>
  a.picture.source === b.picture.source &&
  a.picture.by === b.picture.by &&
  a.picture.fresh === b.picture.fresh &&
  a.picture.view?.totals.stationsLost === b.picture.view?.totals.stationsLost &&
  a.picture.view?.totals.stations === b.picture.view?.totals.stations &&
  a.stage === b.stage &&
  a.ui.address.selection === b.ui.address.selection &&
  a.ui.address.also === b.ui.address.also &&
  a.ui.address.query === b.ui.address.query &&
  a.ui.address.closed === b.ui.address.closed &&
  a.ui.address.problemsOnly === b.ui.address.problemsOnly

/** The theme chosen, and what the system prefers: when either changes, colours are read anew. */
const themeOf = (body: HTMLElement): string =>
  `${body.ownerDocument.documentElement.dataset.theme ?? ""} ${matchMedia("(prefers-color-scheme: light)").matches}`

const describe = (svg: SVGSVGElement, { picture, timeline }: Frame): void => {
  const { view } = picture
  const slider = svg.querySelector("[role=slider]")
  const position = String(Math.max(0, view?.position ?? 0))
  svg.setAttribute("data-position", position)
  if (view !== undefined) svg.setAttribute("data-occurred", String(view.occurredMs))
  slider?.setAttribute("aria-valuemin", "0")
  slider?.setAttribute("aria-valuemax", String(Math.max(0, timeline.whole?.head ?? 0)))
  slider?.setAttribute("aria-valuenow", position)
  if (view !== undefined && view.occurredMs > 0)
    slider?.setAttribute("aria-valuetext", new Date(view.occurredMs).toISOString())
}

const ring = (chain: Root, dot: Dot | undefined): void => {
  chain
    .selectAll<SVGCircleElement, Dot>("circle.point")
    .data(dot === undefined ? [] : [dot])
    .join("circle")
    .attr("class", "point")
    .attr("cx", ({ x }) => x)
    .attr("cy", ({ y }) => y)
    .attr("r", ({ r }) => r + 3.5)
}

const none = { x: 0, width: 0 }
const emptyLayout: Layout = {
  size: { width: 0, height: 0 },
  columns: { devices: none, stations: none, core: none, customers: none },
  groups: [],
  stations: [],
  headings: [],
  stationsMore: "",
  centres: [],
  customers: [],
  customerHeadings: [],
  customersMore: "",
  edges: [],
}
