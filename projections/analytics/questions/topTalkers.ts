/** Named question: who sends the most. */
import { heard, ofCustomer, share, where, within } from "./clauses.ts"
import { choice, customer, number, period, withDefault } from "./Parameter.ts"
import { column, question } from "./Question.ts"

const keys = { device: "device", customer: "customer", group: "device_group" } as const

export const topTalkers = question({
  name: "top-talkers",
  title: "top talkers",
  about:
    "Whose messages are the most: by device, by customer or by what the devices are for; with how many were refused and how many receptions they made.",
  parameters: {
    by: choice("What is counted together.", ["device", "customer", "group"]),
    customer,
    ...period,
    top: withDefault(number({ about: "How many at most.", min: 1, max: 100_000, whole: true }), 20),
  },
  sql: (given) => {
    const key = keys[given.by]
    const filter = where(ofCustomer(given.customer), ...within(given))
    return `WITH told AS (
  SELECT device, count(*) FILTER (is_first) AS messages,
    count(*) FILTER (is_first AND verdict = 'refused') AS refused,
    min(occurred_at) AS first_at, max(occurred_at) AS last_at
  FROM messages ${filter} GROUP BY device),
heard AS (SELECT device, count(*) AS receptions FROM receptions ${heard(given)} GROUP BY device),
each AS (
  SELECT device, customer, device_group, messages, refused, coalesce(receptions, 0) AS receptions, told.first_at, last_at
  FROM told LEFT JOIN heard USING (device) LEFT JOIN devices USING (device))
SELECT ${given.by === "device" ? "device, any_value(customer) AS customer" : `${key}, count(*) AS devices`},
  sum(messages)::BIGINT AS messages, ${share("sum(messages)", "sum(sum(messages)) OVER ()")} AS share,
  sum(refused)::BIGINT AS refused, sum(receptions)::BIGINT AS receptions,
  min(first_at) AS first_at, max(last_at) AS last_at
FROM each GROUP BY ${key} ORDER BY messages DESC, ${key} LIMIT $top::BIGINT`
  },
  columns: [
    column("device", "", "Device, as the frames claim."),
    column("customer", "", "Whose it is."),
    column("device_group", "", "What it is for."),
    column("devices", "", "Devices that sent."),
    column("messages", "", "Messages, refused ones with them."),
    column("share", "share", "Of all messages."),
    column("refused", "", "Messages refused."),
    column("receptions", "", "Receptions of them."),
    column("first_at", "", "The first in the period, by the sources' clocks."),
    column("last_at", "", "The last in the period."),
  ],
  chart: ({ by }) => ({ kind: "bars", x: keys[by], y: "messages" }),
})
