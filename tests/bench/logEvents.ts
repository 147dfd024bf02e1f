/** Events as a busy network brings them: mostly receptions, some decisions and deliveries. Shared by the log's benchmarks. */
import { causeInBatch, type NewEvent, noCauses } from "../../core/event/Envelope.ts"
import type { Event } from "../../core/event/Event.ts"
import { CustomerId, DestinationId, DeviceId, SourceId, StationId } from "../../core/event/ids.ts"
import { streamOf } from "../../core/event/streamOf.ts"
import { toHex } from "../../core/kernel/Bytes.ts"
import * as Random from "../../core/kernel/Random.ts"

const devices = 2000
const stations = 300
/** Of each message: six receptions, its acceptance, and the delivery owed and done. */
const receptions = 6
const startMs = Date.UTC(2024, 0, 1)

/** `count` events in appends of `size`. */
export const appendsOf = (count: number, size: number): ReadonlyArray<ReadonlyArray<NewEvent>> => {
  const random = Random.make(1)
  const next = messagesFrom(random)
  const appends: Array<ReadonlyArray<NewEvent>> = []
  for (let made = 0; made < count; made += size) {
    const append: Array<NewEvent> = []
    while (append.length < size) append.push(...next(append.length))
    appends.push(append.slice(0, size))
  }
  return appends
}

const messagesFrom = (random: Random.Random) => {
  const source = SourceId.make("frames")
  const customer = CustomerId.make("hydro")
  const destination = DestinationId.make("main")
  const deviceIds = Array.from({ length: devices }, (_, i) => DeviceId.make(`D${1000 + i}`))
  const stationIds = Array.from({ length: stations }, (_, i) => StationId.make(`BS-${1000 + i}`))
  const digests = stationIds.map(() => toHex(random.bytes(32)))
  let message = 0
  return (at: number): ReadonlyArray<NewEvent> => {
    const device = deviceIds[random.below(devices)]
    const seq = message % 4096
    const mac = toHex(random.bytes(4))
    const payload = { digest: toHex(random.bytes(12)), length: 12, bytes: random.bytes(28) }
    const occurredMs = startMs + 20 * message++
    const placed = (event: Event, causes: ReadonlyArray<number>): NewEvent => ({
      stream: streamOf(event),
      occurredMs,
      causes,
      event,
    })
    const heard = Array.from({ length: receptions }, (_, i) => {
      const station = random.below(stations)
      return placed(
        {
          _tag: "FrameHeard",
          source,
          station: stationIds[station],
          device,
          frameType: 0x94c,
          rank: i % 3 === 0 ? 1 : i % 3 === 1 ? 2 : 3,
          flags: 8,
          seq,
          mac,
          crc: random.below(65_536),
          payload,
          check: "ok",
          keyVersion: 1,
          rssiDbm: -100 - random.below(400) / 10,
          snrDb: random.below(300) / 10,
          frequencyHz: 868_034_000 + random.below(192_000),
          configDigest: digests[station],
        },
        noCauses,
      )
    })
    const owed = { device, seq, epoch: 0, customer, destination }
    return [
      ...heard,
      placed(
        {
          _tag: "MessageAccepted",
          device,
          seq,
          epoch: 0,
          kind: "data",
          downlinkAsked: false,
          missing: 0,
          policy: 1,
        },
        [causeInBatch(at)],
      ),
      placed({ _tag: "DeliveryOwed", ...owed }, [causeInBatch(at + receptions)]),
      placed({ _tag: "DeliverySucceeded", ...owed, attempt: 1, status: 200, durationMs: 12.5 }, [
        causeInBatch(at + receptions + 1),
      ]),
    ]
  }
}
