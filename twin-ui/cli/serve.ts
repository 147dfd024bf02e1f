/** `sigtwin serve`: the API, the feed and the page over a log, until it is stopped. */
import * as Console from "effect/Console"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import * as Option from "effect/Option"
import * as Schedule from "effect/Schedule"
import * as Redacted from "effect/Redacted"
import * as Schema from "effect/Schema"
import type * as Scope from "effect/Scope"
import { Command, Flag } from "effect/cli"
import { isLoginAsked } from "../../core/access/Access.ts"
import type { Pipeline } from "../../core/ingest/Pipeline.ts"
import type { Vault } from "../../core/keys/Vault.ts"
import { EventLog } from "../../core/log/EventLog.ts"
import { Members } from "../../core/log/Members.ts"
import { act } from "../../core/network/act.ts"
import type { Anomalies } from "../../core/network/Anomalies.ts"
import { liftBlocks } from "../../core/network/liftBlocks.ts"
import * as mail from "../../core/network/mail.ts"
import { pollBytesMax } from "../../core/network/poll.ts"
import * as post from "../../core/network/post.ts"
import type { Stations } from "../../core/network/Stations.ts"
import * as OrderDesk from "../../core/network/OrderDesk.ts"
import * as Accounts from "../../projections/access/Accounts.ts"
import * as Delivery from "../../projections/delivery/Delivery.ts"
import * as Device from "../../projections/device/Device.ts"
import * as Integrity from "../../projections/integrity/Integrity.ts"
import { Shares } from "../../projections/run/Shares.ts"
import { Twin } from "../../projections/run/Twin.ts"
import * as Traffic from "../../projections/traffic/Traffic.ts"
import * as config from "../config.ts"
import { askMember } from "../http/askMember.ts"
import * as Telemetry from "../telemetry.ts"
import * as Server from "../http/server.ts"
import * as CaseFile from "../http/cases/CaseFile.ts"
import { type Settings, settingsDefault } from "../http/Settings.ts"
import {
  analyticsLayer,
  anomaliesLayer,
  parseLogAddress,
  recheckLayer,
  sharedTwinLayer,
  writerLayer,
} from "../layers.ts"
import { type DemoOptions, optionsDefault } from "./demo/DemoOptions.ts"
import * as Flags from "./flags.ts"
import { stationListener } from "./stationListener.ts"
import { pageRoot } from "./pageRoot.ts"
import { oidcOf, tlsOf } from "./serveSettings.ts"
import { version } from "./version.ts"
import * as Words from "./Words.ts"

/** Plays into the log, and delivers what comes of it, for as long as the server runs. */
export type Demo<E> = (
  options: DemoOptions,
  poster: post.Poster,
) => Effect.Effect<unknown, E, Pipeline | EventLog | Vault | Stations | Anomalies | Scope.Scope>

export const serveWith = <E>(demo: Demo<E>) =>
  Command.make(
    "serve",
    {
      demo: Flag.Boolean("demo").pipe(
        Flag.withDescription(
          "Play a seeded network into the log: only into an empty one, or one that a demo began",
        ),
        Flag.withDefault(false),
      ),
      seed: Flags.integer("seed", { minimum: 0, maximum: 2 ** 32 - 1 }).pipe(
        Flag.withDescription(`Which network the demo plays (default ${optionsDefault.seed})`),
        Flag.withDefault(optionsDefault.seed),
      ),
      devices: Flags.integer("devices", { minimum: 1, maximum: 2 ** 24 - 1 }).pipe(
        Flag.withDescription(`Devices of the demo (default ${optionsDefault.devices})`),
        Flag.withDefault(optionsDefault.devices),
      ),
      stations: Flags.integer("stations", { minimum: 1, maximum: 9_999 }).pipe(
        Flag.withDescription(`Base stations of the demo (default ${optionsDefault.stations})`),
        Flag.withDefault(optionsDefault.stations),
      ),
      log: Flags.log,
      host: Flag.String("host").pipe(
        Flag.withMetavar("ADDRESS"),
        Flag.withDescription("Address to listen on (default 127.0.0.1; SIGTWIN_HOST)"),
        Flag.withFallbackConfig(config.host),
      ),
      port: Flag.Int("port").pipe(
        Flag.withMetavar("N"),
        Flag.withSchema(
          Schema.Int.check(
            Schema.isBetween({ minimum: 0, maximum: 65_535 }, { message: "a port is 0..65535" }),
          ),
        ),
        Flag.withDescription("Port; 0 lets the system choose (default 4280; SIGTWIN_PORT)"),
        Flag.withFallbackConfig(config.port),
      ),
      stationPort: Flags.integer("station-port", { minimum: 0, maximum: 65_535 }).pipe(
        Flag.withDescription(
          "Also listen for stations here, over HTTPS with their own certificates; needs --station-ca",
        ),
        Flag.optional,
      ),
      stationCa: Flag.String("station-ca").pipe(
        Flag.withMetavar("DIR"),
        Flag.withDescription("Files of the stations' CA, as `sigtwin ca init` makes them"),
        Flag.optional,
      ),
      tlsCert: Flag.String("tls-cert").pipe(
        Flag.withMetavar("FILE"),
        Flag.withDescription("Certificate chain to speak TLS with, PEM (SIGTWIN_TLS_CERT)"),
        Flag.optional,
      ),
      tlsKey: Flag.String("tls-key").pipe(
        Flag.withMetavar("FILE"),
        Flag.withDescription("Its private key, PEM (SIGTWIN_TLS_KEY)"),
        Flag.optional,
      ),
      json: Flags.json,
    },
    Effect.fn("cli.serve")(function* (given) {
      const address = yield* parseLogAddress(given.log)
      const settings = yield* settingsOf(given)
      const stations = yield* stationListener(given, settings)
      const log = Layer.mergeAll(
        sharedTwinLayer(address, askMember),
        analyticsLayer(address, given.log),
      ).pipe(Layer.provideMerge(writerLayer(address)))
      const ready = Layer.effectDiscard(caughtUp)
      yield* run(given, demo).pipe(
        Effect.scoped,
        Effect.provide(
          Layer.mergeAll(Server.layer(settings), stations.listener).pipe(
            Layer.provide(stations.ca),
            Layer.provideMerge(ready),
            Layer.provideMerge(recheckLayer(address)),
            Layer.provideMerge(anomaliesLayer),
            Layer.provideMerge(log),
            Layer.provideMerge(OrderDesk.layer),
            Layer.provideMerge(Telemetry.traces(version)),
          ),
        ),
      )
    }),
  ).pipe(
    Command.withShortDescription("Serve the API, the feed and the page over a log"),
    Command.withDescription(
      "Serve the API, the feed and the page over a log, until Ctrl-C. Starting again goes on from the same log. One process writes a log; others may read it meanwhile. Several may serve a log on KurrentDB: they share the devices, and each answers for all.",
    ),
  )

/** The server answers from a twin that has all of the log in it. */
const caughtUp = Effect.gen(function* () {
  const log = yield* EventLog
  const twin = yield* Twin
  yield* twin.reached(yield* log.head)
})

const run = <E>(
  given: DemoOptions & { readonly demo: boolean; readonly json: boolean },
  demo: Demo<E>,
) =>
  Effect.gen(function* () {
    const server = yield* Server.Server
    const members = yield* Effect.serviceOption(Members)
    if (members._tag === "Some")
      yield* members.value.join(
        Option.getOrElse(yield* Effect.orDie(config.advertise), () => server.url),
      )
    const found = yield* finding
    const plays = given.demo && (found.events === 0 || found.demo)
    yield* Console.log(
      given.json
        ? JSON.stringify({ url: server.url, ...found, plays })
        : [
            `log   ${found.log}: ${textOf(found)}`,
            ...(given.demo ? [`demo  ${demoText(found)}`] : []),
            `page  ${server.url}   API documents: ${server.url}/docs`,
            !found.login
              ? "login none is needed: only this machine can ask; `sigtwin account add` changes that"
              : `login ${server.url}/login`,
            "Ctrl-C stops.",
          ].join("\n"),
    )
    const poster = yield* Effect.acquireRelease(Effect.sync(post.make), ({ close }) =>
      Effect.sync(close),
    )
    const work = Effect.gen(function* () {
      yield* Effect.forkScoped(liftBlocks)
      return yield* plays
        ? demo(given, poster)
        : act({
            poster,
            pollPoster: yield* pollPoster,
            mailer: yield* mailer,
            operator: yield* operator,
          })
    })
    return yield* whileLeading(Effect.scoped(work))
  })

/** What only one of the members of a log may do: for as long as this one leads; for ever where the log is not shared. */
const whileLeading = <A, E, R>(work: Effect.Effect<A, E, R>): Effect.Effect<A | void, E, R> =>
  Effect.gen(function* () {
    const shares = yield* Effect.serviceOption(Shares)
    const members = yield* Effect.serviceOption(Members)
    if (shares._tag === "None" || members._tag === "None") return yield* work
    const leads = Effect.map(shares.value.leader, (leader) => leader?.id === members.value.me)
    const until = (wanted: boolean) =>
      Effect.repeat(leads, {
        until: (isLeading) => isLeading === wanted,
        schedule: Schedule.spaced(leadLook),
      })
    while (true) {
      yield* until(true)
      yield* Effect.raceFirst(Effect.asVoid(work), until(false))
    }
  })

/** How often a member looks whether it leads. */
const leadLook = "500 millis"

/** Asks the networks that are polled. */
const pollPoster = Effect.acquireRelease(
  Effect.sync(() => post.make({ answerBytesMax: pollBytesMax })),
  ({ close }) => Effect.sync(close),
)

const operator = Effect.gen(function* () {
  return {
    name: Option.getOrUndefined(yield* Effect.orDie(config.operatorName)),
    countryCode: Option.getOrUndefined(yield* Effect.orDie(config.countryCode)),
  }
})

/** Where e-mails go out, if a mail server is named. */
const mailer = Effect.gen(function* () {
  const url = yield* Effect.orDie(config.smtpUrl)
  if (Option.isNone(url)) return undefined
  const from = yield* Effect.orDie(config.smtpFrom)
  return yield* Effect.acquireRelease(
    Effect.sync(() => mail.make({ url: Redacted.value(url.value), from })),
    ({ close }) => Effect.sync(close),
  )
})

interface Found {
  readonly log: string
  readonly events: number
  readonly devices: number
  readonly stations: number
  readonly customers: number
  readonly login: boolean
  readonly lastRecordedMs: number | null
  readonly demo: boolean
}

const finding = Effect.gen(function* () {
  const log = yield* EventLog
  const twin = yield* Twin
  const device = yield* twin.state(Device.projection)
  const integrity = yield* twin.state(Integrity.projection)
  const delivery = yield* twin.state(Delivery.projection)
  const traffic = yield* twin.state(Traffic.projection)
  const access = yield* twin.state(Accounts.projection)
  const found: Found = {
    log: log.info.url,
    events: Traffic.totals(traffic).events,
    devices: device.devices.size,
    stations: integrity.stations.size,
    customers: delivery.customers.size,
    login: isLoginAsked(access),
    lastRecordedMs: traffic.lastRecordedMs,
    demo: traffic.demoBegan !== null,
  }
  return found
})

const textOf = ({ customers, devices, events, lastRecordedMs, stations }: Found): string =>
  events === 0
    ? "empty"
    : `${Words.count(events, "event")} of ${Words.count(devices, "device")}, ${Words.count(stations, "station")} and ${Words.count(customers, "customer")}; the last recorded ${Words.instant(lastRecordedMs)}`

const demoText = ({ demo, events }: Found): string => {
  if (events === 0) return "begins in the empty log"
  return demo
    ? "goes on where it was"
    : "is not played: the log holds events of another origin (give a new one with --log)"
}

const settingsOf = (given: {
  readonly log: string
  readonly host: string
  readonly port: number
  readonly tlsCert: Option.Option<string>
  readonly tlsKey: Option.Option<string>
}) =>
  Effect.gen(function* () {
    const hostNames = yield* Effect.orDie(config.hostNames)
    const address = yield* parseLogAddress(given.log)
    const settings: Settings = {
      ...settingsDefault,
      version,
      host: given.host,
      port: given.port,
      hostNames: hostNames
        .split(",")
        .map((name) => name.trim().toLowerCase())
        .filter((name) => name !== ""),
      ingestToken: Option.getOrUndefined(yield* Effect.orDie(config.ingestToken)),
      commandToken: Option.getOrUndefined(yield* Effect.orDie(config.commandToken)),
      tls: yield* tlsOf(given),
      oidc: yield* oidcOf,
      pageRoot: yield* pageRoot,
      caseFile: address._tag === "Sqlite" ? CaseFile.beside(address.path) : undefined,
    }
    return settings
  })
