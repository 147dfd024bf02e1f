/** `sigtwin export`: events as CloudEvents 1.0, one a line, which `import` takes back. */
import * as Console from "effect/Console"
import * as Effect from "effect/Effect"
import * as Option from "effect/Option"
import { Command, Flag } from "effect/cli"
import { EventLog } from "../../core/log/EventLog.ts"
import * as At from "../http/At.ts"
import { parseLogAddress, readerLayer } from "../layers.ts"
import * as Flags from "./flags.ts"
import { exportTo } from "./exportTo.ts"
import * as Words from "./Words.ts"
import { WrongUse } from "./WrongUse.ts"

const end = (name: string, description: string) =>
  Flag.String(name).pipe(
    Flag.withMetavar("POSITION|INSTANT"),
    Flag.withDescription(description),
    Flag.optional,
  )

export const exportEvents = Command.make(
  "export",
  {
    from: end("from", "From this position, or from what was recorded at this instant, on"),
    to: end("to", "Up to this position, or what was recorded at this instant, without it"),
    out: Flag.String("out").pipe(
      Flag.withMetavar("FILE"),
      Flag.withDescription("Where to; - is standard output. A file appears whole or not at all"),
    ),
    log: Flags.log,
    json: Flags.json,
  },
  Effect.fn("cli.export")(function* (given) {
    const address = yield* parseLogAddress(given.log)
    const { bytes, durationMs, events, from } = yield* Effect.gen(function* () {
      const log = yield* EventLog
      const head = yield* log.head
      const first = yield* positionOf(given.from, "from", 0)
      const last = Math.min(head, yield* positionOf(given.to, "to", head))
      return yield* exportTo(given.out, { from: Math.min(first, last), to: last }, given.json)
    }).pipe(Effect.provide(readerLayer(address)))
    const summary = { out: given.out, from, events, bytes, durationMs: Math.round(durationMs) }
    const text = given.json
      ? JSON.stringify(summary)
      : `${given.out}: ${Words.count(events, "event")}${events > 0 ? ` from position ${from}` : ""}, ${Words.number(bytes)} bytes (${Words.seconds(durationMs)}, ${Words.perSecond(events, durationMs)})`
    // On standard output stand the events.
    yield* given.out === "-" ? Console.error(text) : Console.log(text)
  }),
).pipe(
  Command.withShortDescription("Write events as NDJSON, which import takes back"),
  Command.withDescription(
    "Write events as CloudEvents 1.0, one a line, beside whoever writes the log. `import` puts them back at the same positions. Payloads stay sealed: their keys are in the .keys and .key files beside the log, and are not exported.",
  ),
)

const positionOf = (given: Option.Option<string>, flag: string, absent: number) =>
  Effect.gen(function* () {
    if (Option.isNone(given)) return absent
    const at = At.read(given.value)
    if (at === undefined)
      return yield* new WrongUse({ detail: `--${flag} ${given.value}: give ${At.form}` })
    if (at._tag === "Position") return at.position
    const log = yield* EventLog
    return yield* log.positionAt(at.ms - 1)
  })
