/**
 * A message's link quality (LQI) by the published table, SIGFOX.md part 6: how many stations heard it
 * above a high and above a low threshold of RSSI, which depend on the radio zone.
 */

/** As the backend numbers it: 0 limit .. 3 excellent. */
export type LinkQuality = 0 | 1 | 2 | 3

interface Cell {
  readonly station: string
  readonly rssiDbm: number | null
}

interface Thresholds {
  readonly highDbm: number
  readonly lowDbm: number
}

/** RC1, RC3, RC5, RC6, RC7. */
const usual: Thresholds = { highDbm: -122, lowDbm: -135 }
/** RC2, RC4. */
const hopping: Thresholds = { highDbm: -114, lowDbm: -127 }

/** Stations above `highDbm`, and between both, count. */
export const thresholdsOf = (radioZone: string | null): Thresholds =>
  radioZone === "RC2" || radioZone === "RC4" ? hopping : usual

/** Undefined where no reception says how strong it was. `radioZone` null is taken for RC1. */
export const linkQuality = (
  cells: ReadonlyArray<Cell>,
  radioZone: string | null,
): LinkQuality | undefined => {
  const { highDbm, lowDbm } = thresholdsOf(radioZone)
  const best = new Map<string, number>()
  for (const { rssiDbm, station } of cells)
    if (rssiDbm !== null) best.set(station, Math.max(rssiDbm, best.get(station) ?? rssiDbm))
  if (best.size === 0) return undefined
  let high = 0
  let between = 0
  for (const rssiDbm of best.values()) {
    if (rssiDbm > highDbm) high++
    else if (rssiDbm > lowDbm) between++
  }
  if (high >= 3) return 3
  if (high >= 1 || between >= 3) return 2
  return between >= 1 ? 1 : 0
}
