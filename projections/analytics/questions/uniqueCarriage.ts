/** Named question: which stations carry messages that nobody else heard. */
import { heard, share } from "./clauses.ts"
import { customer, number, period, withDefault } from "./Parameter.ts"
import { column, question } from "./Question.ts"

export const uniqueCarriage = question({
  name: "unique-carriage",
  title: "stations by unique carriage",
  about:
    "Which stations heard messages that no other station heard: what would be lost without them. The most such messages first.",
  parameters: {
    customer,
    ...period,
    top: withDefault(
      number({ about: "How many stations at most.", min: 1, max: 100_000, whole: true }),
      10_000,
    ),
  },
  sql: (given) => `WITH pairs AS (SELECT message, station, any_value(device) AS device
  FROM receptions ${heard(given)} GROUP BY message, station),
alone AS (SELECT message FROM pairs GROUP BY message HAVING count(*) = 1)
SELECT station, any_value(stations.name) AS name, count(*) AS messages, count(alone.message) AS only_here,
  ${share("count(alone.message)", "count(*)")} AS share,
  count(DISTINCT pairs.device) FILTER (alone.message IS NOT NULL) AS devices
FROM pairs LEFT JOIN alone USING (message) LEFT JOIN stations USING (station)
GROUP BY station ORDER BY only_here DESC, messages DESC, station LIMIT $top::BIGINT`,
  columns: [
    column("station", "", "Station."),
    column("name", "", "Its name for people."),
    column("messages", "", "Messages that it heard."),
    column("only_here", "", "Of those, messages that no other station heard."),
    column("share", "share", "Of the messages that it heard."),
    column("devices", "", "Devices whose messages those were."),
  ],
  chart: () => ({ kind: "bars", x: "station", y: "only_here" }),
})
