import { assert, describe, it } from "@effect/vitest"
import * as Deferred from "effect/Deferred"
import * as Effect from "effect/Effect"
import * as Fiber from "effect/Fiber"
import * as Redacted from "effect/Redacted"
import * as Stream from "effect/Stream"
import { existsSync, readdirSync, readFileSync } from "node:fs"
import { join } from "node:path"
import { QueueFull } from "../../../core/ingest/Pipeline.ts"
import { EventLog } from "../../../core/log/EventLog.ts"
import { bodyMax } from "../../../twin-ui/http/readBody.ts"
import { ask, askRaw, at, list, post, postFrames, uplink, world, worldWith } from "./world.ts"

const kinds = Effect.gen(function* () {
  const log = yield* EventLog
  const batches = yield* Stream.runCollect(log.read(0))
  return batches.flat().map(({ event }) => event._tag)
})

const line = (
  station: string,
  frame: string,
  heardAt: number | string = 1_700_000_000_000,
): string => JSON.stringify({ station, heardAt, frame })

/** SIGFOX.md part 1, the worked example. */
const frame = "35f01a0db334d00abad1deadc32758a"

describe("callbacks", () => {
  it.live("takes a JSON callback, and says what became of it", () =>
    Effect.gen(function* () {
      const answer = yield* post("/ingest/callbacks", uplink("4d33db", 1))
      assert.strictEqual(answer.status, 200)
      assert.strictEqual(at(answer, "added"), 1)
      assert.deepStrictEqual(at(answer, "refused"), [])
      assert.deepStrictEqual(yield* kinds, ["MessageReported"])
    }).pipe(Effect.provide(world())),
  )

  it.live("takes a form, and variables in the URL", () =>
    Effect.gen(function* () {
      const form = new URLSearchParams(
        Object.entries(uplink("4D33DB", 1)).map(([name, value]) => [name, String(value)]),
      )
      const posted = yield* ask("/ingest/callbacks", { method: "POST", body: form })
      assert.strictEqual(posted.status, 200)
      const got = yield* ask(
        "/ingest/callbacks?device=4D33DB&time=1700001200&seqNumber=2&data=0102&station=1E6A&rssi=-120",
      )
      assert.strictEqual(got.status, 200)
      assert.strictEqual((yield* kinds).length, 2)
    }).pipe(Effect.provide(world())),
  )

  it.live("takes a batch in a variable, one message a line", () =>
    Effect.gen(function* () {
      const lines = [1, 2, 3].map(
        (seq) => `4D33DB;${1_700_000_000 + seq * 600};false;10;1E6A;0a0b;9;1;2;-120;${seq}`,
      )
      const answer = yield* ask("/ingest/callbacks", {
        method: "POST",
        body: new URLSearchParams({ batch: lines.join("\n") }),
      })
      assert.strictEqual(at(answer, "added"), 3)
    }).pipe(Effect.provide(world())),
  )

  it.live("does as `type` says where the fields tell another callback", () =>
    Effect.gen(function* () {
      const answer = yield* post("/ingest/callbacks?type=STATUS", {
        device: "4D33DB",
        time: 1_700_000_000,
        seqNumber: 4,
      })
      assert.strictEqual(answer.status, 200)
      assert.deepStrictEqual(yield* kinds, ["ServiceReported"])
    }).pipe(Effect.provide(world())),
  )

  it.live("answers BIDIR with 204: there is no downlink", () =>
    Effect.gen(function* () {
      const answer = yield* post("/ingest/callbacks", {
        ...uplink("4D33DB", 1),
        ack: "true",
        longPolling: "false",
      })
      assert.strictEqual(answer.status, 204)
      assert.deepStrictEqual(yield* kinds, ["MessageReported"])
    }).pipe(Effect.provide(world())),
  )

  it.live("takes the good part of a list and lists the rest with path and reason", () =>
    Effect.gen(function* () {
      const answer = yield* post("/ingest/callbacks", [
        uplink("4D33DB", 1),
        { ...uplink("4D33DB", 2), time: "yesterday" },
        uplink("4D33DB", 3),
      ])
      assert.strictEqual(answer.status, 200)
      assert.strictEqual(at(answer, "added"), 2)
      assert.strictEqual(at(answer, "refusedCount"), 1)
      assert.match(String(at(answer, "refused.0.where")), /^\$\[1\]\.time/)
      assert.strictEqual((yield* kinds).length, 2)
    }).pipe(Effect.provide(world())),
  )

  it.live("answers 400 with each refusal when nothing was usable, and takes nothing", () =>
    Effect.gen(function* () {
      const answer = yield* post("/ingest/callbacks", [{ device: "?" }, 7])
      assert.strictEqual(answer.status, 400)
      assert.match(answer.headers.get("content-type") ?? "", /^application\/problem\+json/)
      assert.strictEqual(at(answer, "type"), "/docs#problem-nothing-usable")
      assert.lengthOf(list(answer, "refused", "where"), 2)
      assert.match(String(at(answer, "refused.1.where")), /^\$\[1\]/)
      assert.deepStrictEqual(yield* kinds, [])
    }).pipe(Effect.provide(world())),
  )

  it.live("says that a body is not JSON", () =>
    Effect.gen(function* () {
      const answer = yield* ask("/ingest/callbacks", {
        method: "POST",
        headers: { "content-type": "application/json" },
        body: "{nonsense",
      })
      assert.strictEqual(answer.status, 400)
      assert.strictEqual(at(answer, "where"), "$")
    }).pipe(Effect.provide(world())),
  )

  it.live("adds nothing for a callback that is sent twice", () =>
    Effect.gen(function* () {
      yield* post("/ingest/callbacks", uplink("4D33DB", 1))
      const again = yield* post("/ingest/callbacks", uplink("4D33DB", 1))
      assert.strictEqual(at(again, "added"), 0)
      assert.strictEqual(at(again, "known"), 1)
    }).pipe(Effect.provide(world())),
  )

  it.live("takes nothing for a HEAD request", () =>
    Effect.gen(function* () {
      const answer = yield* askRaw(
        "/ingest/callbacks?device=4D33DB&time=1700001200&seqNumber=2&data=0102",
        {},
        "HEAD",
      )
      assert.strictEqual(answer.status, 405)
      assert.deepStrictEqual(yield* kinds, [])
    }).pipe(Effect.provide(world())),
  )

  const examples = join(import.meta.dirname, "../../../../shared/docs/sigfox-backend")
  const messageLike = existsSync(examples)
    ? readdirSync(examples).filter((name) => /^(data-|rx-|service-).*\.json$/.test(name))
    : []
  if (messageLike.length === 0)
    console.log(`skipped: the backend's examples (${examples} is absent)`)
  for (const name of messageLike)
    it.live(`takes ${name} as it is`, () =>
      Effect.gen(function* () {
        const answer = yield* ask("/ingest/callbacks", {
          method: "POST",
          headers: { "content-type": "application/json" },
          body: readFileSync(join(examples, name), "utf8"),
        })
        assert.include([200, 204], answer.status, answer.text)
        const taken = yield* kinds
        assert.isAtLeast(taken.length, 1)
        assert.isTrue(taken.every((kind) => kind === "MessageReported"))
        if (answer.status === 200) assert.deepStrictEqual(at(answer, "refused"), [])
      }).pipe(Effect.provide(world())),
    )
})

describe("frames", () => {
  it.live("takes lines and decides on them before it answers", () =>
    Effect.gen(function* () {
      const answer = yield* postFrames(`${line("BS1", frame)}\n${line("BS2", frame)}\n`)
      assert.strictEqual(answer.status, 200, answer.text)
      assert.strictEqual(at(answer, "added"), 2)
      const taken = yield* kinds
      assert.deepStrictEqual(
        taken.filter((kind) => kind === "FrameHeard"),
        ["FrameHeard", "FrameHeard"],
      )
      assert.strictEqual(at(answer, "head"), taken.length)
    }).pipe(Effect.provide(world())),
  )

  it.live("lists broken lines with their numbers, and takes the others", () =>
    Effect.gen(function* () {
      const answer = yield* postFrames(
        [line("BS1", frame), "{broken", line("", frame), line("BS2", frame)].join("\n"),
      )
      assert.strictEqual(answer.status, 200, answer.text)
      assert.strictEqual(at(answer, "added"), 2)
      assert.strictEqual(at(answer, "refusedCount"), 2)
      assert.match(String(at(answer, "refused.0.where")), /line 2/)
      assert.match(String(at(answer, "refused.1.where")), /line 3/)
    }).pipe(Effect.provide(world())),
  )

  it.live("refuses a body that is of another format whole", () =>
    Effect.gen(function* () {
      const answer = yield* postFrames('{"device":"4D33DB","time":1}\n')
      assert.strictEqual(answer.status, 400)
      assert.strictEqual(at(answer, "refused.0.reason"), "not-of-format")
    }).pipe(Effect.provide(world())),
  )

  it.live("asks for NDJSON", () =>
    Effect.gen(function* () {
      const answer = yield* postFrames(line("BS1", frame), { "content-type": "text/plain" })
      assert.strictEqual(answer.status, 415)
      assert.strictEqual(at(answer, "where"), "header.content-type")
    }).pipe(Effect.provide(world())),
  )

  it.live(
    "answers 413 to a body over 1 MiB, whether or not its length is told, and takes nothing",
    () =>
      Effect.gen(function* () {
        const body = `${line("BS1", frame)}\n`.repeat(Math.ceil(bodyMax / 80))
        assert.isAbove(body.length, bodyMax)
        const told = yield* postFrames(body)
        assert.strictEqual(told.status, 413)
        assert.strictEqual(at(told, "type"), "/docs#problem-too-large")
        const pieces = new ReadableStream({
          start(controller) {
            const bytes = new TextEncoder().encode(body)
            for (let from = 0; from < bytes.length; from += 65_536)
              controller.enqueue(bytes.slice(from, from + 65_536))
            controller.close()
          },
        })
        const untold = yield* ask("/ingest/frames", {
          method: "POST",
          headers: { "content-type": "application/x-ndjson" },
          body: pieces,
          duplex: "half",
        } as RequestInit) // `duplex` is asked for by fetch and missing in its type
        assert.strictEqual(untold.status, 413)
        assert.deepStrictEqual(yield* kinds, [])
      }).pipe(Effect.provide(world())),
  )

  it.live("answers 503 with Retry-After when the queue is full", () =>
    Effect.gen(function* () {
      const answer = yield* postFrames(line("BS1", frame))
      assert.strictEqual(answer.status, 503)
      assert.strictEqual(answer.headers.get("retry-after"), "7")
      assert.strictEqual(at(answer, "type"), "/docs#problem-queue-full")
    }).pipe(
      Effect.provide(
        worldWith({
          offer: () => Effect.fail(new QueueFull({ waiting: 100_000, retryAfterS: 7 })),
        }),
      ),
    ),
  )

  it.live("answers only after the commit", () =>
    Effect.gen(function* () {
      const committed = yield* Deferred.make<void>()
      yield* Effect.gen(function* () {
        const waiting = yield* Effect.forkChild(postFrames(line("BS1", frame)), {
          startImmediately: true,
        })
        yield* Effect.sleep("150 millis")
        assert.isUndefined(waiting.pollUnsafe())
        yield* Deferred.succeed(committed, undefined)
        assert.strictEqual((yield* Fiber.join(waiting)).status, 200)
      }).pipe(
        Effect.provide(
          worldWith({
            offer: () =>
              Effect.as(Deferred.await(committed), {
                added: 1,
                known: 0,
                accepted: 0,
                refused: {},
                first: 0,
                head: 1,
              }),
          }),
        ),
      )
    }),
  )

  it.live("loses nothing that it acknowledged when many send at once", () =>
    Effect.gen(function* () {
      const answers = yield* Effect.forEach(
        Array.from({ length: 40 }, (_, i) => i),
        (i) => postFrames(`${line(`BS${i}`, frame)}\n${line(`BS${i}`, "00")}\n`),
        { concurrency: 16 },
      )
      const added = answers.reduce(
        (sum, answer) => sum + (answer.status === 200 ? Number(at(answer, "added")) : 0),
        0,
      )
      const taken = (yield* kinds).filter((kind) => kind === "FrameHeard" || kind === "BytesHeard")
      assert.isAbove(added, 0)
      assert.strictEqual(taken.length, added)
    }).pipe(Effect.provide(world())),
  )
})

describe("the ingest token", () => {
  const guarded = world({ ingestToken: Redacted.make("open-sesame") })

  it.live("is asked for where it is set, and compared whole", () =>
    Effect.gen(function* () {
      const without = yield* post("/ingest/callbacks", uplink("4D33DB", 1))
      assert.strictEqual(without.status, 401)
      assert.match(without.headers.get("www-authenticate") ?? "", /^Bearer /)
      for (const wrong of ["open-sesam", "open-sesame!", "Open-sesame", "x"]) {
        const answer = yield* post("/ingest/callbacks", uplink("4D33DB", 1), {
          authorization: `Bearer ${wrong}`,
        })
        assert.strictEqual(answer.status, 401, wrong)
      }
      assert.deepStrictEqual(yield* kinds, [])
      const right = yield* post("/ingest/callbacks", uplink("4D33DB", 1), {
        authorization: "Bearer open-sesame",
      })
      assert.strictEqual(right.status, 200)
    }).pipe(Effect.provide(guarded)),
  )

  it.live("is not asked for by what only reads", () =>
    Effect.gen(function* () {
      assert.strictEqual((yield* ask("/api/stats")).status, 200)
    }).pipe(Effect.provide(guarded)),
  )
})
