/** Flags that several commands share, so that each is named and described alike. */
import { Flag } from "effect/cli"
import * as config from "../config.ts"
import * as Schema from "effect/Schema"

export const json = Flag.Boolean("json").pipe(
  Flag.withDescription("Print JSON for programs instead of text"),
  Flag.withDefault(false),
)

export const log = Flag.String("log").pipe(
  Flag.withMetavar("URL"),
  Flag.withDescription(
    `Which log: sqlite:PATH, a path ending in .db, memory: or kurrentdb://HOST:PORT (default ${config.logDefault}; SIGTWIN_LOG)`,
  ),
  Flag.withFallbackConfig(config.log),
)

export const server = Flag.String("server").pipe(
  Flag.withMetavar("URL"),
  Flag.withDescription(
    "Ask a running server instead of opening the log, as http://127.0.0.1:4280 (a credential's token: SIGTWIN_TOKEN)",
  ),
  Flag.optional,
)

export const at = Flag.String("at").pipe(
  Flag.withMetavar("POSITION|INSTANT"),
  Flag.withDescription(
    "As it was with this position in it, or at this instant (ISO 8601, UTC without a zone); now when not given",
  ),
  Flag.optional,
)

export const clock = Flag.Literals("clock", ["occurred", "recorded"]).pipe(
  Flag.withDescription(
    "Whose clock an instant in --at is meant by: the sources' (occurred, the default) or the log's (recorded)",
  ),
  Flag.withDefault("occurred" as const),
)

/** The same, where what was known then is asked for. */
export const recordedClock = Flag.Literals("clock", ["occurred", "recorded"]).pipe(
  Flag.withDescription(
    "Whose clock an instant in --at is meant by: the log's (recorded, the default: what was known then) or the sources' (occurred)",
  ),
  Flag.withDefault("recorded" as const),
)

/** A whole number within bounds. */
export const integer = (
  name: string,
  bounds: { readonly minimum: number; readonly maximum: number },
) =>
  Flag.Int(name).pipe(
    Flag.withMetavar("N"),
    Flag.withSchema(
      Schema.Int.check(
        Schema.isBetween(bounds, {
          message: `a whole number ${bounds.minimum}..${bounds.maximum}`,
        }),
      ),
    ),
  )

/** How long a list may be. */
export const limit = (maximum: number, usual: number) =>
  integer("limit", { minimum: 1, maximum }).pipe(
    Flag.withDescription(`How many at most, up to ${maximum} (default ${usual})`),
    Flag.withDefault(usual),
  )
