/**
 * Answers to what the panel asks:
 *
 *   ui, desk, answers so far -> questions wanted -> each asked as of the shown instant -> answers by path
 *
 * A question is asked when it comes up, again when another instant is shown, and from time to time while the picture
 * moves. Until a new answer is here the one before it stays. What is no longer wanted is forgotten.
 */
import {
  asyncScheduler,
  BehaviorSubject,
  combineLatest,
  defer,
  distinctUntilChanged,
  exhaustMap,
  filter,
  finalize,
  from,
  map,
  merge,
  mergeMap,
  type Observable,
  scan,
  shareReplay,
  startWith,
  switchMap,
  take,
  takeUntil,
  takeWhile,
  tap,
  throttleTime,
} from "rxjs"
import { none, pathAt, type Answers, type Question } from "../panel/Question.ts"
import { ask, type Asked } from "./ask.ts"
import type { Picture } from "./Picture.ts"

/** How often the same is asked while the picture moves, ms. */
const refreshMs = 1_500

type Asking = (question: Question<unknown>, path: string) => Observable<Asked<unknown>>

type Questions = ReadonlyArray<Question<unknown>>

/** `wantedOf` may look at the answers so far: a page of a list says where the next one begins. */
export const answers = <Wish>(
  picture: Observable<Picture>,
  wishes: Observable<Wish>,
  wantedOf: (wish: Wish, answers: Answers) => Questions,
  asking: Asking = (question, path) => ask(question.schema, path),
): Observable<Answers> =>
  defer(() => {
    const known = new BehaviorSubject<Answers>(none)
    const wanted = combineLatest([wishes, known]).pipe(
      map(([wish, answered]) => wantedOf(wish, answered)),
      distinctUntilChanged((a, b) => namesOf(a) === namesOf(b)),
      shareReplay({ bufferSize: 1, refCount: true }),
    )
    const asked = wanted.pipe(
      scan(
        (before: { readonly all: Questions; readonly added: Questions }, all) => ({
          all,
          added: all.filter(({ path }) => !before.all.some((one) => one.path === path)),
        }),
        { all: [], added: [] },
      ),
      mergeMap(({ added }) => from(added)),
      mergeMap((question) =>
        asOften(picture, question, asking).pipe(
          takeUntil(wanted.pipe(filter((all) => !all.some(({ path }) => path === question.path)))),
          map((answer): Happening => ({ _tag: "answer", path: question.path, answer })),
        ),
      ),
    )
    return merge(wanted.pipe(map((all): Happening => ({ _tag: "wanted", all }))), asked).pipe(
      scan(next, none),
      distinctUntilChanged(),
      tap((all) => known.next(all)),
      startWith(none),
      finalize(() => known.complete()),
    )
  })

type Happening =
  | { readonly _tag: "wanted"; readonly all: Questions }
  | { readonly _tag: "answer"; readonly path: string; readonly answer: Asked<unknown> }

const next = (answered: Answers, happening: Happening): Answers => {
  if (happening._tag === "answer") return new Map(answered).set(happening.path, happening.answer)
  const kept = [...answered].filter(([path]) => happening.all.some((one) => one.path === path))
  return kept.length === answered.size ? answered : new Map(kept)
}

const namesOf = (all: Questions): string => all.map(({ path }) => path).join("\n")

/**
 * Asks about the instant that is shown, and again while the picture moves. A question that takes long is waited
 * for: asked anew with each step it would never be answered. Another source drops it.
 */
const asOften = (
  picture: Observable<Picture>,
  question: Question<unknown>,
  asking: Asking,
): Observable<Asked<unknown>> =>
  picture.pipe(
    filter(({ fresh, view }) => fresh && view !== undefined),
    distinctUntilChanged((a, b) => a.source === b.source),
    switchMap(({ source }) =>
      picture.pipe(
        takeWhile((now) => now.source === source),
        // Now is asked for as now: the server has it at hand, an instant that has just passed it must rebuild.
        map(({ isNow, view }) => ({ isNow, at: view?.position })),
        distinctUntilChanged((one, other) => one.at === other.at && one.isNow === other.isNow),
        question.once === true
          ? take(1)
          : throttleTime(refreshMs, asyncScheduler, { leading: true, trailing: true }),
        exhaustMap(({ at, isNow }) => asking(question, pathAt(question, isNow ? undefined : at))),
      ),
    ),
  )
