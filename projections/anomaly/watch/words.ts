/** Measures as detectors give them. */
import { binMs } from "./Series.ts"
import type { Measure } from "./Unusual.ts"
import type { Thing } from "./Watched.ts"

export const minutesOf = (bins: number): number => (bins * binMs) / 60_000

/** What the traffic of a thing is counted in. */
export const trafficUnit = ({ who }: Thing, bins: number): string =>
  `${who.station === null ? "messages" : "receptions"} in ${minutesOf(bins)} minutes`

export const measure = (value: number, unit: string): Measure => ({
  value: value >= 10 ? Math.round(value) : Math.round(value * 10) / 10,
  unit,
})
