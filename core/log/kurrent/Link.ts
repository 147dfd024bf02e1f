/**
 * Links: for each device, station and customer (and for the streams `network`, `policy`, `strangers`, and kinds that are rare)
 * a stream of the server's own links (`$>`) to the commits that hold something about it, in their order.
 *
 * They are derived from the commits and written after them, by whoever writes the log, so a commit costs one append
 * whatever it touches. What is not linked yet is the *tail*; readers look through it.
 */
import type { Position, Recorded, StreamId } from "../../event/Envelope.ts"
import { type Event, kindOf } from "../../event/Event.ts"
import { customerStream, deviceStream, stationStream } from "../../event/streamOf.ts"
import type { Filter } from "../EventLog.ts"
import { fieldOf, packetOf, stationsOf } from "../matches.ts"
import { randomId } from "../../crypto/randomId.ts"
import type { Placed } from "./Commits.ts"
import type { NewRecord, Record } from "./Server.ts"

/** The server's own type of link; its data is `REVISION@STREAM`. */
const linkType = "$>"

export interface Link {
  /** Of the commit's first part. */
  readonly commit: number
  readonly first: Position
  /** Of our stream of that name, after the commit; -1 where it has no events yet, or is no stream of the log's. */
  readonly revision: number
  /** Packets of the device that were heard and found good. */
  readonly packets: ReadonlyArray<string>
}

/** Kinds that most commits hold: a link would say nothing, and whoever asks for them finds some at once. */
const frequent: ReadonlySet<string> = new Set([
  "FrameHeard",
  "BytesHeard",
  "ReceptionsRepeated",
  "MessageAccepted",
  "MessageRefused",
  "MessageReported",
  "ReceptionReported",
  "DeliveryOwed",
  "DeliverySucceeded",
  "Ticked",
] satisfies ReadonlyArray<Event["_tag"]>)

const kindKey = (kind: string): string => `kind-${kind}`

/** What a commit says about each key; `revision` is that of its own events alone. */
export const linksOf = ({ batch, revision: commit }: Placed): ReadonlyMap<string, Link> => {
  const { position: first } = batch[0]
  const links = new Map<string, { revision: number; readonly packets: Array<string> }>()
  const touch = (key: string) => {
    const known = links.get(key)
    if (known !== undefined) return known
    const made = { revision: -1, packets: [] }
    links.set(key, made)
    return made
  }
  for (const recorded of batch) {
    const { event } = recorded
    touch(recorded.stream).revision = recorded.revision
    const device = fieldOf(event, "device")
    if (device !== undefined) {
      const { packets } = touch(deviceStream(device))
      const packet = packetOf(event)
      if (packet !== undefined && packets[packets.length - 1] !== packet) packets.push(packet)
    }
    const customer = fieldOf(event, "customer")
    if (customer !== undefined) touch(customerStream(customer))
    for (const station of stationsOf(event)) touch(stationStream(station))
    const kind = kindOf(event)
    if (!frequent.has(kind)) touch(kindKey(kind))
  }
  return new Map([...links].map(([key, link]) => [key, { commit, first, ...link }]))
}

/** One key of each group must be linked to a commit that holds what the filter wants. */
export const keysWanted = (filter: Filter): ReadonlyArray<ReadonlyArray<string>> => [
  ...(filter.device === undefined ? [] : [[deviceStream(filter.device)]]),
  ...(filter.customer === undefined ? [] : [[customerStream(filter.customer)]]),
  ...(filter.station === undefined ? [] : [[stationStream(filter.station)]]),
  ...(filter.kinds === undefined || filter.kinds.some((kind) => frequent.has(kind))
    ? []
    : [filter.kinds.map(kindKey)]),
]

/** Streams' revisions after a batch. */
export const headsOf = (batch: ReadonlyArray<Recorded>): ReadonlyMap<StreamId, number> => {
  const heads = new Map<StreamId, number>()
  for (const { revision, stream } of batch) heads.set(stream, revision)
  return heads
}

export const recordOf = (
  stream: string,
  { commit, first, packets, revision }: Link,
): NewRecord => ({
  id: randomId(),
  type: linkType,
  data: new TextEncoder().encode(`${commit}@${stream}`),
  metadata: { commit, first, revision, ...(packets.length > 0 && { packets }) },
})

export const fromRecord = ({ metadata, type }: Record): Link | undefined => {
  if (type !== linkType || typeof metadata !== "object" || metadata === null) return undefined
  const packets: unknown = Reflect.get(metadata, "packets")
  const link = {
    commit: Number(Reflect.get(metadata, "commit")),
    first: Number(Reflect.get(metadata, "first")),
    revision: Number(Reflect.get(metadata, "revision")),
    packets: Array.isArray(packets) ? packets.map(String) : [],
  }
  return Number.isInteger(link.commit) && Number.isInteger(link.first) ? link : undefined
}
