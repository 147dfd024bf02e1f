/** `sigtwin findings`: what the twin thinks is going on, and why. */
import * as Console from "effect/Console"
import * as Effect from "effect/Effect"
import * as Option from "effect/Option"
import * as Schema from "effect/Schema"
import { Command, Flag } from "effect/cli"
import { kinds } from "../../projections/anomaly/Finding.ts"
import { FindingsAnswer, findingsLimitMax } from "../api/Findings.ts"
import * as Asker from "./Asker.ts"
import { findingLines } from "./findingLines.ts"
import * as Flags from "./flags.ts"

export const findings = Command.make(
  "findings",
  {
    device: Flag.String("device").pipe(
      Flag.withDescription("Only about this device, as 4D33DB"),
      Flag.optional,
    ),
    station: Flag.String("station").pipe(
      Flag.withDescription("Only about this station"),
      Flag.optional,
    ),
    kind: Flag.Literals("kind", kinds).pipe(
      Flag.withDescription("Only findings of this kind"),
      Flag.optional,
    ),
    all: Flag.Boolean("all").pipe(
      Flag.withDescription("Also what happens without anybody meaning harm, as counter wraps"),
      Flag.withDefault(false),
    ),
    limit: Flags.limit(findingsLimitMax, 20),
    at: Flags.at,
    clock: Flags.clock,
    log: Flags.log,
    server: Flags.server,
    json: Flags.json,
  },
  Effect.fn("cli.findings")(function* (given) {
    const ask = yield* Asker.forReading(given)
    const answer = yield* ask({
      path: "/api/findings",
      query: {
        device: Option.getOrUndefined(given.device),
        station: Option.getOrUndefined(given.station),
        kind: Option.getOrUndefined(given.kind),
        benign: given.all || Option.isSome(given.kind) ? "with" : "without",
        at: Option.getOrUndefined(given.at),
        clock: given.clock,
        limit: String(given.limit),
      },
    })
    if (given.json) return yield* Console.log(JSON.stringify(answer))
    const { findings: rows, total } = yield* Effect.orDie(decode(answer))
    if (rows.length === 0)
      return yield* Console.log(
        given.all ? "nothing was found" : "nothing was found (--all: benign things too)",
      )
    yield* Console.log(rows.flatMap(findingLines).join("\n"))
    if (total > rows.length)
      yield* Console.log(
        `${total - rows.length} more: --limit ${Math.min(total, findingsLimitMax)}`,
      )
  }, Effect.scoped),
).pipe(
  Command.withShortDescription("List what the twin thinks is going on, and why"),
  Command.withDescription(
    "List what the twin thinks is going on, what began last first, without what is benign: each with how sure it is and the facts that speak for it, with their positions in the log.",
  ),
)

const decode = Schema.decodeUnknownEffect(FindingsAnswer)
