import { assert, describe, it } from "@effect/vitest"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import { EventLog } from "../../../core/log/EventLog.ts"
import * as Memory from "../../../core/log/memory.ts"
import { pack } from "../../../projections/all.ts"
import type { Projection } from "../../../projections/Projection.ts"
import * as Snapshots from "../../../projections/run/Snapshots.ts"
import * as SnapshotsMemory from "../../../projections/run/snapshotsMemory.ts"
import { verify } from "../../../projections/run/verify.ts"

const stores = Layer.merge(Layer.fresh(Memory.layer), Layer.fresh(SnapshotsMemory.layer))

interface Count {
  seen: number
  /** Not written into snapshots by a careless projection. */
  hidden: number
}

const count = (forgets: boolean): Projection<Count> => ({
  name: "count",
  version: 1,
  initial: () => ({ seen: 0, hidden: 0 }),
  apply: (draft) => {
    draft.hidden++
    draft.seen = draft.hidden
  },
  copy: (state) => ({ ...state }),
  encode: ({ hidden, seen }) => (forgets ? { seen } : { hidden, seen }),
  // Written by `encode`.
  decode: (json) => ({ seen: 0, hidden: 0, ...(json as unknown as Partial<Count>) }),
})

const given = (projection: Projection<Count>, text: (seen: number) => string) =>
  Effect.gen(function* () {
    const log = yield* EventLog
    const snapshots = yield* Snapshots.Snapshots
    for (let n = 0; n < 30; n++)
      yield* log.append([
        { stream: "network", occurredMs: 0, causes: [], event: { _tag: "Ticked", due: "" } },
      ])
    for (const position of [10, 20])
      yield* snapshots.save({
        logId: log.info.id,
        projection: "count",
        version: 1,
        position,
        text: text(position),
      })
    return yield* verify([pack(projection)])
  })

describe("verify", () => {
  it.effect("finds nothing where every way leads to the same state", () =>
    Effect.gen(function* () {
      const verified = yield* given(count(false), (seen) => JSON.stringify({ seen, hidden: seen }))
      assert.isTrue(verified.isGood)
      assert.strictEqual(verified.projections[0].snapshots, 2)
      assert.strictEqual(verified.log.events, 30)
    }).pipe(Effect.provide(stores)),
  )

  it.effect("finds a snapshot that is not the state", () =>
    Effect.gen(function* () {
      const verified = yield* given(count(false), (seen) =>
        JSON.stringify({ seen: seen + 1, hidden: seen }),
      )
      assert.isFalse(verified.isGood)
      assert.deepStrictEqual(
        verified.projections[0].disagreements.map(({ position, what }) => [position, what]),
        [
          [10, "snapshot"],
          [20, "snapshot"],
        ],
      )
    }).pipe(Effect.provide(stores)),
  )

  it.effect("finds a snapshot that lost something that matters only later", () =>
    Effect.gen(function* () {
      const verified = yield* given(count(true), (seen) => JSON.stringify({ seen }))
      assert.isFalse(verified.isGood)
      assert.deepStrictEqual(
        verified.projections[0].disagreements.map(({ position, what }) => [position, what]),
        [
          [20, "fold from a snapshot"],
          [30, "fold from a snapshot"],
        ],
      )
    }).pipe(Effect.provide(stores)),
  )
})
