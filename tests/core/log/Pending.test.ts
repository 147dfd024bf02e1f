import { assert, describe, it } from "@effect/vitest"
import type { Batch } from "../../../core/log/Store.ts"
import * as Pending from "../../../core/log/sqlite/Pending.ts"
import * as Postings from "../../../core/log/sqlite/Postings.ts"
import * as Run from "../../../core/log/sqlite/Run.ts"
import { device, historyOf, source, station } from "../../laws/histories.ts"

const perBatch = 1_000

/** Each packet is heard by ten stations, and again two batches later. */
const packetAt = (position: number): string =>
  `packet-${Math.floor(position / 10) % (perBatch / 5)}-${Math.floor(position / perBatch / 2)}`

const batchesFrom = (first: number, count: number): ReadonlyArray<Batch> => {
  const events = historyOf(
    Array.from({ length: count * perBatch }, (_, i) => ({
      event: {
        _tag: "FrameHeard",
        source,
        station: station(i % 10),
        device: device(1 + (Math.floor(i / 10) % 7)),
        frameType: 0x35f,
        rank: 1,
        flags: 0,
        seq: i % 4096,
        mac: "beef",
        crc: 1,
        payload: { digest: packetAt(first + i), length: 2, bytes: new Uint8Array(18) },
        check: "ok",
        keyVersion: 1,
      },
      occurredDeltaMs: 1,
      recordedDeltaMs: 1,
      causesBack: [],
    })),
    first,
  )
  return Array.from({ length: count }, (_, i) => events.slice(i * perBatch, (i + 1) * perBatch))
}

const gathered = (batches: ReadonlyArray<Batch>): Pending.Pending => {
  const pending = Pending.make(0)
  for (const batch of batches) pending.add(batch)
  return pending
}

const said = (run: Run.Run | undefined) =>
  run === undefined
    ? undefined
    : { ends: run.end, keys: Postings.byKey(run.postings), heads: [...run.heads] }

describe("what is not yet indexed", () => {
  const batches = batchesFrom(0, 40)

  it("falls into the runs that reading the batches gives", () => {
    const pending = gathered(batches)
    let from = 0
    for (let runs = 0; runs < 2; runs++) {
      const read = Run.begin(from)
      while (!Run.isWhole(read)) Run.add(read, batches[read.end / perBatch])
      assert.isAbove(Postings.byKey(read.postings).length, 100)
      assert.deepStrictEqual(said(pending.runAt(from)), said(read))
      from = read.end
      pending.dropBelow(from)
    }
    assert.strictEqual(pending.end(), 40 * perBatch)
  })

  it("is searched for a packet from the newest batch down", () => {
    const pending = gathered(batches)
    for (const position of [5, 4_321, 16_500, 17_999, 39_999]) {
      const wanted = packetAt(position)
      for (const below of [position, 20_000, 40_000]) {
        const naive = batches.findLast(
          (batch) =>
            batch[0].position < below &&
            batch.some((_, i) => packetAt(batch[0].position + i) === wanted),
        )
        assert.strictEqual(pending.packetBelow(wanted, below), naive?.[0].position)
      }
    }
    assert.isUndefined(pending.packetBelow("nothing like it", 40_000))
  })

  it("goes on where the index ends when that went past it", () => {
    const pending = gathered(batches.slice(0, 3))
    pending.dropBelow(30 * perBatch)
    assert.strictEqual(pending.end(), 30 * perBatch)
    assert.isUndefined(pending.runAt(30 * perBatch))
    pending.add(batches[30])
    assert.strictEqual(pending.runAt(30 * perBatch)?.end, 31 * perBatch)
    assert.isUndefined(pending.packetBelow(packetAt(5), 40_000))
  })
})
