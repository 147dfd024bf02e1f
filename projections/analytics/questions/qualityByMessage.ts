/**
 * A row a message that was heard: by how many stations, how strongly, and its link quality as `core/frame/linkQuality.ts`
 * says it. What a network reported of its quality stands in the table `messages` and is not looked at here.
 */
import { thresholdsOf } from "../../../core/frame/linkQuality.ts"
import type { ZoneName } from "../../../core/frame/RadioZone.ts"
import { heard } from "./clauses.ts"

const usual = thresholdsOf("RC1")
const hopping = thresholdsOf("RC2")
const hoppingZones: ReadonlyArray<ZoneName> = ["RC2", "RC4"]
const zones = hoppingZones.map((zone) => `'${zone}'`).join(", ")

/** device, message, day, stations, copies, best_dbm, best_snr, lqi; `SELECT` without an order. */
export const qualityByMessage = (given: Parameters<typeof heard>[0]): string =>
  `SELECT device, message, min(first_at)::DATE AS day, count(*) AS stations, sum(copies) AS copies,
    max(dbm) AS best_dbm, max(snr) AS best_snr,
    CASE WHEN count(dbm) = 0 THEN NULL
      WHEN count(*) FILTER (dbm > high) >= 3 THEN 3
      WHEN count(*) FILTER (dbm > high) >= 1 OR count(*) FILTER (dbm > low AND dbm <= high) >= 3 THEN 2
      WHEN count(*) FILTER (dbm > low AND dbm <= high) >= 1 THEN 1
      ELSE 0 END AS lqi
  FROM (SELECT *, CASE WHEN hops THEN ${hopping.highDbm} ELSE ${usual.highDbm} END AS high,
      CASE WHEN hops THEN ${hopping.lowDbm} ELSE ${usual.lowDbm} END AS low
    FROM (SELECT any_value(device) AS device, message, station, min(occurred_at) AS first_at,
        max(rssi_dbm) AS dbm, max(snr_db) AS snr, count(*) AS copies,
        any_value(device) IN (SELECT device FROM devices WHERE radio_zone IN (${zones})) AS hops
      FROM receptions ${heard(given)} GROUP BY message, station))
  GROUP BY device, message`
