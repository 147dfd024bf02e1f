/** Anomalies and what is usual as rows of an answer, and anomalies as incidents of the picture. */
import * as Anomaly from "../../projections/anomaly/Anomaly.ts"
import type { Incident } from "../../projections/chain/ChainView.ts"
import * as Profile from "../../projections/anomaly/Profile.ts"
import * as Scene from "../../projections/anomaly/Scene.ts"
import * as Latency from "../../projections/anomaly/watch/Latency.ts"
import * as Series from "../../projections/anomaly/watch/Series.ts"
import * as Share from "../../projections/anomaly/watch/Share.ts"
import { type Unusual, type Who, wordsOf } from "../../projections/anomaly/watch/Unusual.ts"
import type { Outlet, Thing as Watched } from "../../projections/anomaly/watch/Watched.ts"
import type { AnomalyRow, UsualAnswer, UsualRow } from "../api/Anomalies.ts"
import type { Thing } from "./Viewer.ts"

/** What it is about, for who may see it. */
export const thingOf = ({ customer, station }: Who): Thing => {
  if (customer !== null) return { customer }
  return station === null ? "network" : { station }
}

export const rowOf = (one: Unusual): AnomalyRow => ({
  id: one.id,
  kind: one.kind,
  words: wordsOf(one.kind),
  tone: one.clearedMs === null ? "suspicious" : "plain",
  ...whoOf(one),
  expected: one.expected,
  seen: one.seen,
  sinceMs: one.sinceMs,
  opened: { position: one.openedAt, ms: one.openedMs },
  lastMs: one.lastMs,
  ...(one.clearedAt === null || one.clearedMs === null
    ? {}
    : { cleared: { position: one.clearedAt, ms: one.clearedMs, why: one.clearedWhy ?? "" } }),
  causes: one.causes,
})

/** As incidents, newest first. A jammed city is a finding already. */
export const incidentsOf = (state: Anomaly.State): ReadonlyArray<Incident> =>
  Anomaly.unusual(state)
    .filter(({ kind }) => kind !== "jamming-region")
    .map(incidentOf)

const incidentOf = (one: Unusual): Incident => {
  const about = one.station ?? one.destination ?? one.customer ?? one.area
  const label = wordsOf(one.kind)
  return {
    id: `anomaly|${one.id}`,
    kind: "finding",
    label: about === null ? label : `${label} · ${about}`,
    tone: "suspicious",
    start: { position: one.causes[0] ?? one.openedAt, ms: one.sinceMs },
    ...(one.clearedAt === null || one.clearedMs === null
      ? {}
      : { end: { position: one.clearedAt, ms: one.clearedMs } }),
    count: 1,
    found: { position: one.openedAt, ms: one.openedMs },
    ...(one.station === null ? {} : { station: one.station }),
    ...(one.customer === null ? {} : { customer: one.customer }),
  }
}

export const learntOf = ({ scene, watch }: Anomaly.State, { traffic }: Watched) =>
  Series.learntOf(traffic, watch.bin, scene.nowMs)

/** `wanted`: of one station or customer. */
export const usualOf = (
  state: Anomaly.State,
  wanted: {
    readonly device: string | undefined
    readonly station: string | undefined
    readonly customer: string | undefined
  },
  isSeen: (thing: Thing) => boolean,
): Omit<UsualAnswer, "position"> => {
  const { scene, watch } = state
  const { customer, device, station } = wanted
  const isAll = customer === undefined && device === undefined && station === undefined
  const usual = (things: Iterable<Watched>, isOne: (who: Who) => boolean) =>
    [...things]
      .filter(({ who }) => (isAll || isOne(who)) && isSeen(thingOf(who)))
      .map((thing) => usualRowOf(state, thing))
  const stations = [...watch.stations.values(), ...watch.strangeStations.values.values()]
  return {
    network: usualRowOf(state, watch.network),
    customers: usual(watch.customers.values(), (who) => who.customer === customer),
    stations: usual(stations, (who) => who.station === station),
    destinations: [...watch.outlets.values()]
      .filter(({ who }) => (isAll || who.customer === customer) && isSeen(thingOf(who)))
      .map(outletRowOf),
    ...(device === undefined ? {} : { device: deviceOf(scene, device) }),
    unwatched: watch.unwatched,
  }
}

const usualRowOf = (state: Anomaly.State, thing: Watched): UsualRow => {
  const { macs, order, traffic, who } = thing
  return {
    ...whoOf(who),
    unit: who.station === null ? "messages" : "receptions",
    ...learntOf(state, thing),
    macShare: Share.isKnown(macs) ? rounded(Share.usual(macs)) : null,
    orderShare: Share.isKnown(order) ? rounded(Share.usual(order)) : null,
    shape: Series.shapeOf(traffic).map(rounded),
  }
}

const outletRowOf = ({ attempts, failures, latency, who }: Outlet) => ({
  customer: who.customer ?? "",
  destination: who.destination ?? "",
  usualMs: Latency.isKnown(latency) ? Math.round(latency.usualMs) : null,
  failedShare: Share.isKnown(attempts) ? rounded(Share.usual(attempts)) : null,
  failuresInRow: failures,
})

const deviceOf = (scene: Scene.Scene, device: string): NonNullable<UsualAnswer["device"]> => {
  const usual = Scene.profileOf(scene, device)
  return {
    device,
    seen: usual.seen,
    receivers: usual.links.map((link) => {
      const dbm = Profile.dbmOf(link)
      return {
        station: scene.byIndex[Profile.stationOf(link)].id,
        dbm: -dbm === Profile.unmeasured ? null : dbm,
      }
    }),
    lastMs: usual.seen === 0 ? null : usual.lastMs,
    usualGapS: usual.gapS === 0 ? null : Math.round(usual.gapS),
    longestGapS: usual.longestS === 0 ? null : Math.round(usual.longestS),
    refusedShare:
      usual.seen + usual.refused === 0
        ? null
        : rounded(usual.refused / (usual.seen + usual.refused)),
  }
}

const rounded = (share: number): number => Math.round(share * 10_000) / 10_000

const whoOf = ({ area, customer, destination, station }: Who) => ({
  ...(station === null ? {} : { station }),
  ...(customer === null ? {} : { customer }),
  ...(destination === null ? {} : { destination }),
  ...(area === null ? {} : { area }),
})
