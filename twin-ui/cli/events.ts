/** `sigtwin events`: what happened, newest first. */
import * as Console from "effect/Console"
import * as Effect from "effect/Effect"
import * as Option from "effect/Option"
import * as Schema from "effect/Schema"
import { Command, Flag } from "effect/cli"
import { EventsAnswer, eventsLimitMax } from "../api/Events.ts"
import * as Asker from "./Asker.ts"
import { eventTable } from "./eventTable.ts"
import * as Flags from "./flags.ts"

const only = (name: string, description: string) =>
  Flag.String(name).pipe(Flag.withDescription(description), Flag.optional)

export const events = Command.make(
  "events",
  {
    device: only("device", "Only what concerns this device, as 4D33DB"),
    station: only("station", "Only what concerns this station"),
    customer: only("customer", "Only what concerns this customer"),
    kind: only("kind", "Only these kinds, divided by commas, as MessageRefused,DeliveryAbandoned"),
    from: only("from", "From this position, or this instant by the sources' clocks, on"),
    to: only("to", "Up to this position or instant, without it"),
    limit: Flags.limit(eventsLimitMax, 20),
    log: Flags.log,
    server: Flags.server,
    json: Flags.json,
  },
  Effect.fn("cli.events")(function* (given) {
    const ask = yield* Asker.forReading(given)
    const answer = yield* ask({
      path: "/api/events",
      query: {
        device: Option.getOrUndefined(given.device),
        station: Option.getOrUndefined(given.station),
        customer: Option.getOrUndefined(given.customer),
        kind: Option.getOrUndefined(given.kind),
        from: Option.getOrUndefined(given.from),
        to: Option.getOrUndefined(given.to),
        limit: String(given.limit),
      },
    })
    if (given.json) return yield* Console.log(JSON.stringify(answer))
    const { events: rows, next } = yield* Effect.orDie(decode(answer))
    if (rows.length === 0) return yield* Console.log("no such events")
    yield* Console.log(eventTable(rows))
    if (next !== undefined) yield* Console.log(`older ones: --to ${next}`)
  }, Effect.scoped),
).pipe(
  Command.withShortDescription("List what happened, newest first"),
  Command.withDescription("List what happened, newest first, beside whoever writes the log."),
)

const decode = Schema.decodeUnknownEffect(EventsAnswer)
