/** Asks a log that is opened here, by the server's own routes and without a socket. */
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import type * as Scope from "effect/Scope"
import * as HttpRouter from "effect/http/HttpRouter"
import * as HttpServerRequest from "effect/http/HttpServerRequest"
import * as HttpServerResponse from "effect/http/HttpServerResponse"
import { EventLog } from "../../core/log/EventLog.ts"
import { Twin } from "../../projections/run/Twin.ts"
import { Analytics } from "../../projections/analytics/Analytics.ts"
import * as AnalyticsRoutes from "../http/analyticsRoutes.ts"
import * as AccountRoutes from "../http/access/accountRoutes.ts"
import * as ApiRoutes from "../http/apiRoutes.ts"
import * as CommandRoutes from "../http/commandRoutes.ts"
import * as OutlierRoutes from "../http/outlierRoutes.ts"
import * as QuestionRoutes from "../http/questionRoutes.ts"
import * as AlertRoutes from "../http/alertRoutes.ts"
import * as EraseRoutes from "../http/eraseRoutes.ts"
import * as Problem from "../http/Problem.ts"
import type { Route } from "../http/Route.ts"
import { scopeHere } from "../http/scopeOf.ts"
import {
  analyticsReaderLayer,
  parseLogAddress,
  readerLayer,
  twinLayer,
  writerLayer,
} from "../layers.ts"
import * as Progress from "./Progress.ts"
import { type Ask, type AskFile, refusalOf, urlOf } from "./Ask.ts"

/** Opens a log for reading, beside whoever writes it, and waits until all of it is folded. */
export const askReading = Effect.fn("askReading")(function* (log: string) {
  const address = yield* parseLogAddress(log)
  const context = yield* Layer.build(
    twinLayer(address).pipe(Layer.provideMerge(readerLayer(address))),
  )
  return yield* Effect.gen(function* () {
    yield* caughtUp
    return yield* askRoutes([...(yield* ApiRoutes.make), ...(yield* AccountRoutes.reading)])
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
    return yield* askRoutes([
      ...(yield* ApiRoutes.make),
      ...(yield* CommandRoutes.make),
      ...(yield* EraseRoutes.make),
      ...(yield* AlertRoutes.makeCommands),
      ...(yield* AccountRoutes.make),
    ])
  }).pipe(Effect.provideContext(context))
})

/** Opens the tables of a log, beside whoever writes it, and waits until all of it is in them. `quiet` shows no progress. */
export const askTables = Effect.fn("askTables")(function* (log: string, quiet: boolean) {
  const address = yield* parseLogAddress(log)
  const context = yield* Layer.build(analyticsReaderLayer(address, giveUp))
  return yield* Effect.gen(function* () {
    yield* filled(quiet)
    return yield* askFiles([
      ...(yield* AnalyticsRoutes.make(scopeHere)),
      ...(yield* QuestionRoutes.make(scopeHere)),
      ...(yield* OutlierRoutes.make(scopeHere)),
    ])
  }).pipe(Effect.provideContext(context))
})

/** A statement that goes on after it was stopped holds a thread for as long as it likes: only the process's end ends it. */
const giveUp = (): void => {
  process.stderr.write("sigtwin: the statement cannot be stopped; the program ends itself\n")
  process.kill(process.pid, "SIGKILL")
}

/** Waits until the tables have what is in the log now. */
const filled = (quiet: boolean) =>
  Effect.gen(function* () {
    const log = yield* EventLog
    const analytics = yield* Analytics
    const head = yield* log.head
    const { position } = yield* analytics.status
    const total = head - position
    const progress = yield* Progress.make({ label: "tables", total, items: "events", quiet })
    const showing = Effect.gen(function* () {
      const done = (yield* analytics.status).position - position
      progress.report(done, done)
      yield* Effect.sleep(200)
    }).pipe(Effect.forever)
    yield* Effect.raceFirst(analytics.reached(head), showing)
  }).pipe(Effect.scoped)

const caughtUp = Effect.gen(function* () {
  const log = yield* EventLog
  const twin = yield* Twin
  yield* twin.reached(yield* log.head)
})

/** Where the routes think they are. */
const here = "http://localhost"

const askRoutes = (routes: ReadonlyArray<Route>): Effect.Effect<Ask, never, Scope.Scope> =>
  Effect.map(
    askFiles(routes),
    (ask): Ask =>
      (question) =>
        Effect.map(ask(question), (bytes): unknown => JSON.parse(new TextDecoder().decode(bytes))),
  )

const askFiles = (routes: ReadonlyArray<Route>): Effect.Effect<AskFile, never, Scope.Scope> =>
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
    const ask: AskFile = (question) =>
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
        const bytes = new Uint8Array(
          yield* Effect.promise(() => HttpServerResponse.toWeb(response).arrayBuffer()),
        )
        if (response.status < 400) return bytes
        const answer: unknown = JSON.parse(new TextDecoder().decode(bytes))
        const refused = refusalOf(response.status, answer)
        return refused === undefined ? bytes : yield* refused
      }).pipe(Effect.scoped)
    return ask
  })
