/** The query of everything that can be read as of an instant. */
import * as At from "./At.ts"
import * as Parameter from "./Parameter.ts"
import { clocks } from "./place.ts"

export const asOf = {
  at: Parameter.optional(
    At.parameter(
      "As of this position (with its event in it) or instant; now when it is not given.",
    ),
  ),
  clock: Parameter.withDefault(
    Parameter.choice(
      "By which clock an instant in `at` is meant: that of the sources, or that of the log.",
      clocks,
    ),
    "occurred",
  ),
}

/** The same, not given. */
export const now = { at: undefined, clock: "occurred" } as const
