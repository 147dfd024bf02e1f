/** Runs the double until it is killed: `node tests/core/log/kurrent/runDouble.ts [PORT]`. What it takes in is gone then. */
import * as KurrentDouble from "./KurrentDouble.ts"
import * as Storage from "./Storage.ts"

const { port } = await KurrentDouble.start(Storage.make(), {
  port: Number(process.argv[2] ?? 2113),
})
console.log(`a double of KurrentDB (not a database): kurrentdb://127.0.0.1:${port}?tls=false`)
