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
import type { Server as HttpServer } from "node:http"
import type { Socket } from "node:net"
import { Server as TlsServer } from "node:tls"
import { Twin } from "../../projections/run/Twin.ts"
import * as AccountRoutes from "./access/accountRoutes.ts"
import * as LoginRoutes from "./access/loginRoutes.ts"
import * as Logins from "./access/Logins.ts"
import * as OidcRoutes from "./access/oidcRoutes.ts"
import * as OwnRoutes from "./access/ownRoutes.ts"
import * as Who from "./access/Who.ts"
import * as AnalyticsRoutes from "./analyticsRoutes.ts"
import * as OutlierRoutes from "./outlierRoutes.ts"
import * as QuestionRoutes from "./questionRoutes.ts"
import * as ApiRoutes from "./apiRoutes.ts"
import * as CaseRoutes from "./caseRoutes.ts"
import * as ChainFeed from "./chainFeed.ts"
import * as CommandRoutes from "./commandRoutes.ts"
import * as AlertRoutes from "./alertRoutes.ts"
import * as DeviceMessageRoutes from "./deviceMessageRoutes.ts"
import * as EraseRoutes from "./eraseRoutes.ts"
import * as FetchRoutes from "./fetchRoutes.ts"
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
import { seesHeader } from "../api/Access.ts"
import { Viewer } from "./Viewer.ts"
import * as StationRoutes from "./stationRoutes.ts"
import * as ShareRoutes from "./shareRoutes.ts"
import * as Tls from "./tls.ts"
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
  reason: Schema.Literals([
    "port-taken",
    "not-permitted",
    "no-such-address",
    "no-account",
    "bad-certificate",
    "failed",
  ]),
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
    const readers = Readers.make(settings.feedClientsMax)
    const files =
      settings.pageRoot === undefined ? new Map() : yield* WebFiles.read(settings.pageRoot)
    const who = yield* Who.make(settings)
    yield* refuseUnguarded(settings, who)
    const routes = yield* allRoutes(settings, who).pipe(
      Effect.provideService(Readers.Readers, readers),
    )
    const app = yield* appOf(settings, who, routes, PageRoutes.make(files))

    const limits = { requestTimeout: requestMs, maxHeaderSize: headerBytesMax }
    const node = yield* Effect.try({
      try: () => Tls.createServer(settings, limits),
      catch: () => badCertificate(settings),
    })
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
    if (!isLoopback(settings.host) && settings.tls === undefined)
      yield* Effect.logWarning(
        `listening on ${settings.host} without TLS: passwords and tokens can be read on the way, unless a proxy in front speaks TLS (--tls-cert, --tls-key)`,
      )
    return Server.of({
      url: urlOf(settings.host, port, settings.tls === undefined ? "http" : "https"),
      port,
      routes,
    })
  })

export const layer = (settings: Settings) =>
  Layer.effect(Server, make(settings)).pipe(Layer.provide(NodeServices.layer))

/** Connections that asked nothing yet: browsers open some ahead, and Node does not count them as idle. */
const unusedOf = (node: HttpServer): ReadonlySet<Socket> => {
  const unused = new Set<Socket>()
  // Over TLS a request names the socket that is inside of the connection.
  node.on(node instanceof TlsServer ? "secureConnection" : "connection", (socket: Socket) => {
    unused.add(socket)
    socket.once("close", () => unused.delete(socket))
  })
  node.on("request", ({ socket }) => unused.delete(socket))
  return unused
}

const allRoutes = (settings: Settings, who: Who.Who) =>
  Effect.gen(function* () {
    const logins = yield* Logins.make(who)
    const routes = [
      ...(yield* IngestRoutes.make),
      ...(yield* InfrastructureRoute.make),
      ...(yield* StationRoutes.make),
      ...(yield* OrderRoutes.make),
      ...(yield* ApiRoutes.make),
      ...(yield* AnalyticsRoutes.make(scopeBy(yield* Twin))),
      ...(yield* QuestionRoutes.make(scopeBy(yield* Twin))),
      ...(yield* OutlierRoutes.make(scopeBy(yield* Twin))),
      ...(yield* CommandRoutes.make),
      ...(yield* CaseRoutes.make(settings)),
      ...(yield* EraseRoutes.make),
      ...(yield* AlertRoutes.makeCommands),
      ...(yield* FetchRoutes.make),
      ...(yield* DeviceMessageRoutes.make),
      ...(yield* FeedRoutes.make(settings)),
      ...(yield* ChainFeed.make),
      ...(yield* ShareRoutes.make),
      ...(yield* AccountRoutes.make),
      ...(yield* LoginRoutes.make(settings, who, logins)),
      ...(yield* OwnRoutes.make(settings, who, logins)),
      ...(yield* OidcRoutes.make(settings, who)),
    ]
    return [...routes, ...(yield* ServiceRoutes.make(routes, settings.version))]
  })

/** Whoever can reach the address could read the twin and feed it anything, so they say who they are. */
const refuseUnguarded = (settings: Settings, who: Who.Who) =>
  Effect.gen(function* () {
    if (isLoopback(settings.host) || (yield* who.isAsked)) return
    return yield* new CannotServe({
      host: settings.host,
      port: settings.port,
      reason: "no-account",
      detail:
        "others can reach this address, so it needs an account to log in with: `sigtwin account add NAME --role operator`. Without one, listen on 127.0.0.1",
    })
  })

/** What OpenSSL says of it may quote the key. */
const badCertificate = ({ host, port }: Settings): CannotServe =>
  new CannotServe({
    host,
    port,
    reason: "bad-certificate",
    detail: "the TLS certificate and key are no PEM, or do not belong together",
  })

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
  who: Who.Who,
  routes: ReadonlyArray<Route>,
  page: PageRoutes.Page,
) {
  const router = yield* HttpRouter.make
  const handingOn = yield* HandingOn.make
  for (const route of routes)
    yield* router.add(route.method, route.path, (request) =>
      gated(settings, who, handingOn, route, request),
    )
  const routed = router.asHttpEffect()
  const patterns = routes.map((route) => ({ route, pattern: patternOf(route.path) }))

  /** The page is of no use to who is not logged in: where a person would come to it, the login comes first. */
  const unrouted = Effect.fnUntraced(function* (request: HttpServerRequest.HttpServerRequest) {
    const path = request.url.split("?", 1)[0]
    const methods = patterns
      .filter(({ pattern }) => pattern.test(path))
      .map(({ route }) => route.method)
    if (methods.length > 0) return Problem.toResponse(wrongMethod(request.method, path, methods))
    const shown = page(request, path)
    if (shown === undefined)
      return Problem.toResponse(
        Problem.make("no-such-path", `there is nothing at ${path}`, { where: "path" }),
      )
    const isDocument = (shown.headers["content-type"] ?? "").startsWith("text/html")
    return isDocument && (yield* who.identify(request, "page")) === undefined
      ? HttpServerResponse.empty({
          status: 303,
          headers: { location: `/login?next=${encodeURIComponent(request.url)}` },
        })
      : shown
  })

  return Effect.gen(function* () {
    const request = yield* HttpServerRequest.HttpServerRequest
    const misdirected = Guard.hostProblem(settings, request.headers["host"])
    if (misdirected !== undefined) return Problem.toResponse(misdirected)
    return yield* routed.pipe(
      Effect.catchIf(
        (error) =>
          HttpServerError.isHttpServerError(error) && error.reason._tag === "RouteNotFound",
        () =>
          unrouted(request).pipe(
            Effect.catch((failure) =>
              Effect.succeed(Problem.toResponse(Problem.ofFailure(failure))),
            ),
          ),
      ),
    )
  }).pipe(
    Effect.catchCause((cause) =>
      Cause.hasInterruptsOnly(cause)
        ? Effect.failCause(cause)
        : Effect.as(Effect.logError("a request failed", cause), Problem.toResponse(ourBug)),
    ),
    Effect.map((response) =>
      HttpServerResponse.setHeaders(response, {
        ...Guard.securityHeaders(response.headers),
        ...Tls.headersOf(settings),
      }),
    ),
    Effect.provideService(HttpIncomingMessage.MaxBodySize, ByteSize.bytes(bodyMax)),
  )
})

/** A route behind its gate, with its failures as problems. */
const gated = (
  settings: Settings,
  who: Who.Who,
  handingOn: HandingOn.HandingOn,
  route: Route,
  request: HttpServerRequest.HttpServerRequest,
) => {
  // The router answers HEAD by GET, which for a callback would take it.
  if (request.method === "HEAD" && route.access === "ingest")
    return Effect.succeed(Problem.toResponse(wrongMethod("HEAD", route.path, [route.method])))
  let viewer: Viewer | undefined
  const refuse = (failure: Problem.Failure) => {
    const problem = Problem.ofFailure(failure)
    return Effect.as(
      who.note(problem, { request, viewer, what: `${route.method} ${route.path}` }),
      Problem.toResponse(problem),
    )
  }
  return Effect.gen(function* () {
    const isLoginAsked = yield* who.isAsked
    const misplaced = Guard.accessProblem(settings, route.access, request.headers, isLoginAsked)
    if (misplaced !== undefined) return yield* misplaced
    if (Gate.rightOf(route) === undefined) return yield* route.handle
    const asking = yield* who.identify(request, route.access)
    if (asking === undefined) return yield* Gate.unknownProblem
    viewer = asking
    const shut = Gate.shutProblem(asking, route)
    if (shut !== undefined) return yield* shut
    const here = route.handle.pipe(
      Effect.map((answer) =>
        asking.whole ? answer : HttpServerResponse.setHeader(answer, seesHeader, "part"),
      ),
      Effect.catch(refuse),
      Effect.provideService(Viewer, asking),
    )
    return yield* handingOn.answer(route, request, asking.name, here)
  }).pipe(Effect.catch(refuse))
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
