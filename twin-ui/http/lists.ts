/**
 * Lists of devices, stations and customers: rows, newest or worst first, a page at a time.
 *
 * `next` is the `offset` of the next page. Pages fit together when they are asked for with `at` of the first
 * page's `position`.
 */
import * as Schema from "effect/Schema"
import * as Delivery from "../../projections/delivery/Delivery.ts"
import type * as Device from "../../projections/device/Device.ts"
import type * as Integrity from "../../projections/integrity/Integrity.ts"
import { Tone } from "../../projections/chain/EventRow.ts"
import { standing as customerStanding } from "./entity/tellCustomer.ts"
import { severityOf, standing as deviceStanding } from "./entity/tellDevice.ts"
import { standing as stationStanding } from "./entity/tellStation.ts"
import type { Viewer } from "./Viewer.ts"

const page = {
  /** Last position in the answer, -1 for none. */
  position: Schema.Int,
  /** Of all that fit the question. */
  total: Schema.Int,
  next: Schema.optionalKey(Schema.Int),
}

const row = {
  id: Schema.String,
  status: Schema.String,
  tone: Tone,
  retired: Schema.Boolean,
  lastHeardMs: Schema.NullOr(Schema.Int),
}

export const DeviceRow = Schema.Struct({
  ...row,
  registered: Schema.Boolean,
  customer: Schema.NullOr(Schema.String),
  group: Schema.NullOr(Schema.String),
  lastSeq: Schema.NullOr(Schema.Int),
  lastEpoch: Schema.NullOr(Schema.Int),
  accepted: Schema.Int,
  refused: Schema.Int,
  reported: Schema.Int,
})
export const DevicesAnswer = Schema.Struct({ ...page, devices: Schema.Array(DeviceRow) })

export const StationRow = Schema.Struct({
  ...row,
  enrolled: Schema.Boolean,
  name: Schema.NullOr(Schema.String),
  city: Schema.NullOr(Schema.String),
  dataCentre: Schema.NullOr(Schema.String),
  receptions: Schema.Int,
  reportedReceptions: Schema.Int,
  /** Accepted messages that rest on it alone since its trust was last good. */
  alone: Schema.Int,
})
export const StationsAnswer = Schema.Struct({ ...page, stations: Schema.Array(StationRow) })

export const CustomerRow = Schema.Struct({
  id: Schema.String,
  status: Schema.String,
  tone: Tone,
  retired: Schema.Boolean,
  name: Schema.NullOr(Schema.String),
  destinations: Schema.Int,
  owed: Schema.Int,
  delivered: Schema.Int,
  pending: Schema.Int,
  abandoned: Schema.Int,
})
export const CustomersAnswer = Schema.Struct({ ...page, customers: Schema.Array(CustomerRow) })

export const orders = ["newest", "worst"] as const
export const limitDefault = 100
export const limitMax = 1_000
export const offsetMax = 100_000_000

export interface Page {
  readonly order: (typeof orders)[number]
  readonly offset: number
  readonly limit: number
}

export interface Paged<Row> {
  readonly rows: ReadonlyArray<Row>
  readonly total: number
  readonly next?: number
}

export const devices = (
  viewer: Viewer,
  state: Device.State,
  wanted: { readonly customer: string | undefined; readonly group: string | undefined },
  asked: Page,
): Paged<typeof DeviceRow.Type> =>
  paged(
    [...state.devices.values()].filter(
      ({ device, registration }) =>
        (viewer.whole || viewer.mayOn("read", { device })) &&
        (wanted.customer === undefined || registration?.customer === wanted.customer) &&
        (wanted.group === undefined || registration?.group === wanted.group),
    ),
    asked,
    { severityOf, msOf: ({ lastHeardMs }) => lastHeardMs ?? -1, idOf: ({ device }) => device },
    (device) => ({
      id: device.device,
      ...statusOf(deviceStanding(device)),
      retired: device.retired,
      lastHeardMs: device.lastHeardMs,
      registered: device.registration !== null,
      customer: device.registration?.customer ?? null,
      group: device.registration?.group ?? null,
      lastSeq: device.lastSeq,
      lastEpoch: device.lastEpoch,
      accepted: device.accepted,
      refused: device.refused,
      reported: device.reported,
    }),
  )

export const stations = (
  viewer: Viewer,
  state: Integrity.State,
  asked: Page,
): Paged<typeof StationRow.Type> =>
  paged(
    [...state.stations.values()].filter(({ station }) => viewer.mayOn("read", { station })),
    asked,
    {
      severityOf: (station) => severities[stationStanding(station).tone],
      msOf: ({ lastHeardMs }) => lastHeardMs ?? -1,
      idOf: ({ station }) => station,
    },
    (station) => ({
      id: station.station,
      ...statusOf(stationStanding(station)),
      retired: station.retired,
      lastHeardMs: station.lastHeardMs,
      enrolled: station.enrolment !== null,
      name: station.enrolment?.name ?? null,
      city: station.enrolment?.city ?? null,
      dataCentre: station.enrolment?.dataCentre ?? null,
      receptions: station.receptions,
      reportedReceptions: station.reportedReceptions,
      alone: station.alone,
    }),
  )

export const customers = (
  viewer: Viewer,
  state: Delivery.State,
  asked: Page,
): Paged<typeof CustomerRow.Type> =>
  paged(
    [...state.customers.values()]
      .filter(({ customer }) => viewer.mayOn("read", { customer }))
      .map((customer) => {
        const ledgers = Delivery.ledgersOf(state, customer.customer)
        return {
          customer,
          standing: customerStanding(customer, ledgers),
          sums: Delivery.sums(ledgers),
        }
      }),
    asked,
    {
      severityOf: ({ standing }) => severities[standing.tone],
      // The newest customer is the one registered last.
      msOf: ({ customer }) => customer.registered,
      idOf: ({ customer }) => customer.customer,
    },
    ({ customer, standing, sums }) => ({
      id: customer.customer,
      ...statusOf(standing),
      retired: customer.retired,
      name: customer.name,
      destinations: customer.destinations.length,
      owed: sums.owed,
      delivered: sums.delivered,
      pending: sums.pending,
      abandoned: sums.abandoned,
    }),
  )

const severities = { plain: 0, good: 0, ok: 1, suspicious: 2, refused: 3 }

const statusOf = ({ status, tone }: { readonly status: string; readonly tone: Tone }) => ({
  status,
  tone,
})

interface Keys<Thing> {
  readonly severityOf: (thing: Thing) => number
  readonly msOf: (thing: Thing) => number
  readonly idOf: (thing: Thing) => string
}

const paged = <Thing, Row>(
  things: ReadonlyArray<Thing>,
  { limit, offset, order }: Page,
  keys: Keys<Thing>,
  rowOf: (thing: Thing) => Row,
): Paged<Row> => {
  const keyed = things.map((thing) => ({
    thing,
    severity: order === "worst" ? keys.severityOf(thing) : 0,
    ms: keys.msOf(thing),
    id: keys.idOf(thing),
  }))
  keyed.sort((a, b) => b.severity - a.severity || b.ms - a.ms || (a.id < b.id ? -1 : 1))
  const end = offset + limit
  return {
    rows: keyed.slice(offset, end).map(({ thing }) => rowOf(thing)),
    total: keyed.length,
    ...(end < keyed.length ? { next: end } : {}),
  }
}
