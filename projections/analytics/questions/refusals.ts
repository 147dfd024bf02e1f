/** Named question: what was refused, why, where it was heard, and whose it was. */
import { is, ofCustomer, share, where, within } from "./clauses.ts"
import { choice, customer, device, period } from "./Parameter.ts"
import { column, question } from "./Question.ts"

const groups = {
  reason: ["reason"],
  station: ["station"],
  customer: ["customer"],
  all: ["reason", "station", "customer"],
} as const

export const refusals = question({
  name: "refusals",
  title: "refusals by reason, station or customer",
  about:
    "How many messages were refused, by why, by the station that heard them first, or by whose device they claim to be from.",
  parameters: {
    by: choice("What is counted together.", ["reason", "station", "customer", "all"]),
    device,
    customer,
    ...period,
  },
  sql: (given) => {
    const by = groups[given.by]
    const has = (name: string) => by.some((each) => each === name)
    return `SELECT ${by.join(", ")}, count(*) AS messages,
  ${share("count(*)", "sum(count(*)) OVER ()")} AS share, count(DISTINCT device) AS devices,
  min(occurred_at) AS first_at, max(occurred_at) AS last_at
FROM (SELECT m.message, m.device, m.reason, m.occurred_at
    ${has("station") ? ", r.station" : ""}${has("customer") ? ", d.customer" : ""}
  FROM messages m
  ${has("station") ? "LEFT JOIN receptions r ON r.position = m.message" : ""}
  ${has("customer") ? "LEFT JOIN devices d ON d.device = m.device" : ""}
  WHERE m.verdict = 'refused')
${where(is("device", given.device), ofCustomer(given.customer), ...within(given))}
GROUP BY ALL ORDER BY messages DESC, ${by.join(", ")}`
  },
  columns: [
    column("reason", "", "Why."),
    column("station", "", "Who heard it first."),
    column(
      "customer",
      "",
      "Whose device it claims to be from; empty where there is no such device.",
    ),
    column("messages", "", "Messages refused."),
    column("share", "share", "Of all that were refused."),
    column("devices", "", "Devices that they claim to be from."),
    column("first_at", "", "The first of them, by the sources' clocks."),
    column("last_at", "", "The last of them."),
  ],
  chart: ({ by }) => ({ kind: "bars", x: by === "all" ? "reason" : by, y: "messages" }),
})
