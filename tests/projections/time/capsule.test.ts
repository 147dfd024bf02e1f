import { assert, describe, it } from "@effect/vitest"
import { readFileSync, writeFileSync } from "node:fs"
import { join } from "node:path"
import * as Effect from "effect/Effect"
import { Stream } from "effect"
import { EventLog } from "../../../core/log/EventLog.ts"
import * as Rejected from "../../../core/kernel/Rejected.ts"
import * as Note from "../../../core/log/proof/Note.ts"
import * as Capsule from "../../../projections/time/capsule/Capsule.ts"
import * as capsuleLog from "../../../projections/time/capsule/capsuleLog.ts"
import { asOf } from "../../../projections/time/asOf.ts"
import * as Integrity from "../../../projections/integrity/Integrity.ts"
import * as Traffic from "../../../projections/traffic/Traffic.ts"
import { folder, json, run } from "../../twin-ui/cli/runSigtwin.ts"

const sigtwin = (...argv: ReadonlyArray<string>) =>
  Effect.tap(run(...argv), ({ code, err }) => Effect.sync(() => assert.strictEqual(code, 0, err)))

const world = "--scenario tampered-station --seed 7 --duration 90m --devices 40 --stations 3"

/** A small world, an investigation in it, and its capsule. */
const made = Effect.gen(function* () {
  const scratch = yield* folder
  const log = join(scratch, "walk.db")
  const file = join(scratch, "walk.capsule")
  yield* sigtwin("simulate", ...world.split(" "), "--out", log)
  yield* sigtwin("case", "open", "first", "--title", "a test", "--log", log)
  yield* sigtwin("case", "add", "first", "--pin", "150", "--note", "here", "--log", log)
  const slice = ["--from", "120", "--to", "200"]
  yield* sigtwin("case", "capsule", "first", ...slice, "--out", file, "--log", log)
  const { key } = json(yield* run("log", "key", "--json", "--log", log))
  const text = readFileSync(file, "utf8")
  return { log, file, text, key: String(key) }
})

const opened = (text: string, key?: string): Capsule.Opened => {
  const verifier = key === undefined ? undefined : Note.parseVerifierKey(key)
  if (Rejected.is(verifier)) throw new Error(verifier.detail)
  const capsule = Capsule.open(text, verifier)
  if (Rejected.is(capsule)) throw new Error(capsule.detail)
  return capsule
}

describe("a capsule", () => {
  it.live(
    "holds its slice, proven by the log's key, with its case, and no key or payload in plain",
    () =>
      Effect.gen(function* () {
        const { key, text } = yield* made
        const capsule = opened(text, key)
        assert.deepStrictEqual(capsule.problems, [])
        assert.isAtMost(capsule.header.from, 120)
        assert.isAbove(capsule.header.to, 200)
        assert.deepStrictEqual(
          capsule.events.map(({ position }) => position),
          Array.from(
            { length: capsule.header.to - capsule.header.from },
            (_, i) => capsule.header.from + i,
          ),
        )
        assert.deepStrictEqual(
          capsule.entries.map((entry) => entry["_tag"]),
          ["CaseOpened", "InstantPinned"],
        )
      }),
    60_000,
  )

  it.live(
    "gives the same states as its log, from its snapshots on",
    () =>
      Effect.gen(function* () {
        const { log, text } = yield* made
        const capsule = opened(text)
        const [events, stations] = yield* Effect.gen(function* () {
          const there = yield* EventLog
          const traffic = yield* asOf(Traffic.projection, 180)
          const read = yield* Stream.runCollect(there.read(capsule.header.from))
          assert.strictEqual(read.flat().length, capsule.events.length)
          const early = yield* Effect.result(asOf(Traffic.projection, 10))
          assert.strictEqual(early._tag, "Failure")
          const integrity = yield* asOf(Integrity.projection, 180)
          return [traffic.counts.events, integrity.stations.size]
        }).pipe(Effect.provide(capsuleLog.layer(capsule, "test")))
        assert.strictEqual(events, 180)
        const stats = json(yield* run("stats", "--json", "--log", log))
        assert.strictEqual(stations, stats["stations"])
      }),
    60_000,
  )

  it.live(
    "does not hold once anything in it is changed, or under another key",
    () =>
      Effect.gen(function* () {
        const { file, key, text } = yield* made
        yield* sigtwin("open", file, "--check", "--key", key)
        const other = text.replace('"text":"here"', '"text":"there"')
        assert.notStrictEqual(other, text)
        writeFileSync(file, other)
        const changed = yield* run("open", file, "--check")
        assert.strictEqual(changed.code, 1)
        assert.include(changed.out, "the seal is over another content")
        const lines = text.trimEnd().split("\n")
        const at = lines.findIndex((line) => line.startsWith('{"proof"'))
        const without = `${lines.toSpliced(at + 1, 1).join("\n")}\n`
        assert.isTrue(
          opened(without).problems.some((problem) => /are missing|ends at/.test(problem)),
        )
        const foreign = opened(text, otherKey(key))
        assert.isAbove(foreign.problems.length, 1)
        assert.strictEqual(foreign.proven, 0)
      }),
    60_000,
  )

  it.live(
    "holds payloads in plain where they were asked for, and only then",
    () =>
      Effect.gen(function* () {
        const { file, log, text } = yield* made
        assert.deepStrictEqual(opened(text).payloads, [])
        const slice = ["--from", "120", "--to", "200", "--payloads"]
        yield* sigtwin("case", "capsule", "first", ...slice, "--out", file, "--log", log)
        const capsule = opened(readFileSync(file, "utf8"))
        assert.deepStrictEqual(capsule.problems, [])
        const heard = capsule.events.find(({ event }) => event._tag === "FrameHeard")
        assert.isDefined(heard)
        if (heard.event._tag !== "FrameHeard") return
        const { digest, length } = heard.event.payload
        const plain = capsule.payloads.find((payload) => payload.digest === digest)
        assert.strictEqual(plain?.hex.length, 2 * length)
        const checked = yield* run("open", file, "--check")
        assert.include(checked.out, "in plain")
      }),
    60_000,
  )

  it("is refused where it is none", () => {
    for (const text of ["", "{}\n", "no json\n", '{"header":{"format":"other"}}\n'])
      assert.isTrue(Rejected.is(Capsule.open(text)), text)
  })
})

/** A key of the same name that signed nothing. */
const otherKey = (key: string): string => {
  const name = key.split("+")[0]
  return Note.verifierKey({ name, publicKey: new Uint8Array(32).fill(7) })
}
