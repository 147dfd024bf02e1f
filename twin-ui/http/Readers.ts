/**
 * The readers of the feeds: how many there are, and their end when the server stops.
 */
import * as Context from "effect/Context"
import * as Deferred from "effect/Deferred"
import * as Effect from "effect/Effect"
import type * as Scope from "effect/Scope"
import * as Stream from "effect/Stream"
import * as Problem from "./Problem.ts"

/** When a reader who found no room should come again, in seconds. */
const retryAfterS = 10

export class Readers extends Context.Service<
  Readers,
  {
    /** Takes a place until the request's scope closes. */
    readonly enter: Effect.Effect<void, Problem.Problem, Scope.Scope>
    readonly count: () => number
    /** Ends a feed when the server stops. */
    readonly untilClosing: <A, E>(feed: Stream.Stream<A, E>) => Stream.Stream<A, E>
    readonly closing: Effect.Effect<void>
    readonly close: Effect.Effect<void>
  }
>()("sigtwin/twin-ui/http/Readers") {}

export const make = (max: number): Readers["Service"] => {
  const closing = Deferred.makeUnsafe<void>()
  let count = 0
  return {
    enter: Effect.acquireRelease(
      Effect.suspend(() => {
        if (count >= max)
          return Effect.fail(
            Problem.make("too-many-readers", `there are ${max} readers already`, {
              headers: { "retry-after": String(retryAfterS) },
            }),
          )
        count++
        return Effect.void
      }),
      () =>
        Effect.sync(() => {
          count--
        }),
    ),
    count: () => count,
    untilClosing: Stream.interruptWhen(Deferred.await(closing)),
    closing: Deferred.await(closing),
    close: Effect.asVoid(Deferred.succeed(closing, undefined)),
  }
}
