/** `sigtwin attested STATION --on DATE`: was the station fully attested? Ends with 1 where it was not. */
import * as Console from "effect/Console"
import * as Effect from "effect/Effect"
import * as Schema from "effect/Schema"
import { Argument, Command, Flag } from "effect/cli"
import { AttestedAnswer } from "../api/Integrity.ts"
import * as Asker from "./Asker.ts"
import * as Flags from "./flags.ts"
import { formatTable } from "./formatTable.ts"
import { ProblemsFound } from "./ProblemsFound.ts"
import * as Words from "./Words.ts"

export const attested = Command.make(
  "attested",
  {
    station: Argument.String("STATION").pipe(Argument.withDescription("The station, as BS-0003")),
    on: Flag.String("on").pipe(
      Flag.withMetavar("DATE|INSTANT"),
      Flag.withDescription("A day (UTC), as 2026-03-01, or an instant"),
    ),
    log: Flags.log,
    server: Flags.server,
    json: Flags.json,
  },
  Effect.fn("cli.attested")(function* (given) {
    const ask = yield* Asker.forReading(given)
    const answer = yield* Effect.orDie(
      decode(
        yield* ask({
          path: `/api/stations/${encodeURIComponent(given.station)}/attested`,
          query: { on: given.on },
        }),
      ),
    )
    yield* Console.log(given.json ? JSON.stringify(answer) : textOf(answer))
    if (!answer.attested) return yield* new ProblemsFound({ summary: answer.answer })
  }, Effect.scoped),
).pipe(
  Command.withShortDescription("Say whether a station was fully attested on a day"),
  Command.withDescription(
    "Say whether a station was fully attested on a day or at an instant: its evidence accepted, fresh and answered for all the time. Exit code 0 for yes, 1 for no.",
  ),
)

const decode = Schema.decodeUnknownEffect(AttestedAnswer)

const textOf = ({ answer, spans }: AttestedAnswer): string =>
  [
    answer,
    formatTable(
      ["from", "to", "standing", "event"],
      spans.map(({ fromMs, position, standing, toMs }) => [
        Words.instant(fromMs),
        Words.instant(toMs),
        standing,
        position === null ? "" : String(position),
      ]),
      new Set(["event"]),
    ),
  ].join("\n")
