/**
 * What devices are for: how often they send, what, and for whom.
 *
 * The rates and sizes are this project's own, all below the contract's 140 uplinks a day
 * (Sigfox facts, part 3).
 */
import type { CustomerId } from "../event/ids.ts"

type GroupName = "meters" | "parking" | "soil" | "rail" | "alarms"

export interface Group {
  readonly name: GroupName
  readonly customer: CustomerId
  /** A device's own rate lies between these. */
  readonly perDay: readonly [number, number]
  /** Of the period: how far a message strays from its time. */
  readonly jitter: number
  /** Payload sizes in bytes, one a device; `bit` devices send frames of one bit. */
  readonly sizes: ReadonlyArray<number | "bit">
  /** One device in so many asks for a downlink, once a day. */
  readonly askingOneIn: number
}

// Literals that fit the pattern of an id.
const customer = (id: string): CustomerId => id as CustomerId

export const customers: ReadonlyArray<{ readonly id: CustomerId; readonly name: string }> = [
  { id: customer("hydro"), name: "Hydro Antwerp" },
  { id: customer("parkwell"), name: "Parkwell" },
  { id: customer("agri"), name: "Agri Flanders" },
  { id: customer("rail"), name: "Rail Freight" },
  { id: customer("vault"), name: "Vault Alarms" },
  { id: customer("others"), name: "Others" },
]

/** One device in so many belongs to the last customer, whatever its group. */
export const othersOneIn = 11

const meters: Group = {
  name: "meters",
  customer: customer("hydro"),
  perDay: [12, 24],
  jitter: 0.05,
  sizes: [8, 8, 12, 10],
  askingOneIn: 20,
}
const parking: Group = {
  name: "parking",
  customer: customer("parkwell"),
  perDay: [20, 48],
  jitter: 0.45,
  sizes: ["bit", 1, "bit", 2],
  askingOneIn: 50,
}
const soil: Group = {
  name: "soil",
  customer: customer("agri"),
  perDay: [8, 24],
  jitter: 0.05,
  sizes: [4, 9, 5, 3],
  askingOneIn: 30,
}
const rail: Group = {
  name: "rail",
  customer: customer("rail"),
  perDay: [96, 120],
  jitter: 0.3,
  sizes: [12, 11, 7],
  askingOneIn: 40,
}
const alarms: Group = {
  name: "alarms",
  customer: customer("vault"),
  perDay: [6, 18],
  jitter: 0.4,
  sizes: [2, 1, 6, 0],
  askingOneIn: 3,
}

/** By a device's number, so that a small world has some of each and growing one moves nobody. */
export const of = (device: number): Group => order[device % order.length]

const order: ReadonlyArray<Group> = [
  rail,
  meters,
  alarms,
  parking,
  soil,
  ...Array.from({ length: 3 }, () => [meters, parking, meters, soil, meters]).flat(),
]
