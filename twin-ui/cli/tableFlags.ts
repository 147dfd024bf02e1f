/** Flags of the commands that answer with a table: what is asked, when, and how it is given. */
import { Flag } from "effect/cli"
import { limitsDefault, limitsMax } from "../../projections/analytics/Analytics.ts"
import { formats } from "../api/Analytics.ts"
import * as Flags from "./flags.ts"

/** How long an answer may take. */
export const seconds = Flags.integer("seconds", {
  minimum: 1,
  maximum: limitsMax.timeMs / 1000,
}).pipe(
  Flag.withDescription(`How long it may take (default ${limitsDefault.timeMs / 1000})`),
  Flag.withDefault(limitsDefault.timeMs / 1000),
)

export const tableFlags = {
  at: Flags.at,
  clock: Flags.recordedClock,
  format: Flag.Literals("format", ["table", ...formats]).pipe(
    Flag.withDescription("How the rows are given (default table)"),
    Flag.withDefault("table" as const),
  ),
  out: Flag.String("out").pipe(
    Flag.withMetavar("FILE"),
    Flag.withDescription("Write there instead of to standard output"),
    Flag.optional,
  ),
  rows: Flags.integer("rows", { minimum: 1, maximum: limitsMax.rows }).pipe(
    Flag.withDescription(`Rows at most (default ${limitsDefault.rows})`),
    Flag.withDefault(limitsDefault.rows),
  ),
  seconds,
  log: Flags.log,
  server: Flags.server,
  json: Flags.json,
}
