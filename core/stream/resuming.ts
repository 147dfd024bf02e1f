/**
 * A stream that comes back: connects, and when the connection fails, ends or falls silent, says so and
 * connects again with the last id, after a wait that doubles up to a bound.
 */
import {
  catchError,
  concat,
  concatWith,
  defer,
  ignoreElements,
  map,
  of,
  takeUntil,
  tap,
  throwError,
  timeout,
  timer,
  type Observable,
  type SchedulerLike,
} from "rxjs"

export interface Back<Message> {
  readonly _tag: "message"
  readonly message: Message
}

export interface Lost {
  readonly _tag: "lost"
  /** What went wrong, for people. */
  readonly reason: string
  /** Losses in a row, 1 for the first. */
  readonly attempt: number
  readonly sinceMs: number
  readonly retryMs: number
}

export interface Resuming<Message> {
  /** The id to come back with after this message; undefined to keep the one before. */
  readonly idOf: (message: Message) => string | undefined
  readonly firstWaitMs: number
  readonly mostWaitMs: number
  /** No message for this long counts as lost. */
  readonly silenceMs: number
  /** Ask again now, whatever the wait. */
  readonly hurry?: Observable<unknown>
  /** Says of an error that the last id is of no use any more. */
  readonly forgets?: (error: unknown) => boolean
  readonly scheduler: SchedulerLike
}

class Closed extends Error {
  override readonly name = "Closed"
}

export const resuming = <Message>(
  connect: (lastId: string | undefined) => Observable<Message>,
  its: Resuming<Message>,
): Observable<Back<Message> | Lost> =>
  defer(() => {
    let lastId: string | undefined
    let attempt = 0
    let sinceMs = 0
    const connection = defer(() => connect(lastId)).pipe(
      timeout({ each: its.silenceMs, scheduler: its.scheduler }),
      concatWith(throwError(() => new Closed("the server closed the feed"))),
      tap((message) => {
        attempt = 0
        lastId = its.idOf(message) ?? lastId
      }),
      map((message): Back<Message> => ({ _tag: "message", message })),
    )
    return connection.pipe(
      catchError((error: unknown, again) => {
        if (its.forgets?.(error) === true) lastId = undefined
        if (attempt === 0) sinceMs = its.scheduler.now()
        const retryMs = Math.min(its.mostWaitMs, its.firstWaitMs * 2 ** attempt)
        attempt++
        const lost: Lost = { _tag: "lost", reason: reasonOf(error), attempt, sinceMs, retryMs }
        return concat(of(lost), waited(retryMs, its).pipe(ignoreElements()), again)
      }),
    )
  })

const waited = <Message>(ms: number, { hurry, scheduler }: Resuming<Message>) =>
  hurry === undefined ? timer(ms, scheduler) : timer(ms, scheduler).pipe(takeUntil(hurry))

const reasonOf = (error: unknown): string => {
  if (!(error instanceof Error)) return String(error)
  return error.name === "TimeoutError" ? "nothing was heard for too long" : error.message
}
