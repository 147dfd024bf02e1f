/** A whole server on a port of its own: log, keys and snapshots in memory, all else as it is in use. */
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import * as Logger from "effect/Logger"
import { request as httpRequest } from "node:http"
import { Pipeline } from "../../../core/ingest/Pipeline.ts"
import * as pipelineLive from "../../../core/ingest/pipelineLive.ts"
import { secretsMemory } from "../../../core/keys/secretsMemory.ts"
import * as Vault from "../../../core/keys/Vault.ts"
import { EventLog } from "../../../core/log/EventLog.ts"
import * as memory from "../../../core/log/memory.ts"
import * as OrderDesk from "../../../core/network/OrderDesk.ts"
import { all, type Packed, pack } from "../../../projections/all.ts"
import * as here from "../../../projections/analytics/here.ts"
import { Chain } from "../../../projections/chain/Chain.ts"
import { Timeline } from "../../../projections/chain/Timeline.ts"
import * as live from "../../../projections/run/live.ts"
import * as snapshotsMemory from "../../../projections/run/snapshotsMemory.ts"
import { Twin } from "../../../projections/run/Twin.ts"
import { Server, layer } from "../../../twin-ui/http/server.ts"
import { type Settings, settingsDefault } from "../../../twin-ui/http/Settings.ts"

/** All projections, those of the picture too whether or not they stand in the list. */
const projections: ReadonlyArray<Packed> = [
  ...all.filter(({ name }) => name !== Chain.name && name !== Timeline.name),
  pack(Chain),
  pack(Timeline),
]

const behindOn = <E>(log: Layer.Layer<EventLog, E>) =>
  Layer.mergeAll(pipelineLive.layer, live.layerOf(projections)).pipe(
    Layer.provideMerge(
      Layer.mergeAll(log, Vault.layer(secretsMemory), snapshotsMemory.layer, OrderDesk.layer),
    ),
  )

const behind = behindOn(memory.layer)

export const settings = (changed: Partial<Settings> = {}): Settings => ({
  ...settingsDefault,
  version: "0.0.0-test",
  port: 0,
  ...changed,
})

export const world = (changed: Partial<Settings> = {}) =>
  layer(settings(changed)).pipe(
    Layer.provideMerge(Layer.fresh(behind)),
    Layer.provide(Logger.layer([])),
  )

/** The same over another log. */
export const worldOn = <E>(log: Layer.Layer<EventLog, E>, changed: Partial<Settings> = {}) =>
  layer(settings(changed)).pipe(
    Layer.provideMerge(Layer.fresh(behindOn(log))),
    Layer.provide(Logger.layer([])),
  )

/** The same, with a log in which something was done before the server starts. */
export const worldAfter = (
  before: Effect.Effect<void, unknown, Pipeline | EventLog | Twin>,
  changed: Partial<Settings> = {},
  logger = Logger.layer([]),
) =>
  layer(settings(changed)).pipe(
    Layer.provideMerge(
      Layer.effectDiscard(Effect.andThen(before, settled)).pipe(
        Layer.provideMerge(Layer.fresh(behind)),
      ),
    ),
    Layer.provide(logger),
  )

/** The same, with the tables of analytics in memory. */
export const worldWithTables = (before: Effect.Effect<void, unknown, Pipeline>) =>
  layer(settings()).pipe(
    Layer.provideMerge(here.layer(undefined)),
    Layer.provideMerge(
      Layer.effectDiscard(Effect.andThen(before, settled)).pipe(
        Layer.provideMerge(Layer.fresh(behind)),
      ),
    ),
    Layer.provide(Logger.layer([])),
  )

/** The same with another pipeline: a double, for what cannot be brought about with the real one. */
export const worldWith = (
  pipeline: Partial<Pipeline["Service"]>,
  changed: Partial<Settings> = {},
) =>
  layer(settings(changed)).pipe(
    Layer.provideMerge(
      Layer.effect(
        Pipeline,
        Effect.map(Pipeline, (real) => Pipeline.of({ ...real, ...pipeline })),
      ).pipe(Layer.provideMerge(Layer.fresh(behind))),
    ),
    Layer.provide(Logger.layer([])),
  )

export interface Answer {
  readonly status: number
  readonly headers: Headers
  readonly text: string
  /** Of a JSON answer. */
  readonly json: unknown
}

/** What stands at a place in an answer: `refused.0.where`. */
export const at = (answer: Answer, path: string): unknown =>
  path.split(".").reduce<unknown>(memberOf, answer.json)

/** One member of each thing in a list of an answer. */
export const list = (answer: Answer, path: string, member: string): ReadonlyArray<unknown> => {
  const found = at(answer, path)
  return Array.isArray(found) ? found.map((each) => memberOf(each, member)) : []
}

const memberOf = (value: unknown, name: string): unknown =>
  typeof value === "object" && value !== null ? Reflect.get(value, name) : undefined

/** Asks the server of this test. */
export const ask = Effect.fnUntraced(function* (path: string, init: RequestInit = {}) {
  const { url } = yield* Server
  return yield* Effect.promise(async (): Promise<Answer> => {
    const answer = await fetch(url + path, { redirect: "manual", ...init })
    const text = await answer.text()
    const isJson = /json/.test(answer.headers.get("content-type") ?? "")
    return {
      status: answer.status,
      headers: answer.headers,
      text,
      json: isJson ? JSON.parse(text) : undefined,
    }
  })
})

export const post = (path: string, body: unknown, headers: Record<string, string> = {}) =>
  ask(path, {
    method: "POST",
    headers: { "content-type": "application/json", ...headers },
    body: JSON.stringify(body),
  })

export const postFrames = (body: BodyInit, headers: Record<string, string> = {}) =>
  ask("/ingest/frames", {
    method: "POST",
    headers: { "content-type": "application/x-ndjson", ...headers },
    body,
  })

/** As `ask`, with headers that `fetch` does not let one choose. Gives the status and the body. */
export const askRaw = Effect.fnUntraced(function* (
  path: string,
  headers: Record<string, string>,
  method = "GET",
) {
  const { port } = yield* Server
  return yield* Effect.promise(
    () =>
      new Promise<{ readonly status: number; readonly text: string }>((resolve, reject) => {
        const asked = httpRequest({ host: "127.0.0.1", port, path, method, headers }, (answer) => {
          let text = ""
          answer.on("data", (chunk: Buffer) => {
            text += chunk.toString()
          })
          answer.on("end", () => resolve({ status: answer.statusCode ?? 0, text }))
        })
        asked.on("error", reject)
        asked.end()
      }),
  )
})

/** Waits until the twin has taken in all of the log. */
export const settled = Effect.gen(function* () {
  const log = yield* EventLog
  const twin = yield* Twin
  yield* twin.reached(yield* log.head)
})

/** A callback body as the backend sends it. */
export const uplink = (device: string, seq: number, data = "00aa") => ({
  device,
  time: 1_700_000_000 + seq * 600,
  data,
  seqNumber: seq,
  station: "1E6A",
  rssi: -120.5,
  snr: 12.25,
})
