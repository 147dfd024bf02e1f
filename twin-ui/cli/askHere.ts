/** Asks a log that is opened here, by the server's own routes and without a socket. */
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import type * as Scope from "effect/Scope"
import * as HttpRouter from "effect/http/HttpRouter"
import * as HttpServerRequest from "effect/http/HttpServerRequest"
import * as HttpServerResponse from "effect/http/HttpServerResponse"
import { EventLog } from "../../core/log/EventLog.ts"
import { Twin } from "../../projections/run/Twin.ts"
import * as ApiRoutes from "../http/apiRoutes.ts"
import * as CommandRoutes from "../http/commandRoutes.ts"
import * as Problem from "../http/Problem.ts"
import type { Route } from "../http/Route.ts"
import { parseLogAddress, readerLayer, twinLayer, writerLayer } from "../layers.ts"
import { type Ask, refusalOf, urlOf } from "./Ask.ts"

/** Opens a log for reading, beside whoever writes it, and waits until all of it is folded. */
export const askReading = Effect.fn("askReading")(function* (log: string) {
  const address = yield* parseLogAddress(log)
  const context = yield* Layer.build(
    twinLayer(address).pipe(Layer.provideMerge(readerLayer(address))),
  )
  return yield* Effect.gen(function* () {
    yield* caughtUp
    return yield* askRoutes(yield* ApiRoutes.make)
  }).pipe(Effect.provideContext(context))
})

/** Opens a log as its one writer, for commands. */
export const askWriting = Effect.fn("askWriting")(function* (log: string) {
  const address = yield* parseLogAddress(log)
  const context = yield* Layer.build(
    twinLayer(address).pipe(Layer.provideMerge(writerLayer(address))),
  )
  return yield* Effect.gen(function* () {
    yield* caughtUp
    return yield* askRoutes([...(yield* ApiRoutes.make), ...(yield* CommandRoutes.make)])
  }).pipe(Effect.provideContext(context))
})

const caughtUp = Effect.gen(function* () {
  const log = yield* EventLog
  const twin = yield* Twin
  yield* twin.reached(yield* log.head)
})

/** Where the routes think they are. */
const here = "http://localhost"

const askRoutes = (routes: ReadonlyArray<Route>): Effect.Effect<Ask, never, Scope.Scope> =>
  Effect.gen(function* () {
    const router = yield* HttpRouter.make
    for (const route of routes)
      yield* router.add(
        route.method,
        route.path,
        route.handle.pipe(
          Effect.catch((failure) => Effect.succeed(Problem.toResponse(Problem.ofFailure(failure)))),
        ),
      )
    const handle = router.asHttpEffect()
    const ask: Ask = (question) =>
      Effect.gen(function* () {
        const { method = "GET", body } = question
        const request = new Request(urlOf(here, question), {
          method,
          ...(body === undefined
            ? {}
            : { body: JSON.stringify(body), headers: { "content-type": "application/json" } }),
        })
        const response = yield* handle.pipe(
          Effect.provideService(
            HttpServerRequest.HttpServerRequest,
            HttpServerRequest.fromWeb(request),
          ),
          // A question to a path that has no route is a mistake of ours.
          Effect.orDie,
        )
        const answer: unknown = yield* Effect.promise(() =>
          HttpServerResponse.toWeb(response).json(),
        )
        const refused = refusalOf(response.status, answer)
        return refused === undefined ? answer : yield* refused
      }).pipe(Effect.scoped)
    return ask
  })
