/** Named question: by how many stations messages are heard. */
import { heard, share } from "./clauses.ts"
import { customer, device, period } from "./Parameter.ts"
import { column, question } from "./Question.ts"

export const stationsPerMessage = question({
  name: "stations-per-message",
  title: "stations that heard a message",
  about: "How many messages were heard by one station, by two, and so on.",
  parameters: { device, customer, ...period },
  sql: (given) => `WITH heard AS (
  SELECT message, count(DISTINCT station) AS stations FROM receptions ${heard(given)} GROUP BY message)
SELECT stations, count(*) AS messages, ${share("count(*)", "sum(count(*)) OVER ()")} AS share,
  ${share("sum(count(*)) OVER (ORDER BY stations DESC)", "sum(count(*)) OVER ()")} AS at_least_share
FROM heard GROUP BY stations ORDER BY stations`,
  columns: [
    column("stations", "", "Stations that heard the message."),
    column("messages", "", "Messages heard by so many."),
    column("share", "share", "Of all messages asked about."),
    column("at_least_share", "share", "Messages heard by so many or more."),
  ],
  chart: () => ({ kind: "bars", x: "stations", y: "messages" }),
})
