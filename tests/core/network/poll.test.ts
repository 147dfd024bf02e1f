import { assert, describe, it } from "@effect/vitest"
import * as Effect from "effect/Effect"
import * as Fiber from "effect/Fiber"
import * as Redacted from "effect/Redacted"
import * as Stream from "effect/Stream"
import { createServer } from "node:http"
import { SourceId } from "../../../core/event/ids.ts"
import { Pipeline } from "../../../core/ingest/Pipeline.ts"
import { EventLog } from "../../../core/log/EventLog.ts"
import * as poll from "../../../core/network/poll.ts"
import * as post from "../../../core/network/post.ts"
import { answerWithinMs, world } from "./deliveries.ts"

/** Parameters of `/device-types/{id}/messages` in the API's OpenAPI document. */
const parameters = new Set(["fields", "since", "before", "authorizations", "limit", "offset"])

/** A double of the API v2: pages of two, 429 at the third request, credentials asked for. */
const api = (times: ReadonlyArray<number>) =>
  Effect.acquireRelease(
    Effect.callback<{
      readonly url: string
      readonly asked: Array<string>
      readonly close: () => void
    }>((resume) => {
      const asked: Array<string> = []
      const server = createServer((request, response) => {
        const url = new URL(request.url ?? "", "http://localhost")
        const say = (status: number, body: unknown, headers = {}): void => {
          response.writeHead(status, { "content-type": "application/json", ...headers })
          response.end(JSON.stringify(body))
        }
        asked.push(url.search)
        const known = [...url.searchParams.keys()].every((name) => parameters.has(name))
        const basic = Buffer.from("user:secret").toString("base64")
        if (request.headers.authorization !== `Basic ${basic}`) return say(401, {})
        if (!known || url.pathname !== "/v2/device-types/t1/messages") return say(404, {})
        if (asked.length === 3) return say(429, {}, { "retry-after": "1" })
        const offset = Number(url.searchParams.get("offset") ?? 0)
        const [since, before] = ["since", "before"].map((name) =>
          Number(url.searchParams.get(name)),
        )
        const all = times.filter((time) => time >= since && time < before)
        const data = all.slice(offset, offset + 2).map((time, i) => ({
          device: { id: "4D33DB" },
          time,
          data: "abad1dea",
          seqNumber: offset + i + 1,
          rinfos: [],
        }))
        url.searchParams.set("offset", String(offset + 2))
        const next = `${url.pathname}${url.search}`
        return say(200, { data, paging: offset + 2 < all.length ? { next } : {} })
      })
      server.listen(0, "127.0.0.1", () => {
        const address = server.address()
        const port = typeof address === "object" && address !== null ? address.port : 0
        const close = (): void => {
          server.closeAllConnections()
          server.close()
        }
        resume(Effect.succeed({ url: `http://127.0.0.1:${port}/v2`, asked, close }))
      })
    }),
    ({ close }) => Effect.sync(close),
  )

const until = (kind: string) =>
  Effect.gen(function* () {
    const log = yield* EventLog
    const poster = post.make({ answerBytesMax: poll.pollBytesMax })
    const running = yield* Effect.forkChild(poll.pollSources(poster, answerWithinMs))
    const from = yield* log.head
    const seen: Array<string> = []
    yield* log.follow(from).pipe(
      Stream.takeUntil((events) => {
        for (const { event } of events)
          if (event._tag === "SourcePolled")
            seen.push(`${event.outcome} ${event.added} of ${event.messages}`)
        return seen.some((each) => each.startsWith(kind))
      }),
      Stream.runDrain,
    )
    yield* Fiber.interrupt(running)
    poster.close()
    return seen
  })

describe("a network that is polled", () => {
  it.live("is asked page by page, waits when it is told to, and goes on where it was", () =>
    Effect.gen(function* () {
      const nowMs = Date.UTC(2020, 0, 1)
      const at = yield* api([1, 2, 3, 4, 5].map((n) => nowMs - n * 60_000))
      const pipeline = yield* Pipeline
      yield* pipeline.execute({
        _tag: "AddSource",
        source: SourceId.make("network"),
        url: at.url,
        deviceTypes: ["t1"],
        everyS: 60,
        loopbackAllowed: true,
        credentials: Redacted.make({ login: "user", password: "secret" }),
      })
      assert.deepStrictEqual(yield* until("done"), ["limited 4 of 4", "done 5 of 5"])
      const pages = at.asked.map((query) => new URLSearchParams(query).get("offset"))
      assert.deepStrictEqual(pages.slice(0, 4), [null, "2", "4", "4"])
      const log = yield* EventLog
      const text = JSON.stringify(yield* Stream.runCollect(log.read(0)))
      assert.notInclude(text, 'secret"')
      assert.strictEqual(text.split('"MessageReported"').length - 1, 5)
    }).pipe(Effect.provide(world())),
  )
})
