import { assert, describe, it } from "@effect/vitest"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import * as Stream from "effect/Stream"
import { request } from "node:https"
import { join } from "node:path"
import * as Channel from "../../../core/crypto/channelKey.ts"
import type { StationId } from "../../../core/event/ids.ts"
import { EventLog } from "../../../core/log/EventLog.ts"
import type * as World from "../../../core/sim/World.ts"
import { StationCa } from "../../../twin-ui/http/StationCa.ts"
import { StationChannel } from "../../../twin-ui/http/StationChannel.ts"
import * as Folder from "../../../twin-ui/http/stationFolder.ts"
import * as StationServer from "../../../twin-ui/http/stationServer.ts"
import { folder, run } from "../cli/runSigtwin.ts"
import { answers, boot, enrol, first, prepare, second, stations } from "./attesting.ts"
import { ask, at, post, postFrames, settings, world } from "./world.ts"

/** A CA as `sigtwin ca` makes one, in a folder of this test. */
const authority = Effect.gen(function* () {
  const place = join(yield* folder, "ca")
  yield* run("ca", "init", place)
  yield* run("ca", "issue", place, "127.0.0.1")
  const root = Folder.readRoot(place)
  const own = Folder.readPair(place, Folder.files.server, Folder.files.serverKey)
  if (root === undefined || own === undefined) return yield* Effect.die("ca made no files")
  return { root, own }
})

/** Both listeners, as `serve --station-port --station-ca` starts them. */
const listening = Layer.unwrap(
  Effect.map(authority, ({ own, root }) =>
    StationServer.layer(settings(), { port: 0, ca: root.certificate, ...own }).pipe(
      Layer.provideMerge(world()),
      Layer.provideMerge(
        Layer.mergeAll(
          Layer.succeed(StationCa, Folder.stationCa(root)),
          Layer.succeed(StationChannel, { station: undefined, exclusive: true }),
        ),
      ),
    ),
  ),
)

interface Identity {
  readonly certificate: string
  readonly key: string
}

interface Said {
  readonly status: number
  readonly text: string
}

/** Asks the stations' listener under that certificate, or under none. */
const askAs = Effect.fnUntraced(function* (
  as: Identity | undefined,
  path: string,
  body?: unknown,
  type = "application/json",
) {
  const { port } = yield* StationServer.StationServer
  const text = typeof body === "string" ? body : JSON.stringify(body)
  return yield* Effect.promise(
    () =>
      new Promise<Said>((resolve, reject) => {
        const asked = request(
          {
            host: "127.0.0.1",
            port,
            path,
            method: body === undefined ? "GET" : "POST",
            // Who the listener is, is not what is tried here.
            rejectUnauthorized: false,
            headers: body === undefined ? {} : { "content-type": type },
            ...(as === undefined ? {} : { cert: as.certificate, key: as.key }),
          },
          (answer) => {
            let said = ""
            answer.on("data", (part: Buffer) => {
              said += part.toString()
            })
            answer.on("end", () => resolve({ status: answer.statusCode ?? 0, text: said }))
          },
        )
        asked.on("error", reject)
        asked.end(text)
      }),
  )
})

/** Enrolled with a key of its own; its certificate. */
const certified = Effect.fnUntraced(function* (made: World.World, station: StationId) {
  yield* prepare(made, station)
  const key = Channel.channelKey()
  const csr = yield* Effect.promise(() => Channel.signingRequest(key))
  const enrolled = yield* enrol(made, station, { csr })
  assert.strictEqual(enrolled.status, 200, enrolled.text)
  return { certificate: String(at(enrolled, "certificate")), key: Channel.plainKey(key) }
})

const ndjson = "application/x-ndjson"
let heard = 0
/** A reception that no other test's is taken for. */
const reception = (station: string): string => {
  heard++
  return JSON.stringify({
    station,
    heardAt: 1_700_000_000_000 + heard * 1_000,
    frame: "aaaaa35f01a0db334d00abad1deadc32758a",
  })
}

const foreign = Effect.gen(function* () {
  const log = yield* EventLog
  const batches = yield* Stream.runCollect(log.read(0))
  return batches.flat().flatMap(({ event }) => {
    if (event._tag !== "ForeignReceptionsRefused") return []
    const { _tag: _, ...told } = event
    return [told]
  })
})

const receptions = Effect.gen(function* () {
  const log = yield* EventLog
  const batches = yield* Stream.runCollect(log.read(0))
  return batches
    .flat()
    .flatMap(({ event }) =>
      event._tag === "FrameHeard" || event._tag === "BytesHeard" ? [event.station] : [],
    )
})

describe("the listener of stations", () => {
  it.live(
    "takes a station's receptions in its own name, and of others none, which is counted",
    () =>
      Effect.gen(function* () {
        const made = stations(2)
        const one = yield* certified(made, first)
        const own = yield* askAs(one, "/ingest/frames", reception(first), ndjson)
        assert.strictEqual(own.status, 200, own.text)
        const mixed = [reception(second), reception(first), reception(second)].join("\n")
        const partly = yield* askAs(one, "/ingest/frames", mixed, ndjson)
        assert.strictEqual(partly.status, 200, partly.text)
        assert.include(partly.text, '"refusedCount":2')
        assert.include(partly.text, '"reason":"other-station","where":"line 1"')
        const none = yield* askAs(one, "/ingest/frames", reception(second), ndjson)
        assert.strictEqual(none.status, 400, none.text)
        assert.deepStrictEqual(yield* receptions, [first, first])
        assert.deepStrictEqual(yield* foreign, [
          { station: first, claimed: second, count: 2 },
          { station: first, claimed: second, count: 1 },
        ])
        const shown = yield* ask(`/api/stations/${first}`)
        assert.include(shown.text, `"label":"sent as another's, refused","value":"3"`)
      }).pipe(Effect.provide(listening), Effect.scoped),
  )

  it.live("takes no evidence in another's name, however good, and counts it", () =>
    Effect.gen(function* () {
      const made = stations(2)
      const one = yield* certified(made, first)
      const two = yield* certified(made, second)
      const [evidence] = yield* answers(made, second)
      const stolen = yield* askAs(one, `/stations/${second}/evidence`, evidence)
      assert.strictEqual(stolen.status, 403, stolen.text)
      assert.include(stolen.text, "other-station")
      assert.deepStrictEqual(yield* foreign, [
        { station: first, claimed: second, count: 1, asked: "presentEvidence" },
      ])
      // Its own station may present it still: nothing was consumed.
      const honest = yield* askAs(two, `/stations/${second}/evidence`, evidence)
      assert.strictEqual(honest.status, 200, honest.text)
    }).pipe(Effect.provide(listening), Effect.scoped),
  )

  it.live("asks for a certificate of whoever hands on receptions or evidence", () =>
    Effect.gen(function* () {
      const made = stations(2)
      yield* certified(made, first)
      const [evidence] = yield* answers(made, first)
      const frames = yield* askAs(undefined, "/ingest/frames", reception(first), ndjson)
      const presented = yield* askAs(undefined, `/stations/${first}/evidence`, evidence)
      const challenge = yield* askAs(undefined, `/stations/${first}/challenge`)
      for (const { status, text } of [frames, presented, challenge]) {
        assert.strictEqual(status, 401, text)
        assert.include(text, "no-certificate")
      }
      assert.deepStrictEqual(yield* receptions, [])
    }).pipe(Effect.provide(listening), Effect.scoped),
  )

  it.live("knows no certificate that another CA made, whatever name is in it", () =>
    Effect.gen(function* () {
      const made = stations(2)
      yield* certified(made, first)
      const { root } = yield* authority
      const key = Channel.channelKey()
      const csr = yield* Effect.promise(() => Channel.signingRequest(key))
      const issue = { csr, station: first, akName: "000b", atMs: Date.now() }
      const { certificate } = yield* Folder.stationCa(root).issue(issue)
      const as = { certificate, key: Channel.plainKey(key) }
      const frames = yield* askAs(as, "/ingest/frames", reception(first), ndjson)
      assert.strictEqual(frames.status, 401, frames.text)
      assert.deepStrictEqual(yield* receptions, [])
    }).pipe(Effect.provide(listening), Effect.scoped),
  )

  it.live("knows a certificate no more when its station is retired", () =>
    Effect.gen(function* () {
      const made = stations(2)
      const one = yield* certified(made, first)
      const two = yield* certified(made, second)
      yield* post(`/api/stations/${first}/retire`, {})
      const retired = yield* askAs(one, "/ingest/frames", reception(first), ndjson)
      assert.strictEqual(retired.status, 401, retired.text)
      const other = yield* askAs(two, "/ingest/frames", reception(second), ndjson)
      assert.strictEqual(other.status, 200, other.text)
      assert.deepStrictEqual(yield* receptions, [second])
    }).pipe(Effect.provide(listening), Effect.scoped),
  )

  it.live("knows a certificate no more when its station is enrolled with another TPM", () =>
    Effect.gen(function* () {
      const before = yield* certified(stations(2), first)
      const good = yield* askAs(before, "/ingest/frames", reception(first), ndjson)
      assert.strictEqual(good.status, 200, good.text)
      const repaired = stations(2, 2)
      yield* prepare(repaired, first)
      const enrolled = yield* enrol(repaired, first)
      assert.strictEqual(enrolled.status, 200, enrolled.text)
      const old = yield* askAs(before, "/ingest/frames", reception(first), ndjson)
      assert.strictEqual(old.status, 401, old.text)
      const after = yield* certified(repaired, first)
      const renewed = yield* askAs(after, "/ingest/frames", reception(first), ndjson)
      assert.strictEqual(renewed.status, 200, renewed.text)
      assert.deepStrictEqual(yield* receptions, [first, first])
    }).pipe(Effect.provide(listening), Effect.scoped),
  )

  it.live("leaves a station that has a certificate no other way in, and others theirs", () =>
    Effect.gen(function* () {
      const made = stations(2)
      yield* certified(made, first)
      yield* boot(first)
      const around = yield* postFrames(reception(first))
      assert.strictEqual(around.status, 400, around.text)
      assert.include(around.text, "own-channel-only")
      const plain = yield* postFrames(reception(second))
      assert.strictEqual(plain.status, 200, plain.text)
      assert.deepStrictEqual(yield* receptions, [second])
    }).pipe(Effect.provide(listening), Effect.scoped),
  )
})
