/**
 * What a selection is compared in: a row a message, reception or step of a delivery, with what is known of where it
 * came from. The statement is put together with what anybody gave as a condition, so it is checked as anybody's is,
 * and uses nothing that anybody may not use.
 */

export const subjects = ["messages", "receptions", "deliveries"] as const
export type Subject = (typeof subjects)[number]

interface Facts {
  readonly sql: string
  /** What is compared; a condition may name more. */
  readonly columns: ReadonlyArray<string>
}

const band = (rssi: string): string =>
  `(floor(${rssi} / 10) * 10)::INTEGER || ' to ' || (floor(${rssi} / 10) * 10 + 10)::INTEGER || ' dBm'`

/** What is known of who sent it and who heard it: of messages and receptions alike. */
const radio = [
  "device",
  "customer",
  "device_group",
  "radio_zone",
  "station",
  "city",
  "data_centre",
  "firmware",
  "hour",
  "weekday",
  "rssi_band",
  "payload_length",
  "source",
]

const messages: Facts = {
  sql: `SELECT m.device, d.customer, d.device_group, d.radio_zone, r.station, s.city, s.data_centre, r.firmware,
    m.policy, hour(m.occurred_at) AS hour, dayname(m.occurred_at) AS weekday, ${band("r.rssi_dbm")} AS rssi_band,
    least(r.stations, 5) AS stations, r.payload_length, m.kind, m.source, m.verdict, m.reason, m.warning,
    m.message, m.seq, m.epoch, m.missing, m.occurred_at, m.recorded_at, m.position, r.rssi_dbm
  FROM messages m
  LEFT JOIN (SELECT message, arg_max(station, coalesce(rssi_dbm, -999)) AS station,
      left(arg_max(config_digest, coalesce(rssi_dbm, -999)), 12) AS firmware, max(rssi_dbm) AS rssi_dbm,
      count(DISTINCT station) AS stations, max(payload_length) AS payload_length
    FROM receptions WHERE message IS NOT NULL GROUP BY message) r ON r.message = m.message
  LEFT JOIN devices d ON d.device = m.device LEFT JOIN stations s ON s.station = r.station`,
  columns: [...radio, "policy", "stations", "kind", "verdict", "reason", "warning"],
}

const receptions: Facts = {
  sql: `SELECT r.device, d.customer, d.device_group, d.radio_zone, r.station, s.city, s.data_centre,
    left(r.config_digest, 12) AS firmware, hour(r.occurred_at) AS hour, dayname(r.occurred_at) AS weekday,
    ${band("r.rssi_dbm")} AS rssi_band, r.rank, r.payload_length, r.checked, r.source,
    (round(r.frequency_hz / 10000) * 10)::INTEGER || ' kHz' AS frequency,
    r.message, r.seq, r.occurred_at, r.recorded_at, r.position, r.rssi_dbm, r.snr_db, r.frequency_hz
  FROM receptions r LEFT JOIN devices d ON d.device = r.device LEFT JOIN stations s ON s.station = r.station`,
  columns: [...radio, "rank", "checked", "frequency"],
}

const deliveries: Facts = {
  sql: `SELECT v.device, v.customer, v.destination, d.device_group, v.notice, v.step, v.attempt, v.status, v.error,
    hour(v.occurred_at) AS hour, dayname(v.occurred_at) AS weekday,
    v.seq, v.epoch, v.duration_ms, v.occurred_at, v.recorded_at, v.position
  FROM deliveries v LEFT JOIN devices d ON d.device = v.device`,
  columns: [
    "device",
    "customer",
    "destination",
    "device_group",
    "notice",
    "step",
    "attempt",
    "status",
    "error",
    "hour",
    "weekday",
  ],
}

const all: Readonly<Record<Subject, Facts>> = { messages, receptions, deliveries }

/** What follows from another column: a selection by that one finds it, and says nothing. */
const follows: Readonly<Record<string, ReadonlyArray<string>>> = {
  verdict: ["reason", "warning", "kind"],
  reason: ["verdict", "warning", "kind"],
  warning: ["verdict", "reason"],
  kind: ["verdict", "reason"],
  device: ["customer", "device_group", "radio_zone"],
  station: ["city", "data_centre", "firmware"],
  step: ["status", "error", "attempt"],
  status: ["step", "error"],
  error: ["step", "status"],
  missing: ["warning", "verdict", "reason", "kind"],
  rssi_dbm: ["rssi_band"],
  frequency_hz: ["frequency"],
  occurred_at: ["hour", "weekday"],
  recorded_at: ["hour", "weekday"],
}

/** Values of a column that are given, those most frequent on either side; the others are counted as tried. */
export const valuesMax = 500

export interface Selection {
  readonly of: Subject
  /** A condition over the columns of the facts. */
  readonly where: string
  /** What it is compared with: all other rows where absent. */
  readonly against?: string | undefined
}

/** Columns that are compared: not those that the selection is made by. */
export const comparedIn = ({ against = "", of, where }: Selection): ReadonlyArray<string> => {
  const words = new Set(`${where} ${against}`.toLowerCase().match(/[a-z_]+/g))
  const following = new Set([...words].flatMap((word) => follows[word] ?? []))
  return all[of].columns.filter((column) => !words.has(column) && !following.has(column))
}

/** name, value, inside, outside, inside_all, outside_all, tried: a row a value of a column that is compared. */
export const statement = (selection: Selection): string => {
  const { against, of, where } = selection
  const counted = comparedIn(selection).map(
    (column) => `SELECT '${column}' AS name, ${column}::VARCHAR AS value,
    count(*) FILTER (WHERE inside) AS inside, count(*) FILTER (WHERE NOT inside) AS outside
  FROM compared GROUP BY ${column}`,
  )
  return `WITH facts AS (${all[of].sql}),
chosen AS (SELECT *, ${holds(where)} AS inside, ${against === undefined ? "true" : holds(against)} AS outside FROM facts),
compared AS MATERIALIZED (SELECT * EXCLUDE (outside) FROM chosen WHERE inside OR outside),
sizes AS (SELECT count(*) FILTER (WHERE inside) AS inside_all, count(*) FILTER (WHERE NOT inside) AS outside_all FROM compared),
counted AS (${counted.join("\n  UNION ALL ")})
SELECT name, value, inside, outside, inside_all, outside_all, count(*) OVER () AS tried
FROM counted, sizes
QUALIFY row_number() OVER (PARTITION BY name ORDER BY
  greatest(inside / greatest(inside_all, 1), outside / greatest(outside_all, 1)) DESC, value) <= ${valuesMax}
ORDER BY name, value`
}

/** On a line of its own, which a comment in it does not outlast. */
const holds = (condition: string): string => `CASE WHEN ${condition}\n THEN true ELSE false END`
