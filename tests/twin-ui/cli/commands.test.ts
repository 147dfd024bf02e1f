import { writeFileSync } from "node:fs"
import { join } from "node:path"
import { assert, describe, it } from "@effect/vitest"
import * as Effect from "effect/Effect"
import { type Ended, folder, json, list, run } from "./runSigtwin.ts"

const key = "479e4480fd7596d45b0122fd282db3cf"

describe("commands", () => {
  it.live("register a device with the key in a file, which is printed nowhere", () =>
    Effect.gen(function* () {
      const path = yield* folder
      const [log, keyFile] = [join(path, "a.db"), join(path, "device.key")]
      writeFileSync(keyFile, `${key}\n`)
      const made = yield* run("device", "register", "4d33db", "--key-file", keyFile, "--log", log)
      assert.strictEqual(made.code, 0)
      assert.strictEqual(made.out, "device 4d33db is registered with its key (position 0)")
      const told = yield* run("state", "device", "4D33DB", "--log", log, "--json")
      assert.deepInclude(json(told), { kind: "device", id: "4D33DB", position: 0 })
      const listed = yield* run("device", "list", "--log", log)
      assert.match(listed.out, /^4D33DB +registered/m)
      assert.notInclude(`${made.out}${told.out}${listed.out}`.toLowerCase(), key)
    }),
  )

  it.live("take no key from the command line, nor one that is none from a file", () =>
    Effect.gen(function* () {
      const path = yield* folder
      const log = join(path, "a.db")
      assert.strictEqual(
        (yield* run("device", "register", "77", "--key", key, "--log", log)).code,
        2,
      )
      const file = join(path, "short.key")
      writeFileSync(file, key.slice(1))
      const { code, err } = yield* run("device", "register", "77", "--key-file", file, "--log", log)
      assert.strictEqual(code, 2)
      assert.include(err, "holds no key")
      assert.notInclude(err, key.slice(1))
    }),
  )

  it.live("set a device's default downlink and its encryption from files, and end both", () =>
    Effect.gen(function* () {
      const path = yield* folder
      const [log, keyFile, payloadFile] = ["a.db", "k", "p"].map((name) => join(path, name))
      writeFileSync(keyFile, key)
      writeFileSync(payloadFile, "c0ffee00c0ffee11\n")
      const device = (...args: ReadonlyArray<string>) => run("device", ...args, "--log", log)
      yield* device("register", "77", "--key-file", keyFile)
      const set = yield* device("downlink-default", "77", "--payload-file", payloadFile)
      assert.strictEqual(set.out, "device 77 has a default downlink (position 1)")
      const scheme = ["payload-scheme", "77", "--scheme", "sigtwin-ctr-1", "--key-file", keyFile]
      assert.strictEqual((yield* device(...scheme)).code, 0)
      const told = yield* run("state", "device", "77", "--log", log)
      assert.match(told.out, /payloads +sigtwin-ctr-1, key version 1 +\[2\]/)
      assert.match(told.out, /default +set +\[1\]/)
      assert.strictEqual((yield* device("downlink-default", "77", "--none")).code, 0)
      assert.strictEqual((yield* device("payload-scheme", "77", "--none")).code, 0)
      assert.match((yield* run("state", "device", "77", "--log", log)).out, /no longer encrypted/)
      assert.strictEqual((yield* device("downlink-default", "77")).code, 2)
      assert.strictEqual((yield* device("payload-scheme", "77", "--scheme", "x")).code, 2)
      const short = yield* device("downlink-default", "77", "--payload-file", keyFile)
      assert.strictEqual(short.code, 2)
      assert.notInclude(short.err, key)
    }),
  )

  it.live("say when it was so already, and end with 1 when they are refused", () =>
    Effect.gen(function* () {
      const log = join(yield* folder, "a.db")
      yield* run("station", "enrol", "1e6ab", "--name", "North", "--lat", "-3.2", "--log", log)
      const reference = ["station", "reference", "1e6ab", "abcd", "--log", log, "--json"]
      assert.deepInclude(json(yield* run(...reference)), { positions: [1] })
      assert.deepInclude(json(yield* run(...reference)), { positions: [] })
      const twice = yield* run("station", "enrol", "1e6ab", "--log", log)
      assert.strictEqual(twice.code, 1)
      assert.include(twice.err, "is enrolled already")
      assert.strictEqual((yield* run("device", "retire", "77", "--log", log)).code, 1)
    }),
  )

  it.live("keep loopback addresses out unless they are allowed", () =>
    Effect.gen(function* () {
      const log = join(yield* folder, "a.db")
      yield* run("customer", "register", "hydro", "--log", log)
      const add = [
        "customer",
        "add-destination",
        "hydro",
        "main",
        "http://127.0.0.1:9/x",
        "--log",
        log,
      ]
      assert.strictEqual((yield* run(...add)).code, 2)
      assert.strictEqual((yield* run(...add, "--allow-loopback")).code, 0)
      assert.match((yield* run("customer", "list", "--log", log)).out, /^hydro .* 1 /m)
      const removed = yield* run("customer", "remove-destination", "hydro", "main", "--log", log)
      assert.strictEqual(removed.code, 0)
    }),
  )

  it.live("adopt the policy that holds with what is given changed", () =>
    Effect.gen(function* () {
      const log = join(yield* folder, "a.db")
      assert.strictEqual((yield* run("policy", "adopt", "--log", log)).code, 2)
      yield* run("policy", "adopt", "--rule", "rule-2", "--note", "trial", "--log", log)
      yield* run("policy", "adopt", "--tally-window", "45s", "--log", log)
      const shown = json(yield* run("policy", "show", "--log", log, "--json"))
      assert.deepNestedInclude(shown, {
        version: 2,
        "policy.counterRule": "rule-2",
        "policy.tallyWindowMs": 45_000,
      })
      const then = json(yield* run("policy", "show", "--at", "0", "--log", log, "--json"))
      assert.deepNestedInclude(then, { version: 1, "policy.tallyWindowMs": 30_000 })
    }),
  )
})

const positions = (ended: Ended) => list(ended, "events").map(({ position }) => Number(position))

describe("questions", () => {
  const world = ["simulate", "--duration", "30m", "--devices", "12", "--stations", "6", "--out"]

  it.live("list events newest first, as many as asked, and page on", () =>
    Effect.gen(function* () {
      const log = join(yield* folder, "a.db")
      yield* run(...world, log)
      const newest = positions(yield* run("events", "--limit", "5", "--log", log, "--json"))
      assert.strictEqual(newest.length, 5)
      assert.deepStrictEqual(
        newest,
        newest.toSorted((a, b) => b - a),
      )
      const older = yield* run(
        "events",
        "--limit",
        "5",
        "--to",
        String(newest[4]),
        "--log",
        log,
        "--json",
      )
      assert.strictEqual(positions(older)[0], newest[4] - 1)
      const some = yield* run(
        "events",
        "--kind",
        "MessageAccepted",
        "--limit",
        "3",
        "--log",
        log,
        "--json",
      )
      const kinds = list(some, "events").map(({ kind }) => kind)
      assert.deepStrictEqual(
        kinds,
        kinds.map(() => "MessageAccepted"),
      )
      assert.isAbove(kinds.length, 0)
    }),
  )

  it.live("show a message with its verdict, causes and payload where the keys are", () =>
    Effect.gen(function* () {
      const log = join(yield* folder, "a.db")
      yield* run(...world, log)
      const accepted = yield* run(
        "events",
        "--kind",
        "MessageAccepted",
        "--limit",
        "1",
        "--log",
        log,
        "--json",
      )
      const [{ message, position }] = list(accepted, "events")
      const told = yield* run("state", "message", String(message), "--log", log)
      assert.strictEqual(told.code, 0)
      assert.match(told.out, /^message \S+: accepted/)
      assert.include(told.out, `[${String(position)}]`)
      assert.match(told.out, /payload.*[0-9a-f]{2}/i)
    }),
  )

  it.live("show a thing as it was, and say from when it is there", () =>
    Effect.gen(function* () {
      const log = join(yield* folder, "a.db")
      yield* run("customer", "register", "hydro", "--log", log)
      yield* run("station", "enrol", "1e6ab", "--log", log)
      const early = yield* run("state", "station", "1E6AB", "--at", "0", "--log", log)
      assert.strictEqual(early.code, 1)
      assert.include(early.err, "it begins at position 1")
      const wrong = yield* run("state", "station", "1E6AB", "--at", "yesterday", "--log", log)
      assert.strictEqual(wrong.code, 2)
    }),
  )
})
