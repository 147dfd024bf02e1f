/**
 * What the panel shows of the selected thing: asked for when the selection or the held instant changes, and from
 * time to time while the picture moves.
 */
import {
  combineLatest,
  distinctUntilChanged,
  map,
  of,
  startWith,
  switchMap,
  throttleTime,
  asyncScheduler,
  type Observable,
} from "rxjs"
import { EntityState } from "../../api/EntityState.ts"
import { EventAnswer } from "../../api/Events.ts"
import { FindingsAnswer, findingsLimitMax } from "../../api/Findings.ts"
import type { Ui } from "../interact/Ui.ts"
import type { Selection } from "./Address.ts"
import { ask } from "./ask.ts"
import type { Detail } from "./Detail.ts"
import type { Picture } from "./Picture.ts"

const refreshMs = 1_500

export const details = (picture: Observable<Picture>, ui: Observable<Ui>): Observable<Detail> => {
  const selection = ui.pipe(
    map(({ address }) => address.selection),
    distinctUntilChanged((a, b) => a?.kind === b?.kind && a?.id === b?.id),
  )
  const position = picture.pipe(
    map(({ view }) => view?.position),
    distinctUntilChanged(),
  )
  return selection.pipe(
    switchMap((selected) => {
      const kind = selected?.kind === "incident" ? findingKindOf(selected.id) : undefined
      if (
        selected === undefined ||
        selected.kind === "centre" ||
        (selected.kind === "incident" && kind === undefined)
      )
        return of<Detail>({ _tag: "none" })
      const detail =
        selected.kind === "event"
          ? eventOf(selected)
          : combineLatest([
              position.pipe(
                throttleTime(refreshMs, asyncScheduler, { leading: true, trailing: true }),
              ),
            ]).pipe(
              switchMap(([at]) => {
                if (at === undefined) return []
                return kind === undefined ? entityOf(selected, at) : findingsOf(selected, kind, at)
              }),
            )
      return detail.pipe(startWith<Detail>({ _tag: "asking", selection: selected }))
    }),
  )
}

const entityOf = (selection: Selection, at: number): Observable<Detail> =>
  ask(EntityState, `/api/${selection.kind}s/${encodeURIComponent(selection.id)}?at=${at}`).pipe(
    map((asked) => ({ _tag: "entity", selection, asked })),
  )

/** Of an incident that is a finding: its name holds the kind. */
const findingKindOf = (id: string): string | undefined => /^finding\|([a-z-]+)\|/.exec(id)?.[1]

const findingsOf = (selection: Selection, kind: string, at: number): Observable<Detail> =>
  ask(FindingsAnswer, `/api/findings?kind=${kind}&at=${at}&limit=${findingsLimitMax}`).pipe(
    map((asked) => ({ _tag: "findings", selection, asked })),
  )

const eventOf = (selection: Selection): Observable<Detail> =>
  ask(EventAnswer, `/api/events/${encodeURIComponent(selection.id)}`).pipe(
    map((asked) => ({ _tag: "event", selection, asked })),
  )
