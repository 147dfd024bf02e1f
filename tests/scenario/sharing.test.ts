/**
 * Three processes on one log, each folding a share of the devices. The server is a double; the processes are real ones, killed and started
 * while messages come in.
 */
import { assert, describe, it } from "@effect/vitest"
import * as Context from "effect/Context"
import * as Effect from "effect/Effect"
import * as Fiber from "effect/Fiber"
import * as Layer from "effect/Layer"
import * as Schedule from "effect/Schedule"
import * as Schema from "effect/Schema"
import * as Stream from "effect/Stream"
import { EventLog } from "../../core/log/EventLog.ts"
import * as Kurrent from "../../core/log/kurrent.ts"
import { freshServer } from "../core/log/kurrent/freshServer.ts"
import { folder, start } from "../twin-ui/cli/runSigtwin.ts"
import { uplink } from "../twin-ui/http/world.ts"

const devices = Array.from({ length: 24 }, (_, i) => (0x4d3300 + 17 * i).toString(16).toUpperCase())

const List = Schema.Struct({
  devices: Schema.Array(Schema.Struct({ id: Schema.String, reported: Schema.Int })),
})

const get = (url: string) => Effect.promise(async () => (await fetch(url)).text())

/** Of each device how many messages were reported, as one process answers for all. */
const reportedBy = (url: string) =>
  Effect.flatMap(get(`${url}/api/devices?limit=1000`), (text) =>
    Effect.map(
      Schema.decodeUnknownEffect(Schema.fromJsonString(List))(text),
      (list) => new Map(list.devices.map(({ id, reported }) => [id, reported])),
    ),
  )

const metric = (url: string, name: string) =>
  Effect.map(get(`${url}/metrics`), (text) =>
    Number(new RegExp(`^${name} (\\d+)`, "m").exec(text)?.[1] ?? 0),
  )

/** Posts one message after the other to whoever takes it, each until it is taken, and says which were. */
const posting = (urls: () => ReadonlyArray<string>, taken: Array<string>) =>
  Effect.promise(async (signal) => {
    for (let seq = 0; !signal.aborted; seq++)
      for (const [i, device] of devices.entries()) {
        if (signal.aborted) return
        for (let tries = 0; ; tries++) {
          const all = urls()
          const url = all[(seq + i + tries) % all.length]
          const status = await fetch(`${url}/ingest/callbacks`, {
            method: "POST",
            headers: { "content-type": "application/json" },
            body: JSON.stringify(uplink(device, seq)),
          }).then(
            (answer) => answer.status,
            () => 0,
          )
          if (status === 200) break
          assert.isBelow(tries, 600, "somebody takes it in the end")
          await new Promise((resolve) => setTimeout(resolve, 50))
        }
        taken.push(`${device}:${seq}`)
      }
  })

describe("three processes on one log", () => {
  it.live(
    "answer alike for all devices, also when one is killed, one joins and the leader leaves, without losing or doubling an event",
    () =>
      Effect.gen(function* () {
        const { address } = yield* freshServer()
        const cwd = yield* folder
        const log = `${address.connection}&log=${address.name}`
        const serve = Effect.gen(function* () {
          const process = yield* start(["serve", "--log", log, "--port", "0", "--json"], { cwd })
          const said: unknown = JSON.parse(yield* Effect.promise(() => process.until("\n")))
          const url = String(Reflect.get(Object(said), "url"))
          return { process, url }
        })
        const leader = yield* serve
        const [second, third] = yield* Effect.all([serve, serve], { concurrency: 2 })
        let urls = [leader.url, second.url, third.url]

        /** Every slot has one owner. */
        const settled = Effect.suspend(() =>
          Effect.forEach(urls, (url) => metric(url, "sigtwin_share_slots")),
        ).pipe(
          Effect.repeat({
            until: (found) => found.reduce((sum, each) => sum + each, 0) === 256,
            schedule: Schedule.spaced("100 millis"),
          }),
        )
        assert.isAbove(Math.min(...(yield* settled)), 40, "each has about a third")

        const taken: Array<string> = []
        const poster = yield* Effect.forkChild(
          posting(() => urls, taken),
          {
            startImmediately: true,
          },
        )
        const more = (count: number) =>
          Effect.repeat(
            Effect.sync(() => taken.length),
            { until: (length) => length >= count, schedule: Schedule.spaced("20 millis") },
          )
        yield* more(16)
        second.process.stop("SIGKILL")
        urls = [leader.url, third.url]
        yield* more(32)
        const fourth = yield* serve
        urls = [leader.url, third.url, fourth.url]
        yield* more(48)
        leader.process.stop("SIGTERM")
        urls = [third.url, fourth.url]
        yield* more(taken.length + 16)
        yield* Fiber.interrupt(poster)
        yield* settled

        const reader = Context.get(
          yield* Layer.build(Layer.fresh(Kurrent.layer(address, { readonly: true }))),
          EventLog,
        )
        const events = (yield* Stream.runCollect(reader.read(0))).flat()
        const held = events.flatMap(({ event }) =>
          event._tag === "MessageReported" ? [`${event.device}:${event.seq}`] : [],
        )
        assert.strictEqual(new Set(held).size, held.length, "none is in twice")
        assert.isEmpty(
          taken.filter((message) => !held.includes(message)),
          "none is lost",
        )

        const expected = new Map<string, number>()
        for (const message of held) {
          const [device] = message.split(":")
          expected.set(device, (expected.get(device) ?? 0) + 1)
        }
        for (const url of urls) {
          const found = yield* reportedBy(url)
          assert.deepStrictEqual(found, expected)
          for (const device of devices.slice(0, 6)) {
            const one = yield* get(`${url}/api/devices/${device}`)
            assert.strictEqual(one, yield* get(`${urls[0]}/api/devices/${device}`))
          }
        }
      }),
    120_000,
  )
})
