/**
 * Writes the log named on the command line under load until it is killed: several producers with commits of all sizes, and
 * pauses in which the log indexes, merges and signs. Each acknowledged append is one line: producer, number, first
 * position, how many. What an event says follows from its producer and number, so that whoever reads it can tell.
 */
import * as Effect from "effect/Effect"
import { writeSync } from "node:fs"
import * as ed25519 from "../../core/crypto/ed25519.ts"
import * as Random from "../../core/kernel/Random.ts"
import { EventLog } from "../../core/log/EventLog.ts"
import * as Sqlite from "../../core/log/sqlite.ts"
import { ticked } from "../contract/someEvents.ts"
import { said } from "./said.ts"

const [, , path = "", seedText = "0"] = process.argv
const random = Random.make(Number(seedText))

const producer = (name: string) =>
  Effect.gen(function* () {
    const log = yield* EventLog
    for (let number = 0; ; number++) {
      const count = 1 + random.below(random.below(10) === 0 ? 2000 : 20)
      const events = Array.from({ length: count }, (_, i) => ticked(said(name, number, i)))
      const { first } = yield* log.append(events)
      writeSync(1, `${name} ${number} ${first} ${count}\n`)
      if (random.below(30) === 0) yield* Effect.sleep(random.below(500))
    }
  })

const load = Effect.all(
  ["a", "b", "c"].map((name) => producer(`${name}${seedText}`)),
  { concurrency: "unbounded" },
)

const signer = ed25519.signingKeyOf(new Uint8Array(32).fill(7))
await Effect.runPromise(load.pipe(Effect.provide(Sqlite.layer(path, { signer }))))
