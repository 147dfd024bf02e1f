/** Named question: what is lost of each device's messages, and how often the rest is heard. */
import { heard, is, ofCustomer, share, where, within } from "./clauses.ts"
import { customer, device, period } from "./Parameter.ts"
import { column, question } from "./Question.ts"

export const losses = question({
  name: "losses",
  title: "losses and repeats by device",
  about:
    "How many of each device's numbers never came, and how often the messages that came were heard: copies in all, and how many of a message's three transmissions. The most lost first.",
  parameters: { device, customer, ...period },
  sql: (given) => `WITH told AS (
  SELECT device, count(*) FILTER (is_first AND verdict <> 'refused') AS messages,
    sum(missing)::BIGINT AS missing
  FROM messages ${where(is("device", given.device), ofCustomer(given.customer), ...within(given))} GROUP BY device),
each AS (
  SELECT any_value(device) AS device, count(*) AS copies, count(DISTINCT station) AS stations,
    bit_count(bit_or(CASE WHEN rank IS NULL THEN 0 ELSE 1 << (rank - 1) END)) AS transmissions
  FROM receptions ${heard(given)} GROUP BY message),
heard AS (
  SELECT device, sum(copies) AS receptions, avg(copies) AS copies, avg(stations) AS stations,
    avg(transmissions) FILTER (transmissions > 0) AS transmissions,
    count(*) FILTER (copies = 1) AS once, count(*) AS heard
  FROM each GROUP BY device)
SELECT device, coalesce(messages, 0) AS messages, missing,
  ${share("missing", "messages + missing")} AS lost_share, coalesce(receptions, 0)::BIGINT AS receptions,
  round(copies, 2) AS copies, round(stations, 2) AS stations, round(transmissions, 2) AS transmissions,
  ${share("once", "heard")} AS once_share
FROM told FULL JOIN heard USING (device) ORDER BY missing DESC NULLS LAST, device`,
  columns: [
    column("device", "", "Device, as the frames claim."),
    column("messages", "", "Messages accepted or reported."),
    column(
      "missing",
      "",
      "Numbers missing between accepted ones; empty where only reports tell of it.",
    ),
    column("lost_share", "share", "Missing ones of all that it must have sent."),
    column("receptions", "", "Copies of its messages, of all stations."),
    column("copies", "", "Copies of a message, on average."),
    column("stations", "", "Stations that heard a message, on average."),
    column(
      "transmissions",
      "",
      "How many of a message's three transmissions were heard, on average; empty where only reports tell of it.",
    ),
    column("once_share", "share", "Messages of which there is one copy alone."),
  ],
  chart: () => ({ kind: "bars", x: "device", y: "missing" }),
})
