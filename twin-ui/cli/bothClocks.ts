/** `sigtwin state KIND ID --at T --clock both`: what was known of it then, and what was true. */
import * as Console from "effect/Console"
import * as Effect from "effect/Effect"
import * as Option from "effect/Option"
import * as Schema from "effect/Schema"
import { ClocksAnswer } from "../api/Clocks.ts"
import * as Asker from "./Asker.ts"
import { linesOf } from "./diffText.ts"
import { eventTable } from "./eventTable.ts"
import { parseDuration } from "./parseDuration.ts"
import * as Words from "./Words.ts"
import { WrongUse } from "./WrongUse.ts"

/** Which states tell of a thing of that kind. */
const statesOf = {
  device: "device,counter",
  station: "station",
  customer: "delivery",
  message: "",
} as const

export const bothClocks = Effect.fnUntraced(function* (given: {
  readonly kind: keyof typeof statesOf
  readonly id: string
  readonly at: Option.Option<string>
  readonly lateness: string
  readonly log: string
  readonly server: Option.Option<string>
  readonly json: boolean
}) {
  const latenessMs = parseDuration(given.lateness)
  if (latenessMs === undefined)
    return yield* new WrongUse({ detail: "--lateness: give a duration as 30m" })
  if (Option.isNone(given.at) || /^\d+$/.test(given.at.value))
    return yield* new WrongUse({ detail: "--clock both compares the clocks at an instant: --at" })
  if (given.kind === "message")
    return yield* new WrongUse({
      detail: "a message does not change with the clock; ask for its device",
    })
  const ask = yield* Asker.forReading(given)
  const json = yield* ask({
    path: "/api/clocks",
    query: {
      at: given.at.value,
      of: statesOf[given.kind],
      lateness: String(latenessMs),
      limit: "10000",
    },
  })
  const answer = yield* Effect.orDie(decode(json))
  const changes = answer.changes.filter(({ thing }) => isOf(thing, given.id))
  if (given.json)
    return yield* Console.log(JSON.stringify({ ...answer, total: changes.length, changes }))
  yield* Console.log(
    [
      `${given.kind} ${given.id} at ${Words.instant(answer.atMs)}: from what was known then to what was true then`,
      `${Words.count(answer.foldedIn, "event")} of the whole twin came up to ${given.lateness} later and ${answer.foldedIn === 1 ? "is" : "are"} folded in where ${answer.foldedIn === 1 ? "it belongs" : "they belong"}`,
      ...(changes.length === 0 ? ["nothing was learnt later"] : changes.flatMap(linesOf)),
      ...(answer.late.length === 0 ? [] : ["", "Later still", eventTable(answer.late)]),
    ].join("\n"),
  )
})

/** `counter 4D33DB`, `ledger hydro/main`, `delivery … to hydro/main`. */
const isOf = (thing: string, id: string): boolean =>
  thing.endsWith(` ${id}`) || thing.includes(` ${id}/`)

const decode = Schema.decodeUnknownEffect(ClocksAnswer)
