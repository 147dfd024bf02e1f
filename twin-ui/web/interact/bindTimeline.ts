/** Gestures over the time line: drag the playhead, click an incident, zoom with the wheel. */
import { Subject, throttleTime, asyncScheduler } from "rxjs"
import type { Span } from "../data/Address.ts"
import { positionAt, xOf } from "../model/TimelineMarks.ts"
import type { Page } from "../view/page.ts"
import { rove } from "./roving.ts"
import { hourMs, type Intents } from "./Ui.ts"

/** While dragging, a picture is asked for at most this often, ms. */
const scrubMs = 150
const spanLeast = 60_000

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

  timeline.addEventListener("pointerdown", (event) => {
    if (event.button !== 0 || openIncident(event.target, page, does)) return
    timeline.setPointerCapture(event.pointerId)
    scrub(event)
  })
  timeline.addEventListener("pointermove", (event) => {
    if (timeline.hasPointerCapture(event.pointerId)) scrub(event)
  })
  const drop = (event: PointerEvent): void => {
    if (!timeline.hasPointerCapture(event.pointerId)) return
    timeline.releasePointerCapture(event.pointerId)
    wanted.next(undefined)
    if (last !== undefined) does.seek(last)
    last = undefined
    does.drag(undefined)
  }
  timeline.addEventListener("pointerup", drop)
  timeline.addEventListener("pointercancel", drop)
  timeline.addEventListener("keydown", (event) => {
    const isOpened =
      (event.key === "Enter" || event.key === " ") && openIncident(event.target, page, does)
    if (!isOpened && !rove(event)) return
    event.preventDefault()
    event.stopPropagation()
  })
  timeline.addEventListener(
    "wheel",
    (event) => {
      const drawn = page.last()
      const span = drawn?.frame.timeline.span
      const whole = drawn?.frame.timeline.whole
      const ms = msAt(event)
      if (span === undefined || whole === undefined || ms === undefined) return
      event.preventDefault()
      const bounds = { fromMs: whole.firstMs ?? whole.fromMs, toMs: whole.lastMs ?? whole.toMs }
      does.zoom(zoomed(span, ms, Math.exp(event.deltaY * 0.0015), bounds))
    },
    { passive: false },
  )
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

/** Goes to an incident's first moment with its thing selected. */
const openIncident = (target: EventTarget | null, page: Page, does: Intents): boolean => {
  if (!(target instanceof Element)) return false
  const id = target.closest("[data-incident]")?.getAttribute("data-incident")
  const mark = page.last()?.marks?.incidents.find(({ key }) => key === id)
  if (mark === undefined) return false
  const { incident } = mark
  // A finding is known from when it was found: before, there would be nothing to see of it.
  does.seek((incident.found ?? incident.start).position)
  if (incident.station !== undefined) does.select("station", incident.station)
  else if (incident.device !== undefined) does.select("device", incident.device)
  else if (incident.customer !== undefined) does.select("customer", incident.customer)
  else if (incident.dataCentre !== undefined) does.select("centre", incident.dataCentre)
  else does.select("incident", incident.id)
  return true
}
