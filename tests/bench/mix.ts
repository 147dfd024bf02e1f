/**
 * A realistic mix of events for benchmarks, the same for the same seed: a message is heard six times,
 * accepted, owed and delivered.
 */
import { causeInBatch, type NewEvent, type Recorded } from "../../core/event/Envelope.ts"
import type { Event } from "../../core/event/Event.ts"
import { CustomerId, DestinationId, deviceIdOf, SourceId, StationId } from "../../core/event/ids.ts"
import { streamOf } from "../../core/event/streamOf.ts"
import * as Bytes from "../../core/kernel/Bytes.ts"
import * as Random from "../../core/kernel/Random.ts"

export interface MixSize {
  readonly devices: number
  readonly stations: number
  readonly messages: number
}

const beginMs = Date.UTC(2026, 0, 1)
const source = SourceId.make("bench")
const customers = Array.from({ length: 6 }, (_, n) => CustomerId.make(`customer-${n}`))
const destination = DestinationId.make("main")
const digest = "00112233445566778899aabb"

const newEvent = (event: Event, occurredMs: number, causes: ReadonlyArray<number> = []) => ({
  stream: streamOf(event),
  occurredMs,
  causes,
  event,
})

/** The mix as a log would record it, at times of its own, for `restore`: the same on every machine. */
export function* recordedMixOf(size: MixSize): Generator<ReadonlyArray<Recorded>> {
  const revisions = new Map<string, number>()
  let position = 0
  for (const batch of mixOf(size)) {
    const first = position
    yield batch.map(({ causes, event, occurredMs, stream }) => {
      const revision = (revisions.get(stream) ?? -1) + 1
      revisions.set(stream, revision)
      return {
        position: position++,
        stream,
        revision,
        occurredMs,
        recordedMs: beginMs + first * 10,
        // A cause within the batch is -1 - its index.
        causes: causes.map((cause) => first - 1 - cause),
        event,
      }
    })
  }
}

/** Batches to append in their order, of about `batchSize` events: registrations first, then messages. */
export function* mixOf(size: MixSize, batchSize = 1000): Generator<ReadonlyArray<NewEvent>> {
  const random = Random.make(7)
  const stations = Array.from({ length: size.stations }, (_, n) =>
    StationId.make(`BS-${String(n).padStart(4, "0")}`),
  )
  const seqs = new Uint16Array(size.devices)
  let batch: Array<NewEvent> = []
  for (let n = 0; n < size.devices; n++) {
    batch.push(
      newEvent(
        {
          _tag: "DeviceRegistered",
          device: deviceIdOf(0x10_0000 + n),
          customer: customers[n % customers.length],
          keyVersion: 1,
        },
        beginMs,
      ),
    )
    if (batch.length < batchSize) continue
    yield batch
    batch = []
  }
  for (let message = 0; message < size.messages; message++) {
    const n = random.below(size.devices)
    const device = deviceIdOf(0x10_0000 + n)
    const atMs = beginMs + message * 50
    const seq = (seqs[n] = (seqs[n] + 1) & 4095)
    // All copies carry the same packet.
    const mac = Bytes.toHex(random.bytes(2))
    const payload = {
      digest: digest.slice(0, 20) + Bytes.hexOf(seq, 4),
      length: 8,
      bytes: random.bytes(24),
    }
    const heard = (copy: number) =>
      newEvent(
        {
          _tag: "FrameHeard",
          source,
          // A device stays where it is: the same few stations hear it.
          station: stations[(n * 7 + random.below(6)) % size.stations],
          device,
          frameType: 0x611,
          // Two stations a transmission: copies 0 and 1 of rank 1 and so on.
          rank: copy < 2 ? 1 : copy < 4 ? 2 : 3,
          flags: 0,
          seq,
          mac,
          crc: random.below(65_536),
          payload,
          check: "ok",
          keyVersion: 1,
          rssiDbm: -90 - random.below(50),
          snrDb: 5 + random.below(200) / 10,
          frequencyHz: 868_100_000 + random.below(192_000),
        },
        atMs + (copy >> 1) * 2_600,
      )
    const first = batch.length
    const obligation = {
      device,
      seq,
      epoch: 0,
      customer: customers[n % customers.length],
      destination,
    }
    batch.push(
      heard(0),
      newEvent(
        {
          _tag: "MessageAccepted",
          device,
          seq,
          epoch: 0,
          kind: "data",
          downlinkAsked: false,
          missing: 0,
          policy: 0,
        },
        atMs,
        [causeInBatch(first)],
      ),
      newEvent({ _tag: "DeliveryOwed", ...obligation }, atMs, [causeInBatch(first + 1)]),
      ...[1, 2, 3, 4, 5].map((copy) => heard(copy)),
      newEvent(
        {
          _tag: "DeliverySucceeded",
          ...obligation,
          attempt: 1,
          status: 200,
          durationMs: random.below(500) / 10,
        },
        atMs + 120,
        [causeInBatch(first + 2)],
      ),
    )
    if (batch.length < batchSize) continue
    yield batch
    batch = []
  }
  if (batch.length > 0) yield batch
}
