/**
 * The listener of stations: HTTPS on a port of its own, where a station is who its certificate says, and its certificate
 * is the one that was issued to its enrolled TPM.
 *
 * Without a certificate a station can offer its keys and say that it would not boot, and nothing else.
 */
import * as NodeHttpServer from "@effect/platform-node/NodeHttpServer"
import * as NodeServices from "@effect/platform-node/NodeServices"
import * as Clock from "effect/Clock"
import * as Context from "effect/Context"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import * as HttpRouter from "effect/http/HttpRouter"
import type * as HttpServerRequest from "effect/http/HttpServerRequest"
import * as HttpServerResponse from "effect/http/HttpServerResponse"
import { IncomingMessage } from "node:http"
import { createServer } from "node:https"
import { TLSSocket } from "node:tls"
import { sha256 } from "../../core/crypto/sha256.ts"
import { parseStationId, type StationId } from "../../core/event/ids.ts"
import { Pipeline } from "../../core/ingest/Pipeline.ts"
import * as Bytes from "../../core/kernel/Bytes.ts"
import * as Integrity from "../../projections/integrity/Integrity.ts"
import { Twin } from "../../projections/run/Twin.ts"
import * as Guard from "./guard.ts"
import * as IngestRoutes from "./ingestRoutes.ts"
import * as Problem from "./Problem.ts"
import type { Route } from "./Route.ts"
import { cannotServe, connectionsMax, requestMs, stopMs, urlOf } from "./server.ts"
import type { Settings } from "./Settings.ts"
import { certificateOf, StationChannel } from "./StationChannel.ts"
import * as StationRoutes from "./stationRoutes.ts"

export interface Options {
  readonly port: number
  /** PEM. */
  readonly ca: string
  readonly certificate: string
  readonly key: string
}

export class StationServer extends Context.Service<
  StationServer,
  { readonly url: string; readonly port: number }
>()("sigtwin/twin-ui/http/StationServer") {}

/** Routes that a station without a certificate may ask. */
const open = new Set(["enrolTpm", "reportBoot"])

export const layer = (settings: Settings, options: Options) =>
  Layer.effect(StationServer, make(settings, options)).pipe(Layer.provide(NodeServices.layer))

const make = (settings: Settings, options: Options) =>
  Effect.gen(function* () {
    const twin = yield* Twin
    const pipeline = yield* Pipeline
    const frames = (yield* IngestRoutes.make).filter(({ operation }) => operation === "postFrames")
    const routes = [...frames, ...(yield* StationRoutes.make)]
    const router = yield* HttpRouter.make
    for (const route of routes)
      yield* router.add(route.method, route.path, (request) =>
        gated(settings, { twin, pipeline }, route, request),
      )
    const app = router.asHttpEffect().pipe(
      Effect.catchCause(() =>
        Effect.succeed(
          Problem.toResponse(
            Problem.make("no-such-path", "there is nothing for stations at this path", {
              where: "path",
            }),
          ),
        ),
      ),
      Effect.map((response) =>
        HttpServerResponse.setHeaders(response, Guard.securityHeaders(response.headers)),
      ),
    )
    const { ca, certificate, key } = options
    const node = createServer({
      ca,
      cert: certificate,
      key,
      minVersion: "TLSv1.3",
      requestCert: true,
      // Who has none may still enrol; each route says whether it takes one.
      rejectUnauthorized: false,
      requestTimeout: requestMs,
    })
    node.maxConnections = connectionsMax
    const server = yield* NodeHttpServer.make(() => node, {
      host: settings.host,
      port: options.port,
      gracefulShutdownTimeout: stopMs,
    }).pipe(
      Effect.catchTag("ServeError", ({ cause }) =>
        Effect.fail(cannotServe({ ...settings, port: options.port }, cause)),
      ),
    )
    yield* Effect.addFinalizer(() => Effect.sync(() => node.closeAllConnections()))
    yield* server.serve(app)
    const port = "port" in server.address ? server.address.port : options.port
    return StationServer.of({ url: urlOf(settings.host, port, "https"), port })
  })

const gated = (
  settings: Settings,
  { pipeline, twin }: { readonly pipeline: Pipeline["Service"]; readonly twin: Twin["Service"] },
  route: Route,
  request: HttpServerRequest.HttpServerRequest,
) =>
  Effect.gen(function* () {
    // The certificate is the credential here; no account is asked for.
    const refused = Guard.accessProblem(settings, route.access, request.headers, false)
    if (refused !== undefined) return yield* refused
    const station = yield* identified(twin, request)
    const claimed = claimedIn(request.url)
    if (station === undefined && !open.has(route.operation))
      return yield* Problem.make(
        "no-certificate",
        "this needs the certificate that was issued when the station's TPM was enrolled",
      )
    if (station !== undefined && claimed !== undefined && claimed !== station) {
      const atMs = yield* Clock.currentTimeMillis
      const asked = route.operation
      yield* pipeline.attest({ _tag: "Foreign", station, claimed, count: 1, asked, atMs })
      return yield* Problem.make(
        "other-station",
        `the certificate is that of station ${station}, not of ${claimed}`,
        { where: "path.id" },
      )
    }
    return yield* Effect.provideService(route.handle, StationChannel, { station, exclusive: true })
  }).pipe(Effect.catch((failure) => Effect.succeed(Problem.toResponse(Problem.ofFailure(failure)))))

/** The station whose certificate the connection proved; undefined for none, and for one that holds no more. */
const identified = Effect.fnUntraced(function* (
  twin: Twin["Service"],
  request: HttpServerRequest.HttpServerRequest,
) {
  const { source } = request
  if (!(source instanceof IncomingMessage) || !(source.socket instanceof TLSSocket))
    return undefined
  const { socket } = source
  if (!socket.authorized) return undefined
  const { raw, subject } = socket.getPeerCertificate()
  const name = subject?.CN
  const id = typeof name === "string" ? parseStationId(name) : undefined
  if (id === undefined) return undefined
  const atMs = yield* Clock.currentTimeMillis
  const found = Integrity.find(yield* twin.state(Integrity.projection), id)
  const holds =
    found !== undefined && certificateOf(found, atMs) === Bytes.toHex(sha256(new Uint8Array(raw)))
  return holds ? id : undefined
})

/** Of a path `/stations/ID/…`. */
const claimedIn = (url: string): StationId | undefined => {
  const found = /^\/stations\/([^/?]+)/.exec(url)?.[1]
  return found === undefined ? undefined : parseStationId(decodeURIComponent(found))
}
