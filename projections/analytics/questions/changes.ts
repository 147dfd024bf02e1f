/** Named question: what is different now from the week before. */
import { carried, latest, ofCustomer, where } from "./clauses.ts"
import { customer, number, period, withDefault } from "./Parameter.ts"
import { column, question } from "./Question.ts"

/** A line: what it is called, the two periods' figures, and names that say more. */
const line = (what: string, from: string, before: string, now: string, names = "NULL"): string =>
  `SELECT '${what}' AS what, (${before})::DOUBLE AS before, (${now})::DOUBLE AS now, ${names} AS names FROM ${from}`

const ratio = (part: string, whole: string): string => `${part} / nullif(${whole}, 0)`

/** The first few of a list, in order. */
const few = (list: string): string => `array_to_string(list_sort(${list})[1:5], ' ')`

export const changes = question({
  name: "changes",
  title: "what changed since last week",
  about:
    "The figures of the last days beside those of as many days before: traffic, refusals, losses, signal, callbacks and findings; and which devices and stations are new, or were heard before and are not any more.",
  parameters: {
    days: withDefault(
      number({ about: "Length of each of the two periods, days.", min: 0.01, max: 3660 }),
      7,
    ),
    until: { ...period.until, about: "End of the later period; the latest event when absent." },
    customer,
  },
  sql: (given) => {
    const own = ofCustomer(given.customer)
    const recent = where("occurred_at >= since", "occurred_at < ends", own)
    return `WITH ends AS (SELECT ${latest(given.until, ["messages", "receptions"])} + ${given.until === undefined ? "INTERVAL 1 MILLISECOND" : "INTERVAL 0 SECOND"} AS ends,
  to_milliseconds((86400000 * $days)::BIGINT) AS span),
spans AS (SELECT ends, ends - span AS turn, ends - span - span AS since FROM ends),
m AS (SELECT ${both("count(*)", "is_first")}, ${both("count(*)", "is_first AND verdict = 'refused'", "refused")},
    ${both("sum(missing)", "true", "missing")}
  FROM messages, spans ${recent}),
by_device AS (SELECT device, min(occurred_at) < turn AS before, max(occurred_at) >= turn AS now
  FROM messages, spans ${recent} GROUP BY device, turn),
d AS (SELECT count(*) FILTER (before) AS before, count(*) FILTER (now) AS now,
    list(device) FILTER (before AND NOT now) AS gone FROM by_device),
fresh AS (SELECT count(*) FILTER (first_at < turn) AS before, count(*) FILTER (first_at >= turn) AS now,
    list(device) FILTER (first_at >= turn) AS names
  FROM devices, spans ${where("first_at >= since", "first_at < ends", own)}),
r AS (SELECT ${both("count(*)", "true")}, ${both("avg(rssi_dbm)", "true", "dbm")}
  FROM receptions, spans ${where("occurred_at >= since", "occurred_at < ends", own, carried)}),
by_station AS (SELECT station, min(occurred_at) < turn AS before, max(occurred_at) >= turn AS now
  FROM receptions, spans ${recent} GROUP BY station, turn),
s AS (SELECT count(*) FILTER (before) AS before, count(*) FILTER (now) AS now,
    list(station) FILTER (before AND NOT now) AS gone, list(station) FILTER (now AND NOT before) AS come FROM by_station),
c AS (SELECT ${both("count(*)", "step IN ('succeeded', 'failed')")}, ${both("count(*)", "step = 'succeeded'", "succeeded")},
    ${both("quantile_cont(duration_ms, 0.9)", "step IN ('succeeded', 'failed')", "p90")}
  FROM deliveries, spans ${recent}),
a AS (SELECT count(*) FILTER (began_at < turn) AS before, count(*) FILTER (began_at >= turn) AS now,
    list(DISTINCT kind) FILTER (began_at >= turn) AS names
  FROM anomalies, spans ${where("began_at >= since", "began_at < ends", own)})
SELECT what, round(before, 4) AS before, round(now, 4) AS now, round(now - before, 4) AS change,
  round(now / nullif(before, 0) - 1, 4) AS change_share, names FROM (
  ${[
    line("messages", "m", "before", "now"),
    line("messages refused", "m", "refused_before", "refused_now"),
    line("share refused", "m", ratio("refused_before", "before"), ratio("refused_now", "now")),
    line("numbers missing", "m", "coalesce(missing_before, 0)", "coalesce(missing_now, 0)"),
    line("devices heard", "d", "before", "now"),
    line("devices new", "fresh", "before", "now", few("names")),
    line("devices not heard any more", "d", "NULL", "len(coalesce(gone, []))", few("gone")),
    line("receptions", "r", "before", "now"),
    line("mean RSSI, dBm", "r", "dbm_before", "dbm_now"),
    line("stations heard", "s", "before", "now"),
    line("stations heard only now", "s", "NULL", "len(coalesce(come, []))", few("come")),
    line("stations not heard any more", "s", "NULL", "len(coalesce(gone, []))", few("gone")),
    line("callback attempts", "c", "before", "now"),
    line(
      "callbacks, share succeeded",
      "c",
      ratio("succeeded_before", "before"),
      ratio("succeeded_now", "now"),
    ),
    line("callbacks, 90 of 100 below, ms", "c", "p90_before", "p90_now"),
    line("findings begun", "a", "before", "now", few("names")),
  ].join("\n  UNION ALL ")})`
  },
  columns: [
    column("what", "", "Figure."),
    column("before", "", "In the earlier period."),
    column("now", "", "In the later period."),
    column("change", "", "By how much it rose, or fell where it is negative."),
    column("change_share", "share", "The same as a part of what it was before."),
    column("names", "", "Which ones, at most five."),
  ],
  chart: () => ({ kind: "bars", x: "what", y: "change_share" }),
})

/** An aggregate in each of the two periods. */
const both = (aggregate: string, holds: string, name?: string): string => {
  const prefix = name === undefined ? "" : `${name}_`
  const filtered = (when: string, suffix: string) =>
    `${aggregate} FILTER ((${holds}) AND ${when}) AS ${prefix}${suffix}`
  return `${filtered("occurred_at < turn", "before")}, ${filtered("occurred_at >= turn", "now")}`
}
