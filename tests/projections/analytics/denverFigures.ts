/**
 * Figures of the Denver file, from its text alone. An auditor: it shares no code with the tables, the questions or the
 * reader of the file.
 */
export interface Figures {
  /** Messages by how many stations heard them. */
  readonly stationsPerMessage: ReadonlyArray<readonly [stations: number, messages: number]>
  /** Messages by link quality: limit, average, good, excellent. */
  readonly lqi: readonly [number, number, number, number]
  /** Stations that alone heard a message: how many. */
  readonly uniqueCarriage: ReadonlyArray<readonly [station: string, onlyHere: number]>
}

/** The file's columns: messid, bsid, did, nseq, rssi, time_ux, bs_lat, bs_lng. */
export const figuresOf = (csv: string, thresholds: { high: number; low: number }): Figures => {
  const heard: Record<string, Record<string, number>> = {}
  for (const line of csv.split(/\r?\n/).slice(1)) {
    if (line === "") continue
    const cells = line.split(",")
    const by = (heard[cells[0]] ??= {})
    by[cells[1]] = Math.max(by[cells[1]] ?? -Infinity, Number(cells[4]))
  }
  const perMessage: Record<number, number> = {}
  const lqi: [number, number, number, number] = [0, 0, 0, 0]
  const alone: Record<string, number> = {}
  for (const by of Object.values(heard)) {
    const names = Object.keys(by)
    perMessage[names.length] = (perMessage[names.length] ?? 0) + 1
    if (names.length === 1) alone[names[0]] = (alone[names[0]] ?? 0) + 1
    const strong = Object.values(by).filter((dbm) => dbm > thresholds.high).length
    const middling = Object.values(by).filter(
      (dbm) => dbm > thresholds.low && dbm <= thresholds.high,
    ).length
    if (strong > 2) lqi[3]++
    else if (strong > 0 || middling > 2) lqi[2]++
    else if (middling > 0) lqi[1]++
    else lqi[0]++
  }
  return {
    stationsPerMessage: Object.entries(perMessage).map(([n, count]) => [Number(n), count]),
    lqi,
    uniqueCarriage: Object.entries(alone),
  }
}
