/** `sigtwin audit`: who did what, and who was refused. */
import * as Console from "effect/Console"
import * as Effect from "effect/Effect"
import * as Schema from "effect/Schema"
import { Command, Flag } from "effect/cli"
import { auditKinds } from "../api/Access.ts"
import { EventsAnswer, eventsLimitMax } from "../api/Events.ts"
import { common } from "./accountFlags.ts"
import * as Asker from "./Asker.ts"
import { eventTable } from "./eventTable.ts"
import * as Flags from "./flags.ts"

export const audit = Command.make(
  "audit",
  {
    refusals: Flag.Boolean("refusals").pipe(
      Flag.withDescription("Only what was refused"),
      Flag.withDefault(false),
    ),
    limit: Flags.limit(eventsLimitMax, 50),
    ...common,
  },
  Effect.fn("cli.audit")(function* (given) {
    const ask = yield* Asker.forReading(given)
    const kinds = given.refusals
      ? ["AccessRefused"]
      : [...auditKinds, "TrafficBlocked", "TrafficUnblocked", "PolicyAdopted"]
    const answer = yield* ask({
      path: "/api/events",
      query: { kind: kinds.join(","), limit: String(given.limit) },
    })
    if (given.json) return yield* Console.log(JSON.stringify(answer))
    const { events } = yield* Effect.orDie(decodeEvents(answer))
    yield* Console.log(
      events.length === 0 ? "there is nothing in the audit trail" : eventTable(events),
    )
  }, Effect.scoped),
).pipe(
  Command.withDescription(
    "List who did what, newest first: logins, refusals, grants, credentials, blocks, commands",
  ),
)

const decodeEvents = Schema.decodeUnknownEffect(EventsAnswer)
