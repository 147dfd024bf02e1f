/** Named question: in how much of a period each station was heard of. */
import { instant, is, latest, share, where, within } from "./clauses.ts"
import { number, period, station, withDefault } from "./Parameter.ts"
import { column, question } from "./Question.ts"

export const availability = question({
  name: "availability",
  title: "availability of stations over a period",
  about:
    "In how many slots of the period each station handed on at least one reception, and the longest time in which it handed on none. A station's period begins when it is first known. A slot without traffic nearby counts as missed, so choose slots that are long enough. The least available first.",
  parameters: {
    station,
    from: period.from,
    until: {
      ...period.until,
      about: "End of the period; the latest reception when absent.",
    },
    minutes: withDefault(
      number({ about: "Length of a slot, minutes.", min: 1, max: 10_080, whole: true }),
      60,
    ),
  },
  sql: (given) => `WITH ends AS (SELECT ${latest(given.until, ["receptions"])} AS end_at),
slots AS (
  SELECT station, time_bucket(to_minutes($minutes::BIGINT), occurred_at) AS slot,
    min(occurred_at) AS first_at, max(occurred_at) AS last_at
  FROM receptions ${where(is("station", given.station), ...within(given))} GROUP BY station, slot),
gaps AS (
  SELECT station, slot, last_at,
    first_at - lag(last_at) OVER (PARTITION BY station ORDER BY slot) AS gap FROM slots),
heard AS (
  SELECT station, count(*) AS heard_slots, max(last_at) AS last_at, max(gap) AS gap FROM gaps GROUP BY station),
known AS (
  SELECT station, name, ${given.from === undefined ? "first_at" : `greatest(first_at, ${instant("from")})`} AS begin_at
  FROM stations ${where("NOT retired", is("station", given.station))}),
spans AS (
  SELECT station, name, heard_slots, last_at, gap, begin_at, end_at,
    1 + date_diff('minute', time_bucket(to_minutes($minutes::BIGINT), begin_at),
      time_bucket(to_minutes($minutes::BIGINT), end_at)) // $minutes::BIGINT AS slots
  FROM known LEFT JOIN heard USING (station), ends WHERE begin_at <= end_at)
SELECT station, name, slots, coalesce(heard_slots, 0) AS heard_slots,
  ${share("least(coalesce(heard_slots, 0), slots)", "slots")} AS available_share,
  round(epoch_ms(greatest(gap, end_at - coalesce(last_at, begin_at))) / 3600000, 2) AS longest_gap_h, last_at
FROM spans ORDER BY available_share, station`,
  columns: [
    column("station", "", "Station."),
    column("name", "", "Its name for people."),
    column("slots", "", "Slots of the period since it is known."),
    column("heard_slots", "", "Slots in which it handed on a reception."),
    column("available_share", "share", "Of its slots."),
    column(
      "longest_gap_h",
      "h",
      "Longest time between slots without a reception of it, or from the last to the end; gaps within a slot are not seen.",
    ),
    column("last_at", "", "Its last reception in the period, by its own clock."),
  ],
  chart: () => ({ kind: "bars", x: "station", y: "available_share" }),
})
