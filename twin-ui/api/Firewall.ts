/** What is blocked, and what a block would do: answers of `/api/firewall…`. */
import * as Schema from "effect/Schema"

/** Exactly one is named. */
const target = {
  station: Schema.optionalKey(Schema.String),
  device: Schema.optionalKey(Schema.String),
  customer: Schema.optionalKey(Schema.String),
  group: Schema.optionalKey(Schema.String),
}

export const BlockRow = Schema.Struct({
  ...target,
  position: Schema.Int,
  sinceMs: Schema.Int,
  /** Null: until somebody lifts it. */
  untilMs: Schema.NullOr(Schema.Int),
  by: Schema.String,
  why: Schema.String,
  /** Messages it refused. */
  refused: Schema.Int,
  lastRefused: Schema.NullOr(Schema.Struct({ position: Schema.Int, ms: Schema.Int })),
})
export type BlockRow = typeof BlockRow.Type

export const FirewallAnswer = Schema.Struct({
  position: Schema.Int,
  /** Messages refused by any block ever. */
  refused: Schema.Int,
  /** Newest first. */
  blocks: Schema.Array(BlockRow),
  /** Newest first. */
  lifted: Schema.Array(
    Schema.Struct({
      ...BlockRow.fields,
      liftedAt: Schema.Int,
      liftedMs: Schema.Int,
      liftedBy: Schema.String,
      liftedWhy: Schema.String,
    }),
  ),
})

export const DryRunAnswer = Schema.Struct({
  ...target,
  /** The time that was judged, by the sources' clocks, and the events in it. */
  fromMs: Schema.Int,
  toMs: Schema.Int,
  events: Schema.Int,
  /** Messages accepted in it, and those of them that would have been refused. */
  accepted: Schema.Int,
  refused: Schema.Int,
  /** Messages that the station heard and another one too: not affected. */
  heardByOthers: Schema.Int,
  /** How many devices would be hit, and the hardest hit. */
  devicesHit: Schema.Int,
  devices: Schema.Array(Schema.Struct({ device: Schema.String, messages: Schema.Int })),
  customers: Schema.Array(
    Schema.Struct({ customer: Schema.String, messages: Schema.Int, devices: Schema.Int }),
  ),
})

/** Devices and customers listed of a dry run. */
export const hitListedMax = 20
