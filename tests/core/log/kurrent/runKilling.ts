/** Kills the double of the server so many times, and prints what came of it: `node tests/core/log/kurrent/runKilling.ts 1000`. */
import * as Effect from "effect/Effect"
import { killing } from "./killing.ts"

const [kills = "100", seed = "1"] = process.argv.slice(2)
const counted = await Effect.runPromise(Effect.scoped(killing(Number(kills), Number(seed))))
console.log(JSON.stringify(counted))
