/**
 * The HTTP server: routes behind their gates, one place for errors and headers, a clean stop.
 *
 * request -> Host -> router -> gate of the route -> handler
 *                       `-> no route: wrong method, the page, or 404
 * Stopping: feeds are ended first, then no connection is taken, answers under way have `stopMs`, and
 * what is left then is cut.
 */
import * as NodeHttpServer from "@effect/platform-node/NodeHttpServer"
import * as NodeServices from "@effect/platform-node/NodeServices"
import * as ByteSize from "effect/ByteSize"
import * as Cause from "effect/Cause"
import * as Context from "effect/Context"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import * as Schema from "effect/Schema"
import * as HttpIncomingMessage from "effect/http/HttpIncomingMessage"
import * as HttpRouter from "effect/http/HttpRouter"
import * as HttpServerError from "effect/http/HttpServerError"
import * as HttpServerRequest from "effect/http/HttpServerRequest"
import * as HttpServerResponse from "effect/http/HttpServerResponse"
import { createServer, type Server as HttpServer } from "node:http"
import type { Socket } from "node:net"
import { Twin } from "../../projections/run/Twin.ts"
import * as AnalyticsRoutes from "./analyticsRoutes.ts"
import * as ApiRoutes from "./apiRoutes.ts"
import * as ChainFeed from "./chainFeed.ts"
import * as CommandRoutes from "./commandRoutes.ts"
import * as FeedRoutes from "./feedRoutes.ts"
import * as Gate from "./gate.ts"
import * as Guard from "./guard.ts"
import * as InfrastructureRoute from "./infrastructureRoute.ts"
import * as HandingOn from "./HandingOn.ts"
import * as IngestRoutes from "./ingestRoutes.ts"
import * as Metrics from "./Metrics.ts"
import * as OrderRoutes from "./orderRoutes.ts"
import * as PageRoutes from "./pageRoutes.ts"
import * as Problem from "./Problem.ts"
import { bodyMax } from "./readBody.ts"
import * as Readers from "./Readers.ts"
import type { Route } from "./Route.ts"
import { scopeBy } from "./scopeOf.ts"
import * as ServiceRoutes from "./serviceRoutes.ts"
import { isLoopback, type Settings } from "./Settings.ts"
import { local, Viewer } from "./Viewer.ts"
import * as StationRoutes from "./stationRoutes.ts"
import * as ShareRoutes from "./shareRoutes.ts"
import * as WebFiles from "./webFiles.ts"

/** How long answers under way may take when the server stops. */
export const stopMs = 2_000

/** Connections beyond it are closed at once. */
export const connectionsMax = 1_024

/** Room for a batch in a callback's URL. */
const headerBytesMax = 64 * 1024

/** A request must have come in whole by then. */
export const requestMs = 30_000

export class CannotServe extends Schema.TaggedError<CannotServe>()("CannotServe", {
  host: Schema.String,
  port: Schema.Int,
  reason: Schema.Literals(["port-taken", "not-permitted", "no-such-address", "no-token", "failed"]),
  detail: Schema.String,
}) {
  override get message() {
    return `cannot serve on ${this.host}:${this.port}: ${this.detail}`
  }
}

export class Server extends Context.Service<
  Server,
  {
    /** Where to find it: `http://127.0.0.1:4280`. */
    readonly url: string
    readonly port: number
    readonly routes: ReadonlyArray<Route>
  }
>()("sigtwin/twin-ui/http/Server") {}

export const make = (settings: Settings) =>
  Effect.gen(function* () {
    yield* refuseUnguarded(settings)
    const readers = Readers.make(settings.feedClientsMax)
    const files =
      settings.pageRoot === undefined ? new Map() : yield* WebFiles.read(settings.pageRoot)
    const routes = yield* allRoutes(settings).pipe(Effect.provideService(Readers.Readers, readers))
    const app = yield* appOf(settings, routes, PageRoutes.make(files))

    const node = createServer({ requestTimeout: requestMs, maxHeaderSize: headerBytesMax })
    node.maxConnections = connectionsMax
    const unused = unusedOf(node)
    const server = yield* NodeHttpServer.make(() => node, {
      host: settings.host,
      port: settings.port,
      gracefulShutdownTimeout: stopMs,
    }).pipe(Effect.catchTag("ServeError", ({ cause }) => Effect.fail(cannotServe(settings, cause))))
    // Finalizers run last to first: feeds end, `serve` waits for answers, the rest is cut.
    yield* Effect.addFinalizer(() => Effect.sync(() => node.closeAllConnections()))
    yield* server.serve(app)
    yield* Effect.addFinalizer(() =>
      Effect.andThen(
        readers.close,
        Effect.sync(() => unused.forEach((socket) => socket.destroy())),
      ),
    )
    yield* Metrics.countAppended

    const port = "port" in server.address ? server.address.port : settings.port
    if (!isLoopback(settings.host))
      yield* Effect.logWarning(
        `listening on ${settings.host}: reading needs no login, so whoever reaches this address can read all of the twin`,
      )
    return Server.of({ url: urlOf(settings.host, port), port, routes })
  })

export const layer = (settings: Settings) =>
  Layer.effect(Server, make(settings)).pipe(Layer.provide(NodeServices.layer))

/** Connections that asked nothing yet: browsers open some ahead, and Node does not count them as idle. */
const unusedOf = (node: HttpServer): ReadonlySet<Socket> => {
  const unused = new Set<Socket>()
  node.on("connection", (socket: Socket) => {
    unused.add(socket)
    socket.once("close", () => unused.delete(socket))
  })
  node.on("request", ({ socket }) => unused.delete(socket))
  return unused
}

const allRoutes = (settings: Settings) =>
  Effect.gen(function* () {
    const routes = [
      ...(yield* IngestRoutes.make),
      ...(yield* InfrastructureRoute.make),
      ...(yield* StationRoutes.make),
      ...(yield* OrderRoutes.make),
      ...(yield* ApiRoutes.make),
      ...(yield* AnalyticsRoutes.make(scopeBy(yield* Twin))),
      ...(yield* CommandRoutes.make),
      ...(yield* FeedRoutes.make(settings)),
      ...(yield* ChainFeed.make),
      ...(yield* ShareRoutes.make),
    ]
    return [...routes, ...(yield* ServiceRoutes.make(routes, settings.version))]
  })

/** Whoever can reach the address could feed the twin anything. */
const refuseUnguarded = (settings: Settings): Effect.Effect<void, CannotServe> =>
  isLoopback(settings.host) || settings.ingestToken !== undefined
    ? Effect.void
    : Effect.fail(
        new CannotServe({
          host: settings.host,
          port: settings.port,
          reason: "no-token",
          detail:
            "others can reach this address, so ingest needs a token: set SIGTWIN_INGEST_TOKEN (and SIGTWIN_COMMAND_TOKEN to take commands). Reading needs no login yet: put a proxy that asks for one in front, or listen on 127.0.0.1",
        }),
      )

export const cannotServe = (settings: Settings, cause: unknown): CannotServe => {
  const code = cause instanceof Error && "code" in cause ? String(cause.code) : ""
  const { host, port } = settings
  switch (code) {
    case "EADDRINUSE":
      return new CannotServe({
        host,
        port,
        reason: "port-taken",
        detail: `port ${port} is taken (another sigtwin?); choose another with --port or SIGTWIN_PORT`,
      })
    case "EACCES":
      return new CannotServe({
        host,
        port,
        reason: "not-permitted",
        detail: `this user may not listen on port ${port}; choose one from 1024 up`,
      })
    case "EADDRNOTAVAIL":
    case "ENOTFOUND":
    case "EAI_AGAIN":
      return new CannotServe({
        host,
        port,
        reason: "no-such-address",
        detail: `${host} is no address of this machine`,
      })
    default:
      return new CannotServe({
        host,
        port,
        reason: "failed",
        detail: cause instanceof Error ? cause.message : String(cause),
      })
  }
}

/** The whole server as one function of a request. */
const appOf = Effect.fnUntraced(function* (
  settings: Settings,
  routes: ReadonlyArray<Route>,
  page: PageRoutes.Page,
) {
  const router = yield* HttpRouter.make
  const handingOn = yield* HandingOn.make
  for (const route of routes)
    yield* router.add(route.method, route.path, (request) =>
      gated(settings, handingOn, route, request),
    )
  const routed = router.asHttpEffect()
  const patterns = routes.map((route) => ({ route, pattern: patternOf(route.path) }))

  const unrouted = (request: HttpServerRequest.HttpServerRequest) => {
    const path = request.url.split("?", 1)[0]
    const methods = patterns
      .filter(({ pattern }) => pattern.test(path))
      .map(({ route }) => route.method)
    if (methods.length > 0) return Problem.toResponse(wrongMethod(request.method, path, methods))
    return (
      page(request, path) ??
      Problem.toResponse(
        Problem.make("no-such-path", `there is nothing at ${path}`, { where: "path" }),
      )
    )
  }

  return Effect.gen(function* () {
    const request = yield* HttpServerRequest.HttpServerRequest
    const misdirected = Guard.hostProblem(settings, request.headers["host"])
    if (misdirected !== undefined) return Problem.toResponse(misdirected)
    return yield* routed.pipe(
      Effect.catchIf(
        (error) =>
          HttpServerError.isHttpServerError(error) && error.reason._tag === "RouteNotFound",
        () => Effect.succeed(unrouted(request)),
      ),
    )
  }).pipe(
    Effect.catchCause((cause) =>
      Cause.hasInterruptsOnly(cause)
        ? Effect.failCause(cause)
        : Effect.as(Effect.logError("a request failed", cause), Problem.toResponse(ourBug)),
    ),
    Effect.map((response) =>
      HttpServerResponse.setHeaders(response, Guard.securityHeaders(response.headers)),
    ),
    Effect.provideService(HttpIncomingMessage.MaxBodySize, ByteSize.bytes(bodyMax)),
  )
})

/** A route behind its gate, with its failures as problems. */
const gated = (
  settings: Settings,
  handingOn: HandingOn.HandingOn,
  route: Route,
  request: HttpServerRequest.HttpServerRequest,
) => {
  // The router answers HEAD by GET, which for a callback would take it.
  if (request.method === "HEAD" && route.access === "ingest")
    return Effect.succeed(Problem.toResponse(wrongMethod("HEAD", route.path, [route.method])))
  const viewer = local
  const refused =
    Guard.accessProblem(settings, route.access, request.headers) ?? Gate.shutProblem(viewer, route)
  const here = route.handle.pipe(
    Effect.catch((failure) => Effect.succeed(Problem.toResponse(Problem.ofFailure(failure)))),
    Effect.provideService(Viewer, viewer),
  )
  return refused === undefined
    ? handingOn.answer(route, request, here)
    : Effect.succeed(Problem.toResponse(refused))
}

const wrongMethod = (method: string, path: string, methods: ReadonlyArray<string>) =>
  Problem.make("wrong-method", `${path} does not take ${method}`, {
    headers: { allow: [...new Set(methods)].join(", ") },
  })

const ourBug = Problem.make("our-bug", "the server failed in a way it should not")

/** A route's path as a pattern: a parameter is anything without a slash. */
const patternOf = (path: string): RegExp =>
  new RegExp(`^${path.replace(/[.*+?^${}()|[\]\\]/g, "\\$&").replace(/:[A-Za-z]+/g, "[^/]+")}/?$`)

export const urlOf = (host: string, port: number, scheme = "http"): string =>
  `${scheme}://${host.includes(":") ? `[${host}]` : host}:${port}`
