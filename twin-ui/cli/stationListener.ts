/** What `serve` adds for stations: the CA that certifies them, and a listener that knows them by it. */
import * as Console from "effect/Console"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import * as Option from "effect/Option"
import type { Settings } from "../http/Settings.ts"
import { StationCa } from "../http/StationCa.ts"
import { StationChannel } from "../http/StationChannel.ts"
import * as Folder from "../http/stationFolder.ts"
import * as StationServer from "../http/stationServer.ts"
import { WrongUse } from "./WrongUse.ts"

export const stationListener = Effect.fnUntraced(function* (
  given: {
    readonly stationPort: Option.Option<number>
    readonly stationCa: Option.Option<string>
    readonly json: boolean
  },
  settings: Settings,
) {
  const { json, stationCa, stationPort } = given
  if (Option.isNone(stationCa)) {
    if (Option.isSome(stationPort))
      return yield* new WrongUse({
        detail: "--station-port needs --station-ca DIR; `sigtwin ca init DIR` makes one",
      })
    return { ca: Layer.empty, listener: Layer.empty }
  }
  const folder = stationCa.value
  const root = Folder.readRoot(folder)
  if (root === undefined)
    return yield* new WrongUse({
      detail: `there is no CA in ${folder}; \`sigtwin ca init ${folder}\` makes one`,
    })
  const issuing = Layer.succeed(StationCa, Folder.stationCa(root))
  if (Option.isNone(stationPort)) return { ca: issuing, listener: Layer.empty }
  const own = Folder.readPair(folder, Folder.files.server, Folder.files.serverKey)
  if (own === undefined)
    return yield* new WrongUse({
      detail: `the listener has no certificate; \`sigtwin ca issue ${folder} NAME\` makes one`,
    })
  const options = { port: stationPort.value, ca: root.certificate, ...own }
  const said = Layer.effectDiscard(
    Effect.gen(function* () {
      const { url } = yield* StationServer.StationServer
      yield* Console.log(json ? JSON.stringify({ stations: url }) : `stations  ${url}`)
    }),
  )
  return {
    // Whoever has a certificate is heard by it alone.
    ca: Layer.mergeAll(
      issuing,
      Layer.succeed(StationChannel, { station: undefined, exclusive: true }),
    ),
    listener: said.pipe(Layer.provide(StationServer.layer(settings, options))),
  }
})
