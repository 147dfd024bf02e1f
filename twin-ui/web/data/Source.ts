/**
 * Where the picture comes from: now, a held instant, or a replay from one. Everything that distinguishes
 * the past from the present is here; the pipeline behind it is the same.
 */
export type Source =
  | { readonly _tag: "live" }
  | { readonly _tag: "held"; readonly at: number }
  | { readonly _tag: "replay"; readonly at: number; readonly speed: number }

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
export const feedPath = (source: Source, from?: number): string => {
  switch (source._tag) {
    case "live":
      return "/feed/chain"
    case "held":
      return `/feed/chain?at=${source.at}`
    case "replay":
      return `/feed/chain?at=${from ?? source.at}&speed=${source.speed}`
  }
}

export const equal = (a: Source, b: Source): boolean => feedPath(a) === feedPath(b)
