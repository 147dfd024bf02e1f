import { assert, describe, it } from "@effect/vitest"
import { map, NEVER, type Observable } from "rxjs"
import { TestScheduler } from "rxjs/testing"
import { sseParser, type SseMessage } from "../../../core/stream/parseSse.ts"
import { Chain } from "../../../projections/chain/Chain.ts"
import { stepOf } from "../../../projections/chain/stepOf.ts"
import { viewOf } from "../../../projections/chain/view.ts"
import { fold } from "../../../projections/Projection.ts"
import type { FeedMessage } from "../../../twin-ui/api/Feed.ts"
import type { Picture } from "../../../twin-ui/web/data/Picture.ts"
import { firstWaitMs, pictures, silenceMs } from "../../../twin-ui/web/data/pipeline.ts"
import * as Source from "../../../twin-ui/web/data/Source.ts"
import { story } from "../../projections/chain/Story.ts"

const log = story({ stations: 4, devices: 10, minutes: 10, messagesPerMinute: 10 })
const stateAt = (position: number) => fold(Chain, Chain.initial(), log.slice(0, position + 1))
const viewAt = (position: number) => viewOf(stateAt(position))

const sse = (message: FeedMessage, id: number): SseMessage => ({
  id: String(id),
  event: "message",
  data: JSON.stringify(message),
})
const view = (at: number) => sse({ _tag: "view", view: viewAt(at) }, at)
const step = (from: number, to: number) =>
  sse(
    { _tag: "step", step: stepOf(viewAt(from), stateAt(to), log.slice(from + 1, to + 1)).step },
    to,
  )

/** v is the picture at 100, s and t the steps to 110 and 120, x a step that starts elsewhere, h a held instant, e the end. */
const messages = {
  v: view(100),
  s: step(100, 110),
  t: step(110, 120),
  x: step(105, 120),
  h: view(50),
  e: sse({ _tag: "end", reason: "until" }, 100),
  c: { id: "100", event: "comment", data: "" },
  u: { id: "101", event: "message", data: `{"_tag":"of another version"}` },
}

const told = (picture: Picture): string =>
  `${picture.view?.position ?? "none"} ${picture.fresh ? "fresh" : "old"} ${picture.feed._tag}`

interface Run {
  /** When each source is chosen. */
  readonly sources: string
  /** What each connection sends, in the order in which they are made. */
  readonly feeds: ReadonlyArray<string>
  readonly until: string
}

const by = "customer"
const chosen: Readonly<Record<string, Source.Asked>> = {
  l: { source: Source.live, by },
  p: { source: Source.held(50), by },
  r: { source: Source.replay(100, 60), by },
  t: { source: Source.live, by: "type" },
}

/** Runs the pipeline in virtual time: the pictures with their frames, and each connection that was made. */
const run = ({ sources, feeds, until }: Run) => {
  const seen: Array<string> = []
  const calls: Array<string> = []
  const test = new TestScheduler(() => undefined)
  test.run(({ hot, cold, expectObservable }) => {
    const made: ReadonlyArray<Observable<SseMessage>> = feeds.map((feed) => cold(feed, messages))
    const connect = (path: string, lastId: string | undefined) => {
      calls.push(`${test.now()} ${path} ${lastId ?? "-"}`)
      return made[calls.length - 1] ?? NEVER
    }
    const out = pictures(hot(sources, chosen), { connect, scheduler: test }).pipe(
      map((picture) => seen.push(`${test.now()} ${told(picture)}`)),
    )
    expectObservable(out, until).toBe("")
  })
  return { seen, calls }
}

describe("pipeline", () => {
  it("makes a picture of a view and the steps after it", () => {
    const { seen, calls } = run({ sources: "l", feeds: ["-v-s-t"], until: "^-----!" })
    assert.deepStrictEqual(calls, ["0 /feed/chain -"])
    assert.deepStrictEqual(seen, [
      "0 none old connecting",
      "1 100 fresh open",
      "3 110 fresh open",
      "5 120 fresh open",
    ])
  })

  it("comes back with the last id after a break, and keeps what was shown meanwhile", () => {
    const { seen, calls } = run({
      sources: "l",
      feeds: ["-v-s-#", "-t"],
      until: `^ ${firstWaitMs + 20}ms !`,
    })
    assert.deepStrictEqual(calls, ["0 /feed/chain -", `${5 + firstWaitMs} /feed/chain 110`])
    assert.deepStrictEqual(seen.slice(-2), [
      "5 110 fresh lost",
      `${6 + firstWaitMs} 120 fresh open`,
    ])
  })

  it("waits twice as long after each further failure", () => {
    const { calls } = run({
      sources: "l",
      feeds: ["#", "#", "#", "-v"],
      until: `^ ${firstWaitMs * 8}ms !`,
    })
    assert.deepStrictEqual(
      calls.map((call) => Number(call.split(" ")[0])),
      [0, firstWaitMs, firstWaitMs * 3, firstWaitMs * 7],
    )
  })

  it("takes silence for a break, but not while comments come", () => {
    const silent = run({ sources: "l", feeds: ["v"], until: `^ ${silenceMs + 10}ms !` })
    assert.strictEqual(silent.seen.at(-1), `${silenceMs} 100 fresh lost`)
    const half = Math.floor(silenceMs / 2)
    const alive = run({
      sources: "l",
      feeds: [`v ${half}ms c ${half}ms c`],
      until: `^ ${silenceMs + 10}ms !`,
    })
    assert.strictEqual(alive.seen.at(-1), "0 100 fresh open")
  })

  it("asks for the picture anew, without an id, when a step does not follow on", () => {
    const { seen, calls } = run({
      sources: "l",
      feeds: ["-v-x", "-v"],
      until: `^ ${firstWaitMs + 20}ms !`,
    })
    assert.deepStrictEqual(calls.at(-1), `${3 + firstWaitMs} /feed/chain -`)
    assert.strictEqual(seen.at(-1), `${4 + firstWaitMs} 100 fresh open`)
  })

  it("says that the feed cannot be read when it is of another version", () => {
    const { seen } = run({ sources: "l", feeds: ["-v-u"], until: "^-----!" })
    assert.strictEqual(seen.at(-1), "3 100 fresh lost")
  })

  it("drops the old connection when the source changes, and shows the old picture as old until the new is here", () => {
    const { seen, calls } = run({
      sources: "l---p",
      feeds: ["-v--s-t", "--h"],
      until: "^--------!",
    })
    assert.deepStrictEqual(calls, ["0 /feed/chain -", "4 /feed/chain?at=50 -"])
    assert.deepStrictEqual(seen, [
      "0 none old connecting",
      "1 100 fresh open",
      "4 100 old connecting",
      "6 50 fresh open",
    ])
  })

  it("goes on with a broken replay where it broke", () => {
    const { calls } = run({
      sources: "r",
      feeds: ["-v-s-#", "-t"],
      until: `^ ${firstWaitMs + 20}ms !`,
    })
    assert.deepStrictEqual(calls, [
      "0 /feed/chain?at=100&speed=60 -",
      `${5 + firstWaitMs} /feed/chain?at=110&speed=60 110`,
    ])
  })

  it("does not come back after the end", () => {
    const { seen, calls } = run({ sources: "r", feeds: ["-ve|"], until: `^ ${silenceMs * 2}ms !` })
    assert.strictEqual(seen.at(-1), "2 100 fresh ended")
    assert.strictEqual(calls.length, 1)
  })

  it("does not connect twice for the same source", () => {
    const { calls } = run({ sources: "l-l-l", feeds: ["-v-s-t"], until: "^------!" })
    assert.strictEqual(calls.length, 1)
  })
})

describe("server-sent events", () => {
  const text = ":\n\nid: 7\ndata: one\ndata: two\n\nevent: step\nid: 8\ndata:{}\r\n\r\n"
  const whole = sseParser()(text)

  it("are read by the rules of the standard", () => {
    assert.deepStrictEqual(whole, [
      { id: undefined, event: "comment", data: "" },
      { id: "7", event: "message", data: "one\ntwo" },
      { id: "8", event: "step", data: "{}" },
    ])
  })

  it("are the same however the text is cut", () => {
    for (let cut = 0; cut <= text.length; cut++) {
      const parse = sseParser()
      assert.deepStrictEqual([...parse(text.slice(0, cut)), ...parse(text.slice(cut))], [...whole])
    }
  })
})
