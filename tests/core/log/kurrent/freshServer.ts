/** A double of the server with nothing on it, which goes when the scope closes, and addresses of logs on it. */
import * as Effect from "effect/Effect"
import { randomUUID } from "node:crypto"
import * as Address from "../../../../core/log/kurrent/Address.ts"
import { invariant } from "../../../../core/kernel/invariant.ts"
import * as Rejected from "../../../../core/kernel/Rejected.ts"
import * as KurrentDouble from "./KurrentDouble.ts"
import * as Storage from "./Storage.ts"

export const freshServer = (options: KurrentDouble.Options = {}) =>
  Effect.suspend(() => {
    const storage = Storage.make()
    let running: KurrentDouble.Double | undefined
    const start = (port: number) =>
      Effect.promise(async () => {
        running = await KurrentDouble.start(storage, { ...options, port })
        return running
      })
    return Effect.map(
      Effect.acquireRelease(start(options.port ?? 0), () => Effect.sync(() => running?.stop())),
      (double) => ({
        /** As it was started first. */
        double,
        storage,
        address: addressOn(`127.0.0.1:${double.port}?tls=false`),
        kill: Effect.sync(() => running?.stop()),
        /** On the same port, with what was kept. */
        startAgain: start(double.port),
      }),
    )
  })

/** A log of its own on a server. */
export const freshLog = (connection: string): Address.Address =>
  addressOf(`${connection}${connection.includes("?") ? "&" : "?"}log=test-${randomUUID()}`)

export const addressOn = (place: string): Address.Address => addressOf(`kurrentdb://${place}`)

const addressOf = (text: string): Address.Address => {
  const address = Address.parse(text)
  invariant(!Rejected.is(address), "a test's address is one")
  return address
}
