/**
 * The time line's histogram: of the span that is shown, asked for anew when the span changes, and from
 * time to time while events come.
 */
import {
  asyncScheduler,
  auditTime,
  combineLatest,
  debounceTime,
  distinctUntilChanged,
  exhaustMap,
  filter,
  map,
  merge,
  type Observable,
  scan,
  shareReplay,
  startWith,
  switchMap,
  throttleTime,
  withLatestFrom,
} from "rxjs"
import { TimelineAnswer } from "../../api/Timeline.ts"
import type { Ui } from "../interact/Ui.ts"
import { spanFor } from "../model/spanFor.ts"
import type { Clock, Span } from "./Address.ts"
import { ask } from "./ask.ts"
import type { Picture } from "./Picture.ts"

export interface Timeline {
  /** All of time, coarse. */
  readonly whole: TimelineAnswer | undefined
  /** The span that is shown; `whole` until it is here. */
  readonly answer: TimelineAnswer | undefined
  readonly span: Span | undefined
}

/** How often the past's end is asked for while events come, ms. */
const refreshMs = 2_000
const wholeBars = 200
const bars = 240

export const timelines = (
  picture: Observable<Picture>,
  ui: Observable<Ui>,
): Observable<Timeline> => {
  const clocks = ui.pipe(
    map(({ address }) => address.clock),
    distinctUntilChanged(),
    shareReplay({ bufferSize: 1, refCount: true }),
  )
  const whole = clocks.pipe(
    switchMap((clock) =>
      picture.pipe(
        // Asked for again while events come, and whenever another instant is shown.
        map(({ view, isNow }) => `${isNow} ${isNow ? view?.position : ""}`),
        distinctUntilChanged(),
        throttleTime(refreshMs, asyncScheduler, { leading: true, trailing: true }),
        exhaustMap(() => answers(`/api/timeline?buckets=${wholeBars}${byClock(clock)}`)),
        map((answer) => ({ answer, clock })),
      ),
    ),
    shareReplay({ bufferSize: 1, refCount: true }),
  )
  const span = combineLatest([whole, ui, picture]).pipe(
    // An answer of the other clock says nothing of this one.
    filter(([{ answer, clock }, { address }]) => answer.events > 0 && clock === address.clock),
    scan((before: Span | undefined, [{ answer }, { address, drag }, { view, isNow }]) => {
      const nowMs = view === undefined ? undefined : msOf(view, address.clock)
      const lastMs = Math.max(answer.lastMs ?? answer.toMs, isNow ? (nowMs ?? 0) : 0)
      const firstMs = answer.firstMs ?? answer.fromMs
      const playheadMs = drag ?? nowMs
      return spanFor(before, {
        firstMs,
        lastMs,
        lengthMs: address.lengthMs,
        zoom: address.span,
        playheadMs,
        isNow,
      })
    }, undefined),
    distinctUntilChanged((a, b) => a?.fromMs === b?.fromMs && a?.toMs === b?.toMs),
    shareReplay({ bufferSize: 1, refCount: true }),
  )
  const answer = merge(span.pipe(debounceTime(60)), span.pipe(auditTime(refreshMs))).pipe(
    distinctUntilChanged(),
    withLatestFrom(clocks),
    switchMap(([wanted, clock]) =>
      wanted === undefined
        ? []
        : answers(
            `/api/timeline?from=${iso(wanted.fromMs)}&to=${iso(wanted.toMs)}&buckets=${bars}${byClock(clock)}`,
          ),
    ),
  )
  return combineLatest({
    whole: whole.pipe(
      map((one) => one.answer),
      startWith(undefined),
    ),
    answer: answer.pipe(startWith(undefined)),
    span: span.pipe(startWith(undefined)),
  }).pipe(map((all) => ({ ...all, answer: all.answer ?? all.whole })))
}

/** When a view's instant is, on the time line's axis. */
export const msOf = (
  { occurredMs, recordedMs }: { readonly occurredMs: number; readonly recordedMs: number },
  clock: Clock,
): number => (clock === "occurred" ? occurredMs : recordedMs)

const byClock = (clock: Clock): string => (clock === "occurred" ? "" : `&clock=${clock}`)

const iso = (ms: number): string => new Date(ms).toISOString()

const answers = (path: string): Observable<TimelineAnswer> =>
  ask(TimelineAnswer, path).pipe(
    switchMap((asked) => (asked._tag === "answer" ? [asked.answer] : [])),
  )
