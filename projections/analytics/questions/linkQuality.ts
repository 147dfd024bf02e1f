/** Named question: how well each device is heard, day by day. */
import { share } from "./clauses.ts"
import { customer, device, period } from "./Parameter.ts"
import { qualityByMessage } from "./qualityByMessage.ts"
import { column, question } from "./Question.ts"

export const linkQuality = question({
  name: "link-quality",
  title: "link quality by device and day",
  about:
    "How well each device was heard on each day (UTC): how many stations heard a message, how strong its best reception was, and its link quality by the published table (0 limit, 1 average, 2 good, 3 excellent).",
  parameters: { device, customer, ...period },
  sql: (given) => `WITH quality AS (${qualityByMessage(given)})
SELECT device, day, count(*) AS messages, round(avg(stations), 2) AS stations,
  round(avg(best_dbm), 1) AS best_rssi_dbm, round(avg(best_snr), 1) AS best_snr_db,
  round(avg(lqi), 2) AS lqi, ${share("count(*) FILTER (lqi = 0)", "count(lqi)")} AS limit_share
FROM quality GROUP BY device, day ORDER BY device, day`,
  columns: [
    column("device", "", "Device, as the frames claim."),
    column("day", "", "Day of the first reception, UTC."),
    column("messages", "", "Messages heard."),
    column("stations", "", "Stations that heard a message, on average."),
    column("best_rssi_dbm", "dBm", "Strongest reception of a message, on average."),
    column("best_snr_db", "dB", "Clearest reception of a message, on average."),
    column("lqi", "", "Link quality 0..3, on average."),
    column("limit_share", "share", "Messages whose link quality was limit."),
  ],
  chart: () => ({ kind: "lines", x: "day", y: "lqi", series: "device" }),
})
