/**
 * Gestures over the time line: drag the playhead, brush a span (with Shift, or along the axis), click an incident, zoom with
 * the wheel or with plus and minus, from all of time down to milliseconds.
 */
import { Subject, throttleTime, asyncScheduler } from "rxjs"
import type { ChainView, Incident } from "../../../projections/chain/ChainView.ts"
import type { Span } from "../data/Address.ts"
import { concernedBy } from "../model/concerned.ts"
import { laneTop, positionAt, xOf } from "../model/TimelineMarks.ts"
import type { Page } from "../view/page.ts"
import { rove } from "./roving.ts"
import { hourMs, type Intents } from "./Ui.ts"

/** While dragging, a picture is asked for at most this often, ms. */
const scrubMs = 150
const spanLeast = 20
/** A brush of fewer pixels is a slip of the hand. */
const brushLeast = 4
/** One press of + or -. */
const keyFactor = 2

interface Parts {
  readonly timeline: SVGSVGElement
}

export const bindTimeline = ({ timeline }: Parts, page: Page, does: Intents): void => {
  /** Where the drag is; undefined when it is over, so that no late seek comes after what is done next. */
  const wanted = new Subject<number | undefined>()
  let last: number | undefined
  wanted
    .pipe(throttleTime(scrubMs, asyncScheduler, { leading: true, trailing: true }))
    .subscribe((position) => {
      if (position !== undefined) does.seek(position)
    })

  const msAt = (event: MouseEvent): number | undefined => {
    const drawn = page.last()
    const span = drawn?.frame.timeline.span
    if (drawn === undefined || span === undefined) return undefined
    const { left } = timeline.getBoundingClientRect()
    const ms = xOf(span, drawn.frame.time.width)
      .invert(event.clientX - left)
      .getTime()
    return Math.min(span.toMs, Math.max(span.fromMs, ms))
  }
  const scrub = (event: PointerEvent): void => {
    const ms = msAt(event)
    const answer = page.last()?.frame.timeline.answer
    if (ms === undefined || answer === undefined) return
    does.drag(ms)
    last = positionAt(answer, ms)
    wanted.next(last)
  }

  /** Where a brush began, if it is one. */
  let brushed: { readonly ms: number; readonly x: number } | undefined
  const isBrush = (event: PointerEvent): boolean => {
    const size = page.last()?.marks?.size
    const { top } = timeline.getBoundingClientRect()
    const axis = size === undefined ? Infinity : laneTop(size)
    return event.shiftKey || Math.abs(event.clientY - top - axis + 3) < 8
  }
  const brush = (event: PointerEvent): Span | undefined => {
    const ms = msAt(event)
    if (brushed === undefined || ms === undefined) return undefined
    return {
      fromMs: Math.floor(Math.min(ms, brushed.ms)),
      toMs: Math.ceil(Math.max(ms, brushed.ms)),
    }
  }

  timeline.addEventListener("pointerdown", (event) => {
    if (event.button !== 0 || openIncident(event.target, page, does)) return
    timeline.setPointerCapture(event.pointerId)
    const ms = msAt(event)
    if (isBrush(event) && ms !== undefined) brushed = { ms, x: event.clientX }
    else scrub(event)
  })
  timeline.addEventListener("pointermove", (event) => {
    if (!timeline.hasPointerCapture(event.pointerId)) return
    if (brushed === undefined) scrub(event)
    else does.brush(brush(event))
  })
  const drop = (event: PointerEvent): void => {
    if (!timeline.hasPointerCapture(event.pointerId)) return
    timeline.releasePointerCapture(event.pointerId)
    if (brushed !== undefined) {
      const span = brush(event)
      const isSlip = Math.abs(event.clientX - brushed.x) < brushLeast
      brushed = undefined
      does.brush(undefined)
      if (span !== undefined && !isSlip && span.toMs - span.fromMs >= spanLeast) does.zoom(span)
      return
    }
    wanted.next(undefined)
    if (last !== undefined) does.seek(last)
    last = undefined
    does.drag(undefined)
  }
  /** A tenth of what the time line shows, as sliders do. */
  const paged = (key: string): boolean => {
    const drawn = page.last()
    const { answer, span } = drawn?.frame.timeline ?? {}
    const part = { PageUp: -0.1, PageDown: 0.1 }[key]
    if (part === undefined || answer === undefined || span === undefined) return false
    const nowMs = page.nowMs() ?? span.toMs
    does.seek(positionAt(answer, nowMs + part * (span.toMs - span.fromMs)))
    return true
  }
  timeline.addEventListener("pointerup", drop)
  timeline.addEventListener("pointercancel", drop)
  timeline.addEventListener("keydown", (event) => {
    const isOpened =
      (event.key === "Enter" || event.key === " ") && openIncident(event.target, page, does)
    if (!isOpened && !rove(event) && !(isSlider(event.target) && paged(event.key))) return
    event.preventDefault()
    event.stopPropagation()
  })
  timeline.addEventListener(
    "wheel",
    (event) => {
      event.preventDefault()
      const ms = msAt(event)
      if (ms !== undefined) zoomAbout(page, does, ms, Math.exp(event.deltaY * 0.0015))
    },
    { passive: false },
  )
}

const isSlider = (target: EventTarget | null): boolean =>
  target instanceof Element && target.getAttribute("role") === "slider"

/** Zooms about the playhead, or about the middle where that is not seen. */
export const zoomByKey = (page: Page, does: Intents, isIn: boolean): void => {
  const span = page.last()?.frame.timeline.span
  if (span === undefined) return
  const nowMs = page.nowMs()
  const about =
    nowMs !== undefined && nowMs >= span.fromMs && nowMs <= span.toMs
      ? nowMs
      : (span.fromMs + span.toMs) / 2
  zoomAbout(page, does, about, isIn ? 1 / keyFactor : keyFactor)
}

const zoomAbout = (page: Page, does: Intents, ms: number, factor: number): void => {
  const { span, whole } = page.last()?.frame.timeline ?? {}
  if (span === undefined || whole === undefined) return
  const bounds = { fromMs: whole.firstMs ?? whole.fromMs, toMs: whole.lastMs ?? whole.toMs }
  does.zoom(zoomed(span, ms, factor, bounds))
}

/** Goes to the incident before or after what is shown. */
export const toIncident = (page: Page, does: Intents, isNext: boolean): void => {
  const drawn = page.last()
  const at = drawn?.frame.picture.view?.position
  const incidents = drawn?.frame.timeline.answer?.incidents
  if (at === undefined || incidents === undefined) return
  const placed = incidents
    .map((incident) => ({ incident, position: (incident.found ?? incident.start).position }))
    .filter(({ position }) => (isNext ? position > at : position < at))
    .toSorted((a, b) => (isNext ? a.position - b.position : b.position - a.position))
  if (placed.length > 0) goTo(placed[0].incident, drawn?.frame.picture.view, does)
}

/** The span made longer by a factor about an instant, within all of time. */
export const zoomed = (span: Span, aboutMs: number, factor: number, bounds: Span): Span => {
  const whole = Math.max(hourMs, bounds.toMs - bounds.fromMs)
  const length = span.toMs - span.fromMs
  const wanted = Math.min(whole, Math.max(spanLeast, length * factor))
  const part = (aboutMs - span.fromMs) / Math.max(1, length)
  const fromMs = Math.max(bounds.toMs - whole, aboutMs - part * wanted)
  return {
    fromMs: Math.round(Math.min(fromMs, bounds.toMs - wanted)),
    toMs: Math.round(Math.min(fromMs + wanted, bounds.toMs)),
  }
}

/** Goes to an incident's first moment with its things selected. */
const openIncident = (target: EventTarget | null, page: Page, does: Intents): boolean => {
  if (!(target instanceof Element)) return false
  const id = target.closest("[data-incident]")?.getAttribute("data-incident")
  const mark = page.last()?.marks?.incidents.find(({ key }) => key === id)
  if (mark === undefined) return false
  goTo(mark.incident, page.last()?.frame.picture.view, does)
  return true
}

const goTo = (incident: Incident, view: ChainView | undefined, does: Intents): void => {
  // A finding is known from when it was found: before, there would be nothing to see of it.
  does.seek((incident.found ?? incident.start).position)
  const [thing, ...others] = concernedBy(incident, view)
  if (thing !== undefined) does.select(thing.kind, thing.id, others)
}
