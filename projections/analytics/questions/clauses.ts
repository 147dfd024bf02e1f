/** Parts that several questions' statements are made of. */

/** Conditions that hold together; what is not given leaves nothing out. */
export const where = (...conditions: ReadonlyArray<string | undefined | false>): string => {
  const all = conditions.filter((each) => typeof each === "string")
  return all.length === 0 ? "" : `WHERE ${all.join(" AND ")}`
}

/** `device = $device`, where a device is given. */
export const is = (column: string, value: unknown, name = column): string | undefined =>
  value === undefined ? undefined : `${column} = $${name}`

interface Period {
  readonly from: number | undefined
  readonly until: number | undefined
}

export const within = (
  { from, until }: Period,
  column = "occurred_at",
): ReadonlyArray<string | undefined> => [
  from === undefined ? undefined : `${column} >= ${instant("from")}`,
  until === undefined ? undefined : `${column} < ${instant("until")}`,
]

/** A parameter that was given as an instant. */
export const instant = (name: string): string => `epoch_ms($${name}::BIGINT)`

/** Receptions that a device may have caused: a wrong MAC is somebody else's, a wrong CRC nobody's. */
export const carried = "message IS NOT NULL AND checked IN ('ok', 'reported', 'unknown-device')"

/**
 * The latest instant that is known of, where none is given: a source's clock may run ahead, so the earlier of both
 * clocks counts.
 */
export const latest = (until: number | undefined, tables: ReadonlyArray<string>): string =>
  until === undefined
    ? `(SELECT max(known_at) FROM (${tables.map((table) => `SELECT max(least(occurred_at, recorded_at)) AS known_at FROM ${table}`).join(" UNION ALL ")}))`
    : instant("until")

/** Part of a whole, 0..1 with four digits; empty where there is no whole. */
export const share = (part: string, whole: string): string =>
  `round((${part}) / nullif((${whole})::DOUBLE, 0), 4)`

/** Rows about the devices that are a customer's now. */
export const ofCustomer = (customer: unknown): string | undefined =>
  customer === undefined
    ? undefined
    : "device IN (SELECT device FROM devices WHERE customer = $customer)"

interface Heard extends Period {
  readonly device?: string | undefined
  readonly station?: string | undefined
  readonly customer?: string | undefined
}

/** Receptions that count, of whom and when it is asked. */
export const heard = (given: Heard): string =>
  where(
    carried,
    is("device", given.device),
    is("station", given.station),
    ofCustomer(given.customer),
    ...within(given),
  )
