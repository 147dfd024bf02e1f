/** Named question: how callbacks go: how long they take, and how many succeed. */
import { is, share, where, within } from "./clauses.ts"
import { choice, customer, period } from "./Parameter.ts"
import { column, question } from "./Question.ts"

const keys = {
  hour: "date_trunc('hour', occurred_at) AS hour",
  day: "occurred_at::DATE AS day",
  destination: "customer, destination",
  customer: "customer",
} as const

export const callbacks = question({
  name: "callbacks",
  title: "latency and success of callbacks",
  about:
    "Attempts at delivering over HTTPS or e-mail: how many succeeded and how long they took (median, and what 90 and 99 of 100 stay below), by the hour of the attempt, the day, the destination or the customer.",
  parameters: {
    by: choice("What is counted together.", ["hour", "day", "destination", "customer"]),
    customer,
    ...period,
  },
  sql: (
    given,
  ) => `SELECT ${keys[given.by]}, count(*) FILTER (step IN ('succeeded', 'failed')) AS attempts,
  count(*) FILTER (step = 'succeeded') AS succeeded, count(*) FILTER (step = 'failed') AS failed,
  count(*) FILTER (step = 'abandoned') AS given_up,
  ${share("count(*) FILTER (step = 'succeeded')", "count(*) FILTER (step IN ('succeeded', 'failed'))")} AS success_share,
  ${share("count(*) FILTER (step = 'succeeded' AND attempt = 1)", "count(*) FILTER (attempt = 1)")} AS at_once_share,
  round(quantile_cont(duration_ms, 0.5), 1) AS p50_ms, round(quantile_cont(duration_ms, 0.9), 1) AS p90_ms,
  round(quantile_cont(duration_ms, 0.99), 1) AS p99_ms
FROM deliveries ${where("step IN ('succeeded', 'failed', 'abandoned')", is("customer", given.customer), ...within(given))}
GROUP BY ${given.by === "destination" ? "customer, destination" : given.by}
ORDER BY ${given.by === "destination" ? "customer, destination" : given.by}`,
  columns: [
    column("hour", "", "Hour of the attempt, UTC."),
    column("day", "", "Day of the attempt, UTC."),
    column("customer", "", "Whom it was for."),
    column("destination", "", "Where it went."),
    column("attempts", "", "Attempts that ended."),
    column("succeeded", "", "Attempts that the destination answered with success."),
    column("failed", "", "Attempts that it refused, or did not answer in time."),
    column("given_up", "", "Deliveries given up after their last attempt."),
    column("success_share", "share", "Succeeded of all attempts."),
    column("at_once_share", "share", "First attempts that succeeded."),
    column("p50_ms", "ms", "Median time of an attempt."),
    column("p90_ms", "ms", "90 of 100 attempts took less."),
    column("p99_ms", "ms", "99 of 100 attempts took less."),
  ],
  chart: ({ by }) =>
    by === "hour" || by === "day"
      ? { kind: "lines", x: by, y: "p90_ms" }
      : { kind: "bars", x: by, y: "p90_ms" },
})
