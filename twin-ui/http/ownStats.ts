/** The counts of who sees a part of the twin; null and named in `hidden` where nothing of their own tells them. */
import * as Delivery from "../../projections/delivery/Delivery.ts"
import type * as Device from "../../projections/device/Device.ts"
import { totalsOf } from "../../projections/chain/narrow.ts"
import type { StatsAnswer } from "../api/Stats.ts"
import { sightOf } from "./Lens.ts"
import type { Viewer } from "./Viewer.ts"

interface States {
  readonly device: Device.State
  readonly delivery: Delivery.State
}

type Own = Omit<StatsAnswer, "log" | "logId" | "demo">

export const ownStats = (viewer: Viewer, { delivery, device }: States): Own => {
  const sight = sightOf(viewer)
  const { accepted, devices, receptions, refused, reported } = totalsOf(device, sight)
  const ledger = Delivery.sums(
    [...delivery.ledgers.values()].filter(({ customer }) => sight.customer(customer)),
  )
  return {
    events: null,
    receptions,
    accepted,
    refused,
    reported,
    devices,
    stations: null,
    customers: [...delivery.customers.keys()].filter(sight.customer).length,
    delivered: ledger.delivered,
    pending: ledger.pending,
    abandoned: ledger.abandoned,
    occurred: null,
    recorded: null,
    hidden: ["log", "events", "stations", "occurred", "recorded"],
  }
}
