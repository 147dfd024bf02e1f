/**
 * Where the picture comes from: now, a held instant, or a replay from one. Everything that distinguishes
 * the past from the present is here; the pipeline behind it is the same.
 */
import type { Grouping } from "../../../projections/chain/ChainView.ts"

export type Source =
  | { readonly _tag: "live" }
  | { readonly _tag: "held"; readonly at: number }
  | { readonly _tag: "replay"; readonly at: number; readonly speed: number }

/** A source, and by what its devices are grouped. */
export interface Asked {
  readonly source: Source
  readonly by: Grouping
}

export const live: Source = { _tag: "live" }

/** A held instant before the first event is the first event. */
export const held = (at: number): Source => ({ _tag: "held", at: Math.max(0, Math.round(at)) })

export const replay = (at: number, speed: number): Source => ({
  _tag: "replay",
  at: Math.max(0, Math.round(at)),
  speed,
})

/** Speeds that an address may ask for; those beyond are not what the page offers. */
export const speedLeast = 0.1
export const speedMost = 10_000

export const speeds: ReadonlyArray<number> = [0.1, 1, 10, 60, 600, 3600, 10_000]

/** Path and query of the feed for it. `from`, where known, is where a broken replay goes on. */
export const feedPath = ({ by, source }: Asked, from?: number): string => {
  const query = [
    ...(source._tag === "live"
      ? []
      : [`at=${source._tag === "held" ? source.at : (from ?? source.at)}`]),
    ...(source._tag === "replay" ? [`speed=${source.speed}`] : []),
    ...(by === "customer" ? [] : [`by=${by}`]),
  ].join("&")
  return query === "" ? "/feed/chain" : `/feed/chain?${query}`
}

export const equal = (a: Asked, b: Asked): boolean => feedPath(a) === feedPath(b)
