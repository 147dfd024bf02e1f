/**
 * Who shares the work on one log: the processes that are alive, told to each other through the log's server. This is the port.
 *
 * Members find each other by beats. Two of them may see another set for a moment; whoever relies on it must be right all the same.
 */
import * as Context from "effect/Context"
import type * as Effect from "effect/Effect"
import type * as Scope from "effect/Scope"
import type * as Slots from "../kernel/Slots.ts"
import type { LogUnavailable } from "./EventLog.ts"

export interface Member {
  readonly id: string
  /** Where it answers. */
  readonly url: string
  /** What it asks of other members: only who can read the log's server knows it. */
  readonly token: string
  /** When it joined, by its own clock: the first leads. */
  readonly sinceMs: number
  /** Slots of which it has folded all there is. */
  readonly ready: Slots.Set
}

export class Members extends Context.Service<
  Members,
  {
    readonly me: string
    readonly token: string
    /** Joins, and stays a member until the scope closes. */
    readonly join: (url: string) => Effect.Effect<void, LogUnavailable, Scope.Scope>
    /** Tells the others which slots this one has folded. */
    readonly tell: (ready: Slots.Set) => Effect.Effect<void, LogUnavailable>
    /** In the order they joined. */
    readonly alive: Effect.Effect<ReadonlyArray<Member>>
    /** Returns when somebody came, went or told something since the last call. */
    readonly news: Effect.Effect<void>
  }
>()("sigtwin/core/log/Members") {}
