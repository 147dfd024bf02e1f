/**
 * The log on a KurrentDB (or EventStoreDB) server, for those who outgrow one machine. `kurrent/KurrentStore.ts` says how it lies there.
 *
 * Any number of processes open one log. All may append: what one of them expected of the log is looked at again when another came
 * first. They should not do so at once all the time, because each then decides anew.
 */
import * as Duration from "effect/Duration"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import { EventLog, type LogUnavailable } from "./EventLog.ts"
import type { Address } from "./kurrent/Address.ts"
import * as KurrentStore from "./kurrent/KurrentStore.ts"
import { connect } from "./kurrent/Server.ts"
import { logOn } from "./logOn.ts"

export interface Options {
  /** Appends fail. */
  readonly readonly?: boolean
  /** Id of a log that is made now; drawn where absent. */
  readonly id?: string
  /** How long to go on trying when the server does not answer. */
  readonly patience?: Duration.Duration
}

const patienceDefault = Duration.seconds(30)

/** While it is opened: somebody waits to hear that the address is wrong. */
const openingPatience = Duration.seconds(5)

export const layer = (
  address: Address,
  { id, patience = patienceDefault, readonly = false }: Options = {},
): Layer.Layer<EventLog, LogUnavailable> =>
  Layer.effect(
    EventLog,
    Effect.gen(function* () {
      let current = Duration.min(patience, openingPatience)
      const server = yield* connect(address, () => current, !readonly)
      const store = yield* KurrentStore.open(server, address, { readonly, id })
      current = patience
      return yield* logOn(store)
    }),
  )
