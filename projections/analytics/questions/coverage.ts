/** Named question: how well a region is covered, cell by cell. */
import { heard, share, where } from "./clauses.ts"
import { customer, number, period, withDefault } from "./Parameter.ts"
import { column, question } from "./Question.ts"

const degrees = (about: string, max: number) => number({ about, min: -max, max })

export const coverage = question({
  name: "coverage",
  title: "coverage of a region",
  about:
    "For each cell of a region: stations that stand in it, and the messages from it, with how many stations heard them and how many hung on one station alone. A message is where the network says it was, else where the station stands that heard it best.",
  parameters: {
    south: withDefault(degrees("Southern edge of the region, degrees.", 90), -90),
    west: withDefault(degrees("Western edge, degrees.", 180), -180),
    north: withDefault(degrees("Northern edge, degrees.", 90), 90),
    east: withDefault(degrees("Eastern edge, degrees.", 180), 180),
    cell: withDefault(
      number({ about: "Size of a cell, degrees; 0.05 is some 5 km.", min: 0.001, max: 10 }),
      0.05,
    ),
    customer,
    ...period,
  },
  sql: (given) => `WITH places AS (
  SELECT station, lat, lng FROM stations WHERE lat IS NOT NULL AND lng IS NOT NULL AND NOT retired),
heard AS (
  SELECT message, any_value(device) AS device, count(DISTINCT station) AS stations,
    max(rssi_dbm) AS dbm, arg_max(station, coalesce(rssi_dbm, -999)) AS station
  FROM receptions ${heard(given)} GROUP BY message),
located AS (
  SELECT message, lat, lng FROM messages WHERE lat IS NOT NULL AND lng IS NOT NULL
  QUALIFY row_number() OVER (PARTITION BY message ORDER BY position DESC) = 1),
sent AS (
  SELECT coalesce(located.lat, places.lat) AS lat, coalesce(located.lng, places.lng) AS lng,
    heard.device, heard.stations, heard.dbm
  FROM heard LEFT JOIN located USING (message) LEFT JOIN places USING (station)),
cells AS (
  SELECT floor(lat / $cell) AS y, floor(lng / $cell) AS x, count(*) AS messages,
    count(DISTINCT device) AS devices, avg(stations) AS heard_by,
    count(*) FILTER (stations = 1) AS alone, avg(dbm) AS dbm
  FROM sent ${inRegion} GROUP BY y, x),
standing AS (
  SELECT floor(lat / $cell) AS y, floor(lng / $cell) AS x, count(*) AS stations
  FROM places ${inRegion} GROUP BY y, x)
SELECT round((y + 0.5) * $cell, 6) AS lat, round((x + 0.5) * $cell, 6) AS lng,
  coalesce(stations, 0) AS stations, coalesce(messages, 0) AS messages, coalesce(devices, 0) AS devices,
  round(heard_by, 2) AS heard_by, ${share("alone", "messages")} AS alone_share, round(dbm, 1) AS best_rssi_dbm
FROM cells FULL JOIN standing USING (y, x) ORDER BY messages DESC, lat, lng`,
  columns: [
    column("lat", "deg", "Middle of the cell."),
    column("lng", "deg", "Middle of the cell."),
    column("stations", "", "Stations in it."),
    column("messages", "", "Messages from it."),
    column("devices", "", "Devices whose messages those were."),
    column(
      "heard_by",
      "",
      "Stations that heard a message from it, on average, wherever they stand.",
    ),
    column("alone_share", "share", "Messages that one station alone heard."),
    column("best_rssi_dbm", "dBm", "Strongest reception of a message, on average."),
  ],
  chart: () => ({ kind: "map", size: "messages", shade: "heard_by" }),
})

const inRegion = where("lat >= $south", "lat < $north", "lng >= $west", "lng < $east")
