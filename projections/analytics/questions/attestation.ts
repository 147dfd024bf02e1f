/** Named question: how many stations have shown what they run, and how long ago. */
import { latest, share } from "./clauses.ts"
import { choice, number, period, withDefault } from "./Parameter.ts"
import { column, question } from "./Question.ts"

const keys = {
  network: "'all' AS network",
  city: "city",
  "data-centre": "data_centre",
  station: "station",
} as const

export const attestation = question({
  name: "attestation",
  title: "attestation coverage and age",
  about:
    "How many stations have had evidence of what they run accepted, how long ago, and how many are distrusted: in all, by city, by data centre, or station by station. Retired stations are left out.",
  parameters: {
    by: choice("What is counted together.", ["network", "city", "data-centre", "station"]),
    until: { ...period.until, about: "Ages as of this instant; of the latest event when absent." },
    hours: withDefault(
      number({ about: "Evidence no older than so many hours is fresh.", min: 0, max: 87_600 }),
      24,
    ),
  },
  sql: (given) => `WITH steps AS (
  SELECT station, arg_max(trusted, position) FILTER (trusted IS NOT NULL) AS trusted,
    max(occurred_at) FILTER (step = 'appraised' AND accepted) AS attested_at,
    count(*) FILTER (step = 'appraised' AND NOT accepted) AS failures,
    count(*) FILTER (step = 'fell-silent') AS silences
  FROM attestations WHERE station IS NOT NULL GROUP BY station),
ages AS (
  SELECT ${keys[given.by]}, station AS of_station, attested_at, failures, silences, trusted,
    epoch_ms(${latest(given.until, ["messages", "attestations"])} - attested_at) / 3600000 AS age_h
  FROM stations LEFT JOIN steps USING (station) WHERE NOT retired)
SELECT ${columnOf(given.by)}, count(*) AS stations, count(attested_at) AS attested,
  ${share("count(attested_at)", "count(*)")} AS attested_share,
  ${share("count(*) FILTER (age_h <= $hours)", "count(*)")} AS fresh_share,
  count(*) FILTER (trusted = false) AS distrusted,
  coalesce(sum(failures), 0)::BIGINT AS failures, coalesce(sum(silences), 0)::BIGINT AS silences,
  round(median(age_h), 2) AS median_age_h, round(max(age_h), 2) AS oldest_age_h
FROM ages GROUP BY ${columnOf(given.by)} ORDER BY ${columnOf(given.by)}`,
  columns: [
    column("network", "", "All stations together."),
    column("city", "", "City."),
    column("data_centre", "", "Data centre that they hand on to."),
    column("station", "", "Station."),
    column("stations", "", "Stations in service."),
    column("attested", "", "Stations whose evidence was accepted at least once."),
    column("attested_share", "share", "Of the stations in service."),
    column("fresh_share", "share", "Stations whose evidence is fresh."),
    column("distrusted", "", "Stations whose receptions do not count now."),
    column("failures", "", "Evidence that was refused."),
    column("silences", "", "Challenges that were not answered in time."),
    column("median_age_h", "h", "Age of the last accepted evidence, of the station in the middle."),
    column("oldest_age_h", "h", "Age of the last accepted evidence, of the station longest ago."),
  ],
  chart: ({ by }) => ({ kind: "bars", x: columnOf(by), y: "attested_share" }),
})

const columnOf = (by: keyof typeof keys): string => (by === "data-centre" ? "data_centre" : by)
