/**
 * One frame of the page from everything that is known: each part is drawn from the whole state, and only when
 * what it is drawn from changed. The only state here is what was drawn last.
 */
import type { ChainView } from "../../../projections/chain/ChainView.ts"
import { digestOf } from "../data/digestOf.ts"
import { msOf } from "../data/timelines.ts"
import type { Intents } from "../interact/Ui.ts"
import { differenceMarks } from "../model/DifferenceMarks.ts"
import { filterOf } from "../model/Filter.ts"
import { layoutOf, type Dot, type Layout } from "../model/Layout.ts"
import { marksOf, onClock, xOf, type TimelineMarks } from "../model/TimelineMarks.ts"
import type { Panel } from "../panel/panelOn.ts"
import { drawChain } from "./drawChain.ts"
import { drawDifferences } from "./drawDifferences.ts"
import { groundOn } from "./groundOn.ts"
import { motionsOn } from "./drawMotions.ts"
import { drawTimeline } from "./drawTimeline.ts"
import type { Frame } from "./Frame.ts"
import { paletteOf } from "./paint.ts"
import { onlyMoved, samePlaces, sameShape } from "./sameShape.ts"
import { wordsOn, type WordParts } from "./wordsOn.ts"
import type { Root } from "./layer.ts"
import { lazyMap } from "./lazyMap.ts"

export interface Parts extends WordParts {
  readonly ground: HTMLCanvasElement
  readonly map: HTMLElement
  readonly tip: HTMLElement
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
  let pointed: Dot | undefined
  const drawWords = wordsOn(parts, panel, does, retry)

  const fly = (now: number): void => {
    running = last !== undefined && (motions.draw(palette, now) || ground.isBusy())
    if (running) requestAnimationFrame(fly)
  }

  /** Drawn as SVG and said in words: of one instant, all of them. */
  const say = ({ frame, layout }: NonNullable<ReturnType<Page["last"]>>): void => {
    saidMs = performance.now()
    clearTimeout(later)
    later = undefined
    const { view } = frame.picture
    drawWords(frame, stillness.matches)
    if (view !== undefined && layout !== said) {
      drawChain(chain, layout, view)
      ring(chain, pointed)
    }
    if (layout !== said || frame.differences !== differed)
      drawDifferences(chain, differenceMarks(layout, frame.differences))
    said = layout
    differed = frame.differences
  }
  let said: Layout | undefined
  let differed: Frame["differences"]
  let saidMs = -Infinity
  let later: ReturnType<typeof setTimeout> | undefined

  /** The time line is drawn anew when the playhead stands half a pixel further, or anything else of it changed. */
  let lineFrom: ReadonlyArray<unknown> = []
  const drawLine = (frame: Frame, nowMs: number | undefined): TimelineMarks | undefined => {
    const { time, timeline: known, ui } = frame
    const { answer, span } = known
    if (answer === undefined || span === undefined) return undefined
    const { brush, drag } = ui
    const { clock } = ui.address
    const x = xOf(span, time.width)
    const playhead = nowMs === undefined ? undefined : Math.round(x(nowMs) * 2)
    const from = [answer, span, clock, time, drag, brush, playhead]
    if (last?.marks !== undefined && from.every((one, index) => one === lineFrom[index]))
      return last.marks
    lineFrom = from
    const marks = marksOf(onClock(answer, clock), span, nowMs, time)
    drawTimeline(timeline, marks, {
      ghost: drag === undefined ? undefined : x(drag),
      brush: brush === undefined ? undefined : [x(brush.fromMs), x(brush.toMs)],
    })
    return marks
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
        said = undefined
      }
      if (last?.frame.picture.source !== picture.source || last.frame.picture.by !== picture.by)
        motions.clear()
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
        ground.still(layout, palette, last !== undefined && sameShape(last.frame, frame))
        if (!running) ground.show()
      }
      const nowMs =
        view === undefined || view.position === -1 ? undefined : msOf(view, address.clock)
      const marks = drawLine(frame, nowMs)
      describe(parts.timeline, frame)
      if (picture.source._tag === "held" && picture.fresh && view !== undefined) void name(view)
      else named = undefined
      const isCalm =
        last !== undefined &&
        onlyMoved(last.frame, frame) &&
        samePlaces(last.layout, layout) &&
        performance.now() - saidMs < sayEveryMs
      last = { frame, layout, marks }
      if (!isCalm) say(last)
      else
        later ??= setTimeout(
          () => {
            if (last !== undefined) say(last)
          },
          sayEveryMs - (performance.now() - saidMs),
        )
      if (document.hidden) return
      const isFlying = !stillness.matches && motions.add(picture.motions, layout, performance.now())
      if (!running && !isMap && (isFlying || ground.isBusy())) {
        running = true
        requestAnimationFrame(fly)
      }
    },
  }
}

const isSame = (a: Frame, b: Frame): boolean => a.picture.view === b.picture.view && sameShape(a, b)

/** While events go on by themselves, what is said follows this often, ms: nobody reads faster. Devices and what travels do not wait. */
const sayEveryMs = 250

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
