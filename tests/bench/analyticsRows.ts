/** Rows of a made-up network, by SQL, for the benchmark of questions: ten million of them in seconds. */
import type * as Store from "../../projections/analytics/Store.ts"

/** Each message has so many receptions, then a verdict and two steps of its delivery. */
const copies = 6
const stride = copies + 3
const devices = 20_000
const stations = 300
const days = 7
const startMs = Date.UTC(2026, 2, 1)

export const rowsInto = async (store: Store.Store, receptions: number): Promise<void> => {
  const messages = Math.ceil(receptions / copies)
  const everyMs = (days * 86_400_000) / messages
  /** A row's first columns; `m` is the message's number in what it is selected from. */
  const place = (position: string, m = "m"): string =>
    `${position} AS position, epoch_ms((${startMs} + ${m} * ${everyMs}e0)::BIGINT) AS occurred_at,
    epoch_ms((${startMs} + 1000 + ${m} * ${everyMs}e0)::BIGINT) AS recorded_at`
  const isRefused = "hash(m) % 50 = 0"
  const steps = (
    [
      ["owed", 1, ""],
      ["succeeded", 2, ", 1 AS attempt, 200 AS status, 50.0 + hash(m) % 400 AS duration_ms"],
    ] as const
  ).map(
    ([
      step,
      after,
      rest,
    ]) => `INSERT INTO kept.deliveries BY NAME SELECT ${place(`m * ${stride} + ${copies + after}`)},
    ${deviceOf("m")} AS device, m % 4096 AS seq, 0 AS epoch, 'c' || hash(m) % 6 AS customer, 'main' AS destination,
    'message' AS notice, '${step}' AS step${rest} FROM range(${messages}) t(m)`,
  )
  for (const sql of [
    `INSERT INTO kept.receptions BY NAME SELECT ${place(`m * ${stride} + c`)}, m * ${stride} AS message, ${deviceOf("m")} AS device,
    ${stationOf(`(hash(m) // 7 + c // 2 * 13) % ${stations}`)} AS station, 'frames' AS source, 'ok' AS checked, 1 + c % 3 AS rank,
    m % 4096 AS seq, -100 - (hash(m * 8 + c) % 400) / 10 AS rssi_dbm, 10 AS snr_db, 868130000 AS frequency_hz,
    hash(m) % 13 AS payload_length FROM (SELECT i // ${copies} AS m, i % ${copies} AS c FROM range(${receptions}) t(i))`,
    `INSERT INTO kept.messages BY NAME SELECT ${place(`m * ${stride} + ${copies}`)}, m * ${stride} AS message, true AS is_first,
    ${deviceOf("m")} AS device, m % 4096 AS seq, 0 AS epoch, CASE WHEN ${isRefused} THEN 'refused' ELSE 'accepted' END AS verdict,
    CASE WHEN ${isRefused} THEN CASE WHEN hash(m) % 100 = 0 THEN 'out-of-sequence' ELSE 'wrong-mac' END END AS reason,
    'data' AS kind, CASE WHEN ${isRefused} THEN NULL WHEN hash(m) % 40 = 1 THEN 2 ELSE 0 END AS missing, 1 AS policy
    FROM range(${messages}) t(m)`,
    ...steps,
    `INSERT INTO kept.device_steps BY NAME SELECT ${place("m", "0")}, ${deviceHex("m")} AS device, 'registered' AS step,
    'c' || m % 6 AS customer, 'g' || m % 5 AS device_group, 'RC1' AS radio_zone, 140 AS contract_per_day, 4096 AS rollover,
    1 AS key_version FROM range(${devices}) t(m)`,
    `INSERT INTO kept.station_steps BY NAME SELECT ${place("m", "0")}, ${stationOf("m")} AS station, 'enrolled' AS step,
    'station ' || m AS name, 'city ' || m % 20 AS city, 49 + (m % 20) / 10 AS lat, 3 + (m // 20) / 10 AS lng,
    'dc-' || m % 2 AS data_centre FROM range(${stations}) t(m)`,
    `INSERT INTO kept.attestations BY NAME SELECT ${place("m", `m * ${messages / 3000}e0`)}, ${stationOf(`m % ${stations}`)} AS station,
    'appraised' AS step, true AS accepted, 1 AS policy FROM range(3000) t(m)`,
    `UPDATE kept.progress SET position = ${messages * stride}`,
    "CHECKPOINT",
  ])
    // One after the other, in one connection.
    // oxlint-disable-next-line no-await-in-loop
    await store.run(sql)
}

const deviceHex = (number: string): string => `upper(to_hex(1000000 + ${number}))`
const deviceOf = (m: string): string => deviceHex(`hash(${m}) % ${devices}`)
const stationOf = (number: string): string => `'BS-' || lpad((${number})::VARCHAR, 4, '0')`
