/**
 * What the panel shows of the selected thing: asked for when the selection or the held instant changes, and from
 * time to time while the picture moves.
 */
import {
  distinctUntilChanged,
  exhaustMap,
  filter,
  map,
  of,
  startWith,
  switchMap,
  takeWhile,
  throttleTime,
  asyncScheduler,
  type Observable,
} from "rxjs"
import { notableKinds } from "../../../projections/chain/stepOf.ts"
import { EntityState } from "../../api/EntityState.ts"
import { EventAnswer, EventsAnswer } from "../../api/Events.ts"
import { FindingsAnswer, findingsLimitMax } from "../../api/Findings.ts"
import type { Ui } from "../interact/Ui.ts"
import type { Selection } from "./Address.ts"
import { ask } from "./ask.ts"
import type { Detail } from "./Detail.ts"
import type { Picture } from "./Picture.ts"

const refreshMs = 1_500
const earlierMax = 30

export const details = (picture: Observable<Picture>, ui: Observable<Ui>): Observable<Detail> => {
  const selection = ui.pipe(
    map(({ address }) => address.selection),
    distinctUntilChanged((a, b) => a?.kind === b?.kind && a?.id === b?.id),
  )
  const begun = picture.pipe(
    filter(({ fresh, view }) => fresh && view !== undefined),
    distinctUntilChanged((a, b) => a.source === b.source),
  )
  /**
   * Asks about the instant that is shown, and again while the picture moves. A question that takes long is waited
   * for: asked anew with each step it would never be answered. Another source drops it.
   */
  const following = (about: (at: number | undefined) => Observable<Detail>): Observable<Detail> =>
    begun.pipe(
      switchMap(({ source }) =>
        picture.pipe(
          takeWhile((now) => now.source === source),
          // Now is asked for as now: the server has it at hand, an instant that has just passed it must rebuild.
          map(({ isNow, view }) => ({ isNow, at: view?.position })),
          distinctUntilChanged((one, other) => one.at === other.at && one.isNow === other.isNow),
          throttleTime(refreshMs, asyncScheduler, { leading: true, trailing: true }),
          exhaustMap(({ at, isNow }) => about(isNow ? undefined : at)),
        ),
      ),
    )
  return selection.pipe(
    switchMap((selected) => {
      if (selected === undefined)
        // What the steps bring later, the picture keeps.
        return begun.pipe(
          map(({ view }) => view?.position ?? -1),
          switchMap((at) => (at < 0 ? of<Detail>({ _tag: "none" }) : earlierThan(at + 1))),
          startWith<Detail>({ _tag: "none" }),
        )
      const kind = selected.kind === "incident" ? findingKindOf(selected.id) : undefined
      if (selected.kind === "centre" || (selected.kind === "incident" && kind === undefined))
        return of<Detail>({ _tag: "none" })
      const detail =
        selected.kind === "event"
          ? eventOf(selected)
          : following((at) =>
              kind === undefined ? entityOf(selected, at) : findingsOf(selected, kind, at),
            )
      return detail.pipe(startWith<Detail>({ _tag: "asking", selection: selected }))
    }),
  )
}

const earlierThan = (before: number): Observable<Detail> =>
  ask(
    EventsAnswer,
    `/api/events?kind=${[...notableKinds].join(",")}&before=${before}&limit=${earlierMax}`,
  ).pipe(
    map((asked) => ({
      _tag: "earlier",
      rows: asked._tag === "answer" ? asked.answer.events : [],
    })),
  )

const asOf = (at: number | undefined): string => (at === undefined ? "" : `at=${at}`)

const entityOf = (selection: Selection, at: number | undefined): Observable<Detail> =>
  ask(EntityState, `/api/${selection.kind}s/${encodeURIComponent(selection.id)}?${asOf(at)}`).pipe(
    map((asked) => ({ _tag: "entity", selection, asked })),
  )

/** Of an incident that is a finding: its name holds the kind. */
const findingKindOf = (id: string): string | undefined => /^finding\|([a-z-]+)\|/.exec(id)?.[1]

const findingsOf = (
  selection: Selection,
  kind: string,
  at: number | undefined,
): Observable<Detail> =>
  ask(FindingsAnswer, `/api/findings?kind=${kind}&limit=${findingsLimitMax}&${asOf(at)}`).pipe(
    map((asked) => ({ _tag: "findings", selection, asked })),
  )

const eventOf = (selection: Selection): Observable<Detail> =>
  ask(EventAnswer, `/api/events/${encodeURIComponent(selection.id)}`).pipe(
    map((asked) => ({ _tag: "event", selection, asked })),
  )
