import { assert, describe, it } from "@effect/vitest"
import * as Schema from "effect/Schema"
import { map, NEVER, type Observable, of, shareReplay, timer } from "rxjs"
import { TestScheduler } from "rxjs/testing"
import { Chain } from "../../../projections/chain/Chain.ts"
import { viewOf } from "../../../projections/chain/view.ts"
import { answers } from "../../../twin-ui/web/data/answers.ts"
import type { Asked } from "../../../twin-ui/web/data/ask.ts"
import * as Picture from "../../../twin-ui/web/data/Picture.ts"
import * as Source from "../../../twin-ui/web/data/Source.ts"
import type { Answers, Question } from "../../../twin-ui/web/panel/Question.ts"

const empty = viewOf(Chain.initial())
const at = (position: number, source: Source.Source, isNow: boolean): Picture.Picture => ({
  ...Picture.initial,
  source,
  view: { ...empty, position },
  fresh: true,
  isNow,
})
const past = Source.held(40)
/** l and m are now, at 100 and 110; p is the instant 40; o is 40 not yet there: the view is still the one before. */
const pictures = {
  l: at(100, Source.live, true),
  m: at(110, Source.live, true),
  p: at(40, past, false),
  o: { ...at(110, past, false), fresh: false },
}

const question = (path: string, part: Partial<Question<unknown>> = {}): Question<unknown> => ({
  path,
  schema: Schema.Unknown,
  instant: "at",
  ...part,
})

type Asking = (question: Question<unknown>, path: string) => Observable<Asked<unknown>>

/** Runs it in virtual time: the paths that were asked with their frames, and the answers at the end. */
const run = (
  marbles: { readonly picture: string; readonly wishes: string; readonly until: string },
  wishes: Readonly<Record<string, (answers: Answers) => ReadonlyArray<Question<unknown>>>>,
  takes: Observable<unknown> = of(0),
) => {
  const asked: Array<string> = []
  let last: Answers = new Map()
  const test = new TestScheduler(() => undefined)
  const asking: Asking = (_, path) => {
    asked.push(`${test.now()} ${path}`)
    return takes.pipe(map(() => ({ _tag: "answer", answer: path })))
  }
  test.run(({ hot, cold }) => {
    // As in the page: one picture, whose last state whoever comes later gets at once.
    const picture = cold(marbles.picture, pictures).pipe(
      shareReplay({ bufferSize: 1, refCount: true }),
    )
    answers(picture, hot(marbles.wishes, wishes), (wish, known) => wish(known), asking).subscribe(
      (known) => {
        last = known
      },
    )
    cold(`${marbles.until} (a|)`).subscribe()
  })
  return { asked, last }
}

describe("what the panel asks", () => {
  it("is asked as of now without an instant, and as of a held one with it", () => {
    const { asked } = run(
      { picture: "l 99ms o 99ms p", wishes: "a", until: "300ms" },
      { a: () => [question("/api/x"), question("/api/list?limit=3", { instant: "before" })] },
    )
    assert.deepStrictEqual(asked, [
      "0 /api/x",
      "0 /api/list?limit=3",
      "200 /api/x?at=40",
      "200 /api/list?limit=3&before=41",
    ])
  })

  it("is asked again while the picture moves, and once where that is enough", () => {
    const { asked } = run(
      { picture: "l 99ms m", wishes: "a", until: "4s" },
      { a: () => [question("/api/x"), question("/api/y", { once: true })] },
    )
    assert.deepStrictEqual(asked, ["0 /api/x", "0 /api/y", "1500 /api/x"])
  })

  it("is forgotten when it is no longer wanted, and the rest is not asked anew", () => {
    const x = question("/api/x")
    const y = question("/api/y")
    const { asked, last } = run(
      { picture: "l", wishes: "a 99ms b 99ms c", until: "300ms" },
      { a: () => [x], b: () => [x, y], c: () => [y] },
    )
    assert.deepStrictEqual(asked, ["0 /api/x", "100 /api/y"])
    assert.deepStrictEqual([...last.keys()], ["/api/y"])
  })

  it("may follow from an answer", () => {
    const first = question("/api/first")
    const { last } = run(
      { picture: "l", wishes: "a", until: "300ms" },
      { a: (known) => (known.has(first.path) ? [first, question("/api/second")] : [first]) },
      timer(10),
    )
    assert.deepStrictEqual([...last.keys()], ["/api/first", "/api/second"])
  })

  it("is waited for when it takes long, however often the picture moves", () => {
    const { asked } = run(
      { picture: "l 2s m 2s l 2s m", wishes: "a", until: "7s" },
      { a: () => [question("/api/x")] },
      NEVER,
    )
    assert.strictEqual(asked.length, 1)
  })
})
