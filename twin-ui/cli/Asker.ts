/** Whom a command asks: the server it was given, else the log, opened here for as long as the scope lasts. */
import type * as Effect from "effect/Effect"
import * as Option from "effect/Option"
import type * as Scope from "effect/Scope"
import type { SecretsUnavailable } from "../../core/keys/Secrets.ts"
import type { LogUnavailable } from "../../core/log/EventLog.ts"
import type { LogAddressUnknown } from "../layers.ts"
import type { Ask } from "./Ask.ts"
import { askReading, askTables, askWriting } from "./askHere.ts"
import { askServer, fileAsker } from "./askServer.ts"
import type { WrongUse } from "./WrongUse.ts"

interface Given {
  readonly log: string
  readonly server: Option.Option<string>
}

/** Whom questions over tables are put to; the answer is a file's bytes or JSON's. */
export const forTables = (given: Given & { readonly json: boolean }) =>
  Option.isSome(given.server) ? fileAsker(given.server.value) : askTables(given.log, given.json)

type Asker = Effect.Effect<
  Ask,
  WrongUse | LogAddressUnknown | LogUnavailable | SecretsUnavailable,
  Scope.Scope
>

export const forReading = ({ log, server }: Given): Asker =>
  Option.isSome(server) ? askServer(server.value) : askReading(log)

export const forCommands = ({ log, server }: Given): Asker =>
  Option.isSome(server) ? askServer(server.value) : askWriting(log)
