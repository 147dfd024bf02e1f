/**
 * What occurs in which batches of a run, gathered before the index writes it: see `Index.ts`.
 *
 * Names are looked up as the events hold them, in a map for each sort of name; a key's letter goes before the name
 * when a run is written, not for each event.
 */
import { type Event, kindOf } from "../../event/Event.ts"
import { fieldOf, packetOf, stationsOf } from "../matches.ts"

interface Sort {
  /** Batches' offsets from the run's first position, ascending, by name. */
  readonly offsets: Map<string, Array<number>>
  /** What was put last: a message's copies follow each other as a rule, and are then not looked up. */
  name: string | undefined
  offset: number
}

export interface Postings {
  readonly kinds: Sort
  readonly devices: Sort
  readonly customers: Sort
  readonly stations: Sort
  readonly packets: Sort
}

export const make = (): Postings => ({
  kinds: sort(),
  devices: sort(),
  customers: sort(),
  stations: sort(),
  packets: sort(),
})

const sort = (): Sort => ({ offsets: new Map(), name: undefined, offset: -1 })

/** Takes in an event of the batch at an offset; batches come in their order. */
export const add = (postings: Postings, event: Event, offset: number): void => {
  put(postings.kinds, kindOf(event), offset)
  if (event._tag === "FrameHeard") {
    // Nine of ten events of a busy network are receptions: their fields are read without a search.
    put(postings.devices, event.device, offset)
    put(postings.stations, event.station, offset)
    const packet = packetOf(event)
    if (packet !== undefined) put(postings.packets, packet, offset)
    return
  }
  const device = fieldOf(event, "device")
  const customer = fieldOf(event, "customer")
  if (device !== undefined) put(postings.devices, device, offset)
  if (customer !== undefined) put(postings.customers, customer, offset)
  for (const station of stationsOf(event)) put(postings.stations, station, offset)
}

/** All keys as the index holds them, in their order: neighbours in it then share pages. */
export const byKey = (
  postings: Postings,
): ReadonlyArray<readonly [key: string, offsets: ReadonlyArray<number>]> => [
  ...keyed("c", postings.customers),
  ...keyed("d", postings.devices),
  ...keyed("k", postings.kinds),
  ...keyed("p", postings.packets),
  ...keyed("s", postings.stations),
]

/** Offsets of the batches in which a packet occurs. */
export const offsetsOfPacket = (
  { packets }: Postings,
  packet: string,
): ReadonlyArray<number> | undefined => packets.offsets.get(packet)

const put = (into: Sort, name: string, offset: number): void => {
  if (name === into.name && offset === into.offset) return
  into.name = name
  into.offset = offset
  const offsets = into.offsets.get(name)
  if (offsets === undefined) into.offsets.set(name, [offset])
  else if (offsets[offsets.length - 1] !== offset) offsets.push(offset)
}

const keyed = (
  letter: string,
  { offsets }: Sort,
): ReadonlyArray<readonly [key: string, offsets: ReadonlyArray<number>]> =>
  [...offsets]
    .toSorted(([a], [b]) => (a < b ? -1 : 1))
    .map(([name, all]) => [`${letter}:${name}`, all])
