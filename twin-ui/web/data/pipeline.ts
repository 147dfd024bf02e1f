/**
 * The one pipeline of the page:
 *
 *   source -> connection (SSE, resumed) -> parse (Schema) -> scan into a picture -> share
 *
 * Live and past differ in the source alone; a new source drops the old connection (switchMap). It never
 * subscribes: `main.ts` does, once.
 */
import * as Result from "effect/Result"
import * as Schema from "effect/Schema"
import {
  asyncScheduler,
  catchError,
  distinctUntilChanged,
  filter,
  map,
  of,
  scan,
  shareReplay,
  startWith,
  switchMap,
  takeWhile,
  throwError,
  type Observable,
  type SchedulerLike,
} from "rxjs"
import { resuming } from "../../../core/stream/resuming.ts"
import type { SseMessage } from "../../../core/stream/parseSse.ts"
import { FeedMessage, heartbeatMs } from "../../api/Feed.ts"
import { FeedRefused } from "./connect.ts"
import * as Picture from "./Picture.ts"
import * as Source from "./Source.ts"

export const firstWaitMs = 500
const mostWaitMs = 15_000
export const silenceMs = 3 * heartbeatMs

/** A message that this page cannot read: it and the server are of different versions. */
class Unreadable extends Error {
  override readonly name = "Unreadable"
}

/** A step did not start where the last one ended: the picture must be asked for anew. */
class Missed extends Error {
  override readonly name = "Missed"
}

type Connect = (path: string, lastId: string | undefined) => Observable<SseMessage>

export interface Settings {
  readonly connect: Connect
  /** Connect again now, whatever the wait. */
  readonly hurry?: Observable<unknown>
  readonly scheduler?: SchedulerLike
}

export const pictures = (
  asked: Observable<Source.Asked>,
  settings: Settings,
): Observable<Picture.Picture> =>
  asked.pipe(
    distinctUntilChanged(Source.equal),
    switchMap((one) => feedOf(one, settings).pipe(startWith(switched(one)))),
    scan(Picture.next, Picture.initial),
    shareReplay({ bufferSize: 1, refCount: true }),
  )

const switched = (asked: Source.Asked): Picture.Happening => ({ _tag: "source", ...asked })

const feedOf = (asked: Source.Asked, settings: Settings): Observable<Picture.Happening> => {
  let position: number | undefined
  const read = (message: SseMessage): FeedMessage | undefined => {
    if (message.event === "comment") return undefined
    const parsed = parse(message.data)
    if (parsed._tag === "step" && parsed.step.from !== position)
      throw new Missed(`a step from ${parsed.step.from} came at ${position ?? "none"}`)
    position = positionAfter(parsed) ?? position
    return parsed
  }
  const feed = resuming(
    (lastId) =>
      settings.connect(Source.feedPath(asked, position), lastId).pipe(
        map((message): Heard => ({ id: message.id, feed: read(message) })),
        catchError((error: unknown) =>
          error instanceof FeedRefused && forbidden.has(error.status)
            ? of<Heard>({ id: undefined, hidden: error.status })
            : throwError(() => error),
        ),
      ),
    {
      idOf: ({ id }) => id,
      firstWaitMs,
      mostWaitMs,
      silenceMs,
      forgets: (error) => error instanceof Missed,
      scheduler: settings.scheduler ?? asyncScheduler,
      ...(settings.hurry === undefined ? {} : { hurry: settings.hurry }),
    },
  )
  return feed.pipe(
    map((one) => (one._tag === "lost" ? one : happened(one.message))),
    filter((one) => one !== undefined),
    // A feed that said it is over is not lost when it closes; who may not see it need not ask again.
    takeWhile((one) => one._tag !== "hidden" && !isEnd(one), true),
  )
}

type Heard =
  | { readonly id: string | undefined; readonly feed: FeedMessage | undefined }
  | { readonly id: undefined; readonly hidden: number }

/** Not logged in; not permitted. */
const forbidden: ReadonlySet<number> = new Set([401, 403])

const isEnd = (one: Picture.Happening): boolean => one._tag === "feed" && one.message._tag === "end"

const happened = (heard: Heard): Picture.Happening | undefined => {
  if ("hidden" in heard) return { _tag: "hidden", needsLogin: heard.hidden === 401 }
  return heard.feed === undefined ? undefined : { _tag: "feed", message: heard.feed }
}

const decode = Schema.decodeUnknownResult(Schema.fromJsonString(FeedMessage))

const parse = (text: string): FeedMessage => {
  const result = decode(text)
  if (Result.isFailure(result)) throw new Unreadable(`unreadable feed: ${result.failure.message}`)
  return result.success
}

const positionAfter = (message: FeedMessage): number | undefined => {
  if (message._tag === "view") return message.view.position
  return message._tag === "step" ? message.step.position : undefined
}
