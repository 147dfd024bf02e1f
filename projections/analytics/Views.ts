/**
 * The tables as somebody sees them: as of a position, and the rows that are theirs to see. A statement that was
 * checked can name these and nothing else, and they are made anew for each.
 */
import type { Position } from "../../core/event/Envelope.ts"
import { column, type Column, type Table } from "./Table.ts"
import { anomalySteps, deliveries, downlinks } from "./tables/handedOn.ts"
import { messages, receptions } from "./tables/messages.ts"
import { attestations, blocks, policies } from "./tables/parties.ts"

export interface View {
  readonly name: string
  readonly about: string
  readonly columns: ReadonlyArray<Column>
  /** `SELECT` of the view from rows that `where` lets through; `where` is `true` or a condition. */
  readonly sql: (where: string) => string
  /** Which rows somebody sees who does not see the whole; undefined for what is the network's own. */
  readonly seen: string | undefined
}

const ofDevice = "device IN (SELECT name FROM seen_devices)"
const ofStation = "station IN (SELECT name FROM seen_stations)"
const ofCustomer = "customer IN (SELECT name FROM seen_customers)"

const plain = (table: Table, seen: string | undefined): View => ({
  name: table.name,
  about: table.about,
  columns: table.columns,
  sql: (where) => `SELECT * FROM kept.${table.name} WHERE ${where}`,
  seen,
})

const devices: View = {
  name: "devices",
  about: "A row a device: registered ones, and those that reports speak of.",
  columns: [
    column("device", "VARCHAR", "Device."),
    column("position", "BIGINT", "Of the event that changed the row last."),
    column("customer", "VARCHAR", "Whose it is."),
    column("device_group", "VARCHAR", "What it is for."),
    column("radio_zone", "VARCHAR", "RC1..RC7."),
    column("contract_per_day", "INTEGER", "Uplinks a day in its contract."),
    column("rollover", "INTEGER", "Where its counter rolls over."),
    column("key_version", "INTEGER", "Version of its key; 0 for none."),
    column("registered", "BOOLEAN", "Registered, and not only reported."),
    column("retired", "BOOLEAN", "Taken out of service."),
    column("disengaged", "BIGINT", "How often its counter check was skipped by hand."),
    column("first_at", "TIMESTAMP", "When it came, by the source's clock."),
    column("recorded_at", "TIMESTAMP", "When the row's last change was recorded."),
  ],
  sql: (where) => `SELECT device, max(position) AS position,
    arg_max_null(customer, position) FILTER (step = 'registered') AS customer,
    arg_max_null(device_group, position) FILTER (step = 'registered') AS device_group,
    arg_max_null(radio_zone, position) FILTER (step = 'registered') AS radio_zone,
    arg_max_null(contract_per_day, position) FILTER (step = 'registered') AS contract_per_day,
    arg_max_null(rollover, position) FILTER (step = 'registered') AS rollover,
    arg_max(key_version, position) AS key_version,
    count(*) FILTER (step = 'registered') > 0 AS registered,
    coalesce(arg_max(step, position) FILTER (step IN ('registered', 'retired')) = 'retired', false) AS retired,
    count(*) FILTER (step = 'disengaged') AS disengaged,
    min(occurred_at) AS first_at, max(recorded_at) AS recorded_at
    FROM kept.device_steps WHERE ${where} GROUP BY device`,
  seen: ofDevice,
}

const stations: View = {
  name: "stations",
  about: "A row a station: enrolled ones, and those that were heard of.",
  columns: [
    column("station", "VARCHAR", "Station."),
    column("position", "BIGINT", "Of the event that changed the row last."),
    column("name", "VARCHAR", "For people."),
    column("city", "VARCHAR", "Where it stands."),
    column("lat", "DOUBLE", "Where it stands."),
    column("lng", "DOUBLE", "Where it stands."),
    column("data_centre", "VARCHAR", "Which data centre it hands on to."),
    column("enrolled", "BOOLEAN", "Enrolled, and not only heard of."),
    column("retired", "BOOLEAN", "Taken out of service."),
    column("first_at", "TIMESTAMP", "When it came, by the source's clock."),
    column("recorded_at", "TIMESTAMP", "When the row's last change was recorded."),
  ],
  sql: (where) => `SELECT station, max(position) AS position,
    arg_max(name, position) AS name, arg_max(city, position) AS city,
    arg_max(lat, position) AS lat, arg_max(lng, position) AS lng,
    arg_max(data_centre, position) AS data_centre,
    count(*) FILTER (step = 'enrolled') > 0 AS enrolled,
    coalesce(arg_max(step, position) FILTER (step IN ('enrolled', 'retired')) = 'retired', false) AS retired,
    min(occurred_at) AS first_at, max(recorded_at) AS recorded_at
    FROM kept.station_steps WHERE ${where} GROUP BY station`,
  seen: ofStation,
}

const anomalies: View = {
  name: "anomalies",
  about: "A row a finding, as the twin sees it: what it thinks is going on, and how sure it is.",
  columns: anomalySteps.columns,
  sql: (where) => `SELECT * FROM kept.anomaly_steps WHERE ${where}
    QUALIFY row_number() OVER (PARTITION BY finding ORDER BY position DESC) = 1`,
  seen: `CASE WHEN device IS NOT NULL THEN ${ofDevice} ELSE ${ofStation} END`,
}

export const views: ReadonlyArray<View> = [
  plain(receptions, ofDevice),
  plain(messages, ofDevice),
  devices,
  stations,
  plain(attestations, ofStation),
  plain(deliveries, `${ofDevice} AND ${ofCustomer}`),
  plain(downlinks, ofDevice),
  anomalies,
  plain(
    blocks,
    `CASE WHEN device IS NOT NULL THEN ${ofDevice} WHEN customer IS NOT NULL THEN ${ofCustomer} WHEN station IS NOT NULL THEN ${ofStation} ELSE false END`,
  ),
  plain(policies, undefined),
]

const byName = new Map(views.map((view) => [view.name, view]))

export const named = (name: string): View | undefined => byName.get(name.toLowerCase())

/** The statement that makes the view on a connection. Undefined where it is not theirs to see. */
export const definition = (
  view: View,
  upTo: Position | undefined,
  scope: { readonly whole: boolean; readonly network: boolean },
): string | undefined => {
  if (!scope.whole && view.seen === undefined && !scope.network) return undefined
  const conditions = [
    ...(upTo === undefined ? [] : [`position < ${upTo}`]),
    ...(scope.whole || view.seen === undefined ? [] : [`(${view.seen})`]),
  ]
  return `CREATE TEMP VIEW ${view.name} AS ${view.sql(conditions.length === 0 ? "true" : conditions.join(" AND "))}`
}
