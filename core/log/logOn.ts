/**
 * An `EventLog` on a store: the commit queue, the one writer, reading and following.
 *
 * ```
 * append ─┐                                          ┌─> answer each caller
 * append ─┼──────> waiting ──> writer: admit, commit ┤
 * append ─┘                       (one batch)         └─> wake the followers
 * ```
 * - One writer fiber commits everything that arrived meanwhile in one batch.
 * - What waits is one request of each caller, who does nothing else until it is answered: callers bound the queue.
 * - A caller is answered after the commit; who goes away before it began has appended nothing.
 * - Followers hold a position and read from the store: a slow one costs no memory.
 */
import type * as Cause from "effect/Cause"
import * as Clock from "effect/Clock"
import * as Deferred from "effect/Deferred"
import * as Effect from "effect/Effect"
import * as Exit from "effect/Exit"
import * as Latch from "effect/Latch"
import * as Stream from "effect/Stream"
import type { NewEvent, Position, StreamId } from "../event/Envelope.ts"
import { invariantBroken } from "../kernel/invariant.ts"
import { admit, type Answer, type Request, wholeLog } from "./admit.ts"
import {
  type Appended,
  AppendConflict,
  appendMax,
  EventLog,
  type Filter,
  LogUnavailable,
  RestoreRefused,
} from "./EventLog.ts"
import { matches } from "./matches.ts"
import type { Batch, Store } from "./Store.ts"

/** Who reads so many events at once passes through. */
const passingMin = 16_384

type Failure = AppendConflict | RestoreRefused | LogUnavailable

interface Waiting {
  readonly request: Request
  readonly answer: (answer: Exit.Exit<Appended, Failure>) => void
  cancelled: boolean
}

export const logOn = Effect.fnUntraced(function* (store: Store) {
  const clock = yield* Clock.Clock
  const arrived = Latch.makeUnsafe(false)
  const waiting: Array<Waiting> = []
  let changed = Deferred.makeUnsafe<void>()
  let closed = false

  const unavailable = (reason: LogUnavailable["reason"], detail: string) =>
    new LogUnavailable({ log: store.info.url, reason, detail })

  /** Everything that waits, as far as it fits one batch. */
  const takeGroup = (): ReadonlyArray<Waiting> => {
    const group: Array<Waiting> = []
    let events = 0
    let taken = 0
    for (const next of waiting) {
      if (!next.cancelled && events + next.request.events.length > appendMax) break
      taken++
      if (next.cancelled) continue
      events += next.request.events.length
      group.push(next)
    }
    waiting.splice(0, taken)
    if (waiting.length === 0) arrived.closeUnsafe()
    return group
  }

  /** Brings to hand what admission looks at. */
  const prepared = (group: ReadonlyArray<Waiting>): Effect.Effect<void, LogUnavailable> =>
    store.prepare === undefined
      ? Effect.void
      : store.prepare([...new Set(group.flatMap(({ request }) => streamsOf(request)))])

  const commitGroup = (group: ReadonlyArray<Waiting>): Effect.Effect<void> =>
    Effect.matchCauseEffect(prepared(group), {
      onFailure: (cause) => refuseAll(group, cause),
      onSuccess: () => commitPrepared(group),
    })

  const refuseAll = (group: ReadonlyArray<Waiting>, cause: Cause.Cause<LogUnavailable>) =>
    Effect.sync(() => {
      for (const { answer } of group) answer(Exit.failCause(cause))
    })

  const commitPrepared = (group: ReadonlyArray<Waiting>): Effect.Effect<void> =>
    Effect.suspend(() => {
      const admitted = admit(
        group.map(({ request }) => request),
        { end: store.end(), revision: store.revision, nowMs: clock.currentTimeMillisUnsafe() },
      )
      const answerAll = Effect.sync(() => {
        for (let i = 0; i < group.length; i++) group[i].answer(toExit(admitted.answers[i]))
      })
      if (admitted.batch.length === 0) return answerAll
      return store.commit(admitted.batch, admitted.revisions).pipe(
        Effect.as(true),
        Effect.catchTag("Moved", () => Effect.succeed(false)),
        Effect.exit,
        Effect.flatMap((exit) => {
          if (Exit.isSuccess(exit))
            // Another writer came first: its events may be what a request did not expect.
            return exit.value ? Effect.andThen(answerAll, wake) : commitGroup(group)
          // One request may be what could not be written: then it fails alone.
          if (group.length > 1 && !concernsAll(exit.cause))
            return Effect.forEach(group, (one) => commitGroup([one]), { discard: true })
          return refuseAll(group, exit.cause)
        }),
      )
    })

  const wakeUnsafe = (): void => {
    const before = changed
    changed = Deferred.makeUnsafe<void>()
    Deferred.doneUnsafe(before, Exit.void)
  }
  const wake = Effect.sync(wakeUnsafe)
  store.news?.(wakeUnsafe)

  const writer = Effect.gen(function* () {
    let callers = 1
    while (true) {
      yield* arrived.await
      // Callers that were just answered come back with their next events: they then share this commit. One alone need
      // not wait for others (measured: a fifth of its time).
      if (callers > 1) yield* Effect.yieldNow
      const group = takeGroup()
      callers = group.length
      yield* Effect.uninterruptible(commitGroup(group))
    }
  })

  /** One step of a fiber from the call to the answer: with 1,000 callers it is what an append costs most. */
  const submit = (
    request: Request,
    resume: (exit: Exit.Exit<Appended, Failure>) => void,
  ): Effect.Effect<void> | undefined => {
    const { length } = request.events
    if (length > appendMax) {
      const detail = `${length} events in one append, at most ${appendMax}`
      resume(Exit.fail(unavailable("too-large", detail)))
      return undefined
    }
    if (closed) {
      resume(Exit.fail(unavailable("closed", "the log was closed")))
      return undefined
    }
    const entry: Waiting = { request, answer: resume, cancelled: false }
    waiting.push(entry)
    arrived.openUnsafe()
    return Effect.sync(() => {
      entry.cancelled = true
    })
  }

  const open = <A, E>(effect: Effect.Effect<A, E>): Effect.Effect<A, E | LogUnavailable> =>
    Effect.suspend((): Effect.Effect<A, E | LogUnavailable> =>
      closed ? Effect.fail(unavailable("closed", "the log was closed")) : effect,
    )

  const head = Effect.map(refreshed(store), () => store.end().head)

  const read = (from: Position, to?: Position): Stream.Stream<Batch, LogUnavailable> =>
    Stream.unwrap(
      Effect.map(head, (now) => {
        const end = Math.min(to ?? now, now)
        const isPassing = end - from >= passingMin
        return Stream.unfold(Math.max(0, from), (position) =>
          position >= end
            ? Effect.undefined
            : open(store.batchAt(position, isPassing)).pipe(
                Effect.map((batch) => {
                  const wanted =
                    position + batch.length <= end ? batch : batch.slice(0, end - position)
                  return [wanted, position + wanted.length] as const
                }),
              ),
        )
      }),
    )

  const next = (position: Position): Effect.Effect<readonly [Batch, Position], LogUnavailable> =>
    open(
      Effect.suspend(() => {
        // Taken before the head is looked at: what is committed in between is then not missed.
        const news = changed
        if (position < store.end().head)
          return Effect.map(
            store.batchAt(position),
            (batch) => [batch, position + batch.length] as const,
          )
        const waited =
          store.pollMs === undefined
            ? Deferred.await(news)
            : Effect.andThen(Effect.sleep(store.pollMs), store.refresh)
        return Effect.andThen(waited, next(position))
      }),
    )

  const follow = (from: Position): Stream.Stream<Batch, LogUnavailable> =>
    Stream.unwrap(
      Effect.as(
        head,
        Stream.unfold(Math.max(0, from), (position) => next(position)),
      ),
    )

  const foundBelow =
    store.foundBelow ??
    ((position: Position, filter: Filter) =>
      Effect.map(
        store.batchBelow(position, filter),
        (events) => events && { first: events[0].position, events },
      ))

  const query = (filter: Filter): Stream.Stream<Batch, LogUnavailable> =>
    Stream.unwrap(
      Effect.map(head, (now) =>
        Stream.unfold(Math.min(filter.to ?? now, now), (position) =>
          open(foundBelow(position, filter)).pipe(
            Effect.map((below) => {
              if (below === undefined || position <= (filter.from ?? 0)) return undefined
              const found = below.events.filter(
                (recorded) => recorded.position < position && matches(filter, recorded),
              )
              return [found.toReversed(), below.first] as const
            }),
          ),
        ).pipe(Stream.filter((found) => found.length > 0)),
      ),
    )

  yield* Effect.addFinalizer(() =>
    Effect.sync(() => {
      closed = true
      for (const { answer } of waiting.splice(0))
        answer(Exit.fail(unavailable("closed", "the log was closed before the commit")))
      Deferred.doneUnsafe(changed, Exit.void)
    }),
  )
  yield* Effect.forkScoped(writer)

  return EventLog.of({
    info: store.info,
    head,
    append: (events, expected) =>
      Effect.callback<Appended, AppendConflict | LogUnavailable>((resume) => {
        checkCauses(events, store.end().head)
        return submit({ _tag: "Append", events, expected }, (exit) => resume(appended(exit)))
      }),
    restore: (events) =>
      Effect.callback<Appended, Failure>((resume) =>
        submit({ _tag: "Restore", events }, resume),
      ).pipe(Effect.catchTag("AppendConflict", Effect.die)),
    read,
    query,
    follow,
    positionAt: (recordedMs) => open(Effect.andThen(store.refresh, store.positionAt(recordedMs))),
    revision: (stream) =>
      Effect.map(refreshed(store, [stream]), () =>
        stream === wholeLog ? store.end().head - 1 : store.revision(stream),
      ),
    verify: open(store.verify),
  })
})

/** A store that cannot be read now answers with what it knew last: `head` and `revision` do not fail. */
const refreshed = (store: Store, streams: ReadonlyArray<StreamId> = []): Effect.Effect<void> =>
  Effect.ignore(
    store.prepare === undefined || streams.length === 0
      ? store.refresh
      : Effect.andThen(store.refresh, store.prepare(streams)),
  )

/** Streams that admission looks up. */
const streamsOf = (request: Request): ReadonlyArray<StreamId> => [
  ...request.events.map(({ stream }) => stream),
  ...(request._tag === "Append" ? (request.expected?.keys() ?? []) : []),
]

const toExit = (answer: Answer): Exit.Exit<Appended, Failure> =>
  answer instanceof AppendConflict || answer instanceof RestoreRefused
    ? Exit.fail(answer)
    : Exit.succeed(answer)

/** An append is answered with no `RestoreRefused`. */
const appended = (
  exit: Exit.Exit<Appended, Failure>,
): Effect.Effect<Appended, AppendConflict | LogUnavailable> =>
  Exit.isSuccess(exit)
    ? Exit.succeed(exit.value)
    : Effect.catchTag(exit, "RestoreRefused", Effect.die)

/** The log itself could not be written, whatever was in the batch. */
const concernsAll = (cause: Cause.Cause<LogUnavailable>): boolean =>
  cause.reasons.some((reason) => reason._tag === "Fail" && reason.error.reason !== "too-large")

/** A cause that is not yet there is a mistake of the caller's code. */
const checkCauses = (events: ReadonlyArray<NewEvent>, head: Position): void => {
  for (let index = 0; index < events.length; index++)
    for (const cause of events[index].causes)
      // The sentence is put together only where it is needed: it would take longer than the check.
      if (!(Number.isSafeInteger(cause) && (cause < 0 ? -1 - cause < index : cause < head)))
        invariantBroken(`cause ${cause} of event ${index} stands before it (head ${head})`)
}
