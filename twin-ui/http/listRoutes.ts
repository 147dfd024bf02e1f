/** Lists of devices, stations and customers as of now or any instant. */
import * as Effect from "effect/Effect"
import * as Delivery from "../../projections/delivery/Delivery.ts"
import * as Device from "../../projections/device/Device.ts"
import * as Integrity from "../../projections/integrity/Integrity.ts"
import { asOf } from "./asOf.ts"
import * as Lists from "./lists.ts"
import * as Parameter from "./Parameter.ts"
import type { Reading } from "./Reading.ts"
import * as Route from "./Route.ts"
import * as Viewer from "./Viewer.ts"

const paging = {
  order: Parameter.withDefault(
    Parameter.choice("Newest heard first, or worst first and then newest.", Lists.orders),
    "newest",
  ),
  limit: Parameter.withDefault(
    Parameter.integer("Rows in the answer.", { min: 1, max: Lists.limitMax }),
    Lists.limitDefault,
  ),
  offset: Parameter.withDefault(
    Parameter.integer("Rows to pass over.", { min: 0, max: Lists.offsetMax }),
    0,
  ),
}

const about = (path: `/${string}`, operation: string, summary: string) =>
  ({
    method: "GET",
    path,
    operation,
    tag: "state",
    access: "api",
    filtered: true,
    summary,
    problems: ["bad-request", "log-unavailable", "projection-stopped"],
  }) as const

const json = (schema: NonNullable<Route.Answer["schema"]>, description: string) => ({
  200: { description, contentType: "application/json", schema },
})

export const make = (reading: Reading): ReadonlyArray<Route.Route> => {
  const devices = Route.make({
    ...about("/api/devices", "listDevices", "List devices"),
    query: {
      ...asOf,
      ...paging,
      customer: Parameter.optional(Parameter.id("Only devices of this customer.")),
      group: Parameter.optional(Parameter.name("Only devices of this group.")),
    },
    answers: json(Lists.DevicesAnswer, "Devices."),
    handle: ({ query }) =>
      Effect.gen(function* () {
        const moment = yield* reading.momentOf(query.at, query.clock)
        const state = yield* reading.state(Device.projection, moment)
        const viewer = yield* Viewer.Viewer
        const { rows, ...rest } = Lists.devices(viewer, state, query, query)
        return Route.answer(Lists.DevicesAnswer, {
          position: moment.to - 1,
          ...rest,
          devices: rows,
        })
      }),
  })

  const stations = Route.make({
    ...about("/api/stations", "listStations", "List stations"),
    query: { ...asOf, ...paging },
    answers: json(Lists.StationsAnswer, "Stations."),
    handle: ({ query }) =>
      Effect.gen(function* () {
        const moment = yield* reading.momentOf(query.at, query.clock)
        const state = yield* reading.state(Integrity.projection, moment)
        const { rows, ...rest } = Lists.stations(yield* Viewer.Viewer, state, query)
        return Route.answer(Lists.StationsAnswer, {
          position: moment.to - 1,
          ...rest,
          stations: rows,
        })
      }),
  })

  const customers = Route.make({
    ...about("/api/customers", "listCustomers", "List customers"),
    query: { ...asOf, ...paging },
    answers: json(Lists.CustomersAnswer, "Customers; the newest is the one registered last."),
    handle: ({ query }) =>
      Effect.gen(function* () {
        const moment = yield* reading.momentOf(query.at, query.clock)
        const state = yield* reading.state(Delivery.projection, moment)
        const { rows, ...rest } = Lists.customers(yield* Viewer.Viewer, state, query)
        return Route.answer(Lists.CustomersAnswer, {
          position: moment.to - 1,
          ...rest,
          customers: rows,
        })
      }),
  })

  return [devices, stations, customers]
}
