/** How the log finds its server, and what it says where it does not. */
import { assert, describe, it } from "@effect/vitest"
import * as Context from "effect/Context"
import * as Duration from "effect/Duration"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import { readFileSync } from "node:fs"
import { fileURLToPath } from "node:url"
import { EventLog } from "../../../../core/log/EventLog.ts"
import * as Kurrent from "../../../../core/log/kurrent.ts"
import * as Address from "../../../../core/log/kurrent/Address.ts"
import * as Rejected from "../../../../core/kernel/Rejected.ts"
import { ticked } from "../../../contract/someEvents.ts"
import { addressOn, freshServer } from "./freshServer.ts"

const file = (name: string): string => fileURLToPath(new URL(`tls/${name}`, import.meta.url))

const tls = {
  certificate: readFileSync(file("test-only-server.pem")),
  key: readFileSync(file("test-only-server-key.pem")),
}
const credentials = { username: "twin", password: "test: only" }
const user = "twin:test%3A%20only"

const open = (address: Address.Address, options: Kurrent.Options = {}) =>
  Effect.map(
    Layer.build(
      Layer.fresh(Kurrent.layer(address, { patience: Duration.millis(300), ...options })),
    ),
    (context) => Context.get(context, EventLog),
  )

const reasonOf = (address: Address.Address, options: Kurrent.Options = {}) =>
  Effect.map(Effect.flip(open(address, options)), ({ reason }) => reason)

describe("connecting to a server", () => {
  it.live("goes over TLS with a given authority, with user and password from the address", () =>
    Effect.gen(function* () {
      const { double } = yield* freshServer({ tls, credentials })
      const place = `${user}@127.0.0.1:${double.port}?tlsCAFile=${encodeURIComponent(file("test-only-ca.pem"))}`
      const log = yield* open(addressOn(place))
      yield* log.append([ticked("a")])
      assert.strictEqual(yield* (yield* open(addressOn(place))).head, 1)
      assert.notInclude(log.info.url, "test")
    }),
  )

  it.live("refuses a server whose certificate nobody vouches for", () =>
    Effect.gen(function* () {
      const { double } = yield* freshServer({ tls })
      assert.strictEqual(yield* reasonOf(addressOn(`127.0.0.1:${double.port}`)), "unreachable")
    }),
  )

  it.live("says that user or password are wrong, at once", () =>
    Effect.gen(function* () {
      const { double } = yield* freshServer({ tls, credentials })
      const rest = `127.0.0.1:${double.port}?tlsCAFile=${encodeURIComponent(file("test-only-ca.pem"))}`
      for (const given of ["twin:wrong@", ""])
        assert.strictEqual(yield* reasonOf(addressOn(given + rest)), "not-permitted")
    }),
  )

  it.live("finds the leader of a cluster by its gossip", () =>
    Effect.gen(function* () {
      const { double } = yield* freshServer()
      const log = yield* open(addressOn(`127.0.0.1:${double.port},127.0.0.1:1?tls=false`))
      yield* log.append([ticked("a")])
      assert.strictEqual(yield* log.head, 1)
    }),
  )

  it.live("says so where nothing answers, and where there is no log", () =>
    Effect.gen(function* () {
      const { address } = yield* freshServer()
      assert.strictEqual(yield* reasonOf(addressOn("127.0.0.1:1?tls=false")), "unreachable")
      assert.strictEqual(yield* reasonOf(address, { readonly: true }), "unreadable")
    }),
  )

  it.live("refuses a stream of that name that is no log", () =>
    Effect.gen(function* () {
      const { address, storage } = yield* freshServer()
      storage.append(`${address.name}:log`, "any", [
        {
          id: "00000000-0000-4000-8000-000000000000",
          metadata: new Map([["type", "something"]]),
          customMetadata: new Uint8Array(),
          data: new Uint8Array(),
        },
      ])
      assert.strictEqual(yield* reasonOf(address), "not-a-log")
    }),
  )

  it("keeps logs of one server apart by their names", () => {
    const named = addressOn("a:b@host:2113?log=other&tls=false")
    assert.deepInclude(named, { name: "other", shown: "kurrentdb://host:2113?log=other" })
    assert.notInclude(named.connection, "log=")
    assert.include(named.connection, "a:b@host:2113?tls=false")
  })

  it("takes the older name of the server, and refuses what is no address", () => {
    const old = Address.parse("esdb+discover://cluster:2113")
    assert.isTrue(!Rejected.is(old) && old.connection.startsWith("kurrentdb+discover://cluster"))
    for (const wrong of [
      "kurrentdb://",
      "kurrentdb://h?log=a b",
      "kurrentdb://h?log=a&log=b",
      "x://h",
    ])
      assert.isTrue(Rejected.is(Address.parse(wrong)), wrong)
  })
})
