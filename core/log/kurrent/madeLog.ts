/** Whose log a stream holds: its first record says. Makes the log where there is none. */
import * as Effect from "effect/Effect"
import { randomId } from "../../crypto/randomId.ts"
import { LogUnavailable, noLogYet } from "../EventLog.ts"
import type { Record, Server } from "./Server.ts"

const kind = "sigtwin.log"
const format = 1

export const madeLog = (
  server: Server,
  stream: string,
  log: string,
  options: { readonly readonly: boolean; readonly id?: string | undefined },
): Effect.Effect<string, LogUnavailable> =>
  Effect.gen(function* () {
    const [first] = yield* server.forwards(stream, 0, 1)
    if (first !== undefined) return yield* idOf(first, log)
    if (options.readonly)
      return yield* Effect.fail(new LogUnavailable({ log, reason: "unreadable", detail: noLogYet }))
    const id = options.id ?? randomId()
    const metadata = { id, format }
    yield* server
      .append(stream, -1, [{ id: randomId(), type: kind, data: new Uint8Array(), metadata }])
      .pipe(Effect.catchTag("WrongRevision", () => Effect.void))
    // Somebody else may have made it meanwhile.
    const [there] = yield* server.forwards(stream, 0, 1)
    return there === undefined ? id : yield* idOf(there, log)
  })

const idOf = ({ metadata, type }: Record, log: string): Effect.Effect<string, LogUnavailable> => {
  const field = (name: string): unknown =>
    typeof metadata === "object" && metadata !== null ? Reflect.get(metadata, name) : undefined
  const id = field("id")
  if (type !== kind || typeof id !== "string")
    return Effect.fail(
      new LogUnavailable({ log, reason: "not-a-log", detail: "its stream holds something else" }),
    )
  return field("format") === format
    ? Effect.succeed(id)
    : Effect.fail(
        new LogUnavailable({
          log,
          reason: "newer-format",
          detail: `is of format ${String(field("format"))}`,
        }),
      )
}
