/** What would have been under something else: the answer of `GET /api/what-if`. */
import * as Schema from "effect/Schema"
import { FindingRow } from "./Findings.ts"
import { ReasonNode } from "./Why.ts"

const VerdictDifference = Schema.Struct({
  /** `DEVICE:SEQ`. */
  message: Schema.String,
  /** Its first reception. */
  position: Schema.Int,
  /** As "accepted", "refused, wrong-mac", "not heard". */
  was: Schema.String,
  would: Schema.String,
  /** Why it was so, and why it would be: absent on a side where nothing was decided. */
  whyWas: Schema.optionalKey(ReasonNode),
  whyWould: Schema.optionalKey(ReasonNode),
})

export const WhatIfAnswer = Schema.Struct({
  /** What is supposed, in words. */
  supposed: Schema.String,
  /** Positions that were decided on again; `to` not included. */
  from: Schema.Int,
  to: Schema.Int,
  /** Messages that were compared, receptions left out. */
  messages: Schema.Int,
  leftOut: Schema.Int,
  /** How many verdicts change, and how: `accepted -> refused, out-of-sequence`. */
  changed: Schema.Int,
  changes: Schema.Array(Schema.Struct({ change: Schema.String, count: Schema.Int })),
  verdicts: Schema.Array(VerdictDifference),
  deliveriesLost: Schema.Int,
  deliveriesGained: Schema.Int,
  deliveries: Schema.Array(
    Schema.Struct({
      message: Schema.String,
      destination: Schema.String,
      change: Schema.Literals(["no longer owed", "newly owed"]),
      position: Schema.Int,
    }),
  ),
  findings: Schema.Array(
    Schema.Struct({
      change: Schema.Literals(["no longer found", "newly found", "changed"]),
      was: Schema.optionalKey(FindingRow),
      would: Schema.optionalKey(FindingRow),
    }),
  ),
})
export type WhatIfAnswer = typeof WhatIfAnswer.Type

export const differencesLimitDefault = 20
export const differencesLimitMax = 1_000
