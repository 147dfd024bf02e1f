/** Appends to the log named on the command line and prints one past each acknowledged position, until it is killed. */
import * as Effect from "effect/Effect"
import { writeSync } from "node:fs"
import { EventLog } from "../../../core/log/EventLog.ts"
import * as Sqlite from "../../../core/log/sqlite.ts"
import { frame } from "../../contract/someEvents.ts"

const append = (device: string) =>
  Effect.gen(function* () {
    const log = yield* EventLog
    for (let seq = 0; ; seq++) {
      const { first, count } = yield* log.append([frame(device, seq), frame(device, seq)])
      writeSync(1, `${first + count}\n`)
    }
  })

const program = Effect.all(["A", "B", "C"].map(append), { concurrency: "unbounded" })

await Effect.runPromise(program.pipe(Effect.provide(Sqlite.layer(process.argv[2] ?? "sigtwin.db"))))
