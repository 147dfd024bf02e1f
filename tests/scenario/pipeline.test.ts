/** The whole pipeline, its log and its lookups, beside the short run that the long fuzz uses. */
import { assert, describe, it } from "@effect/vitest"
import * as Clock from "effect/Clock"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import * as Redacted from "effect/Redacted"
import * as Stream from "effect/Stream"
import { TestClock } from "effect/testing"
import type { Recorded } from "../../core/event/Envelope.ts"
import { Pipeline } from "../../core/ingest/Pipeline.ts"
import * as pipelineLive from "../../core/ingest/pipelineLive.ts"
import { secretsMemory } from "../../core/keys/secretsMemory.ts"
import * as Vault from "../../core/keys/Vault.ts"
import { EventLog } from "../../core/log/EventLog.ts"
import * as memory from "../../core/log/memory.ts"
import { makeDownlinks } from "../../core/network/downlink.ts"
import type { ScenarioName } from "../../core/sim/scenarios.ts"
import { hourMs } from "../../core/sim/Span.ts"
import * as World from "../../core/sim/World.ts"
import * as Anomaly from "../../projections/anomaly/Anomaly.ts"
import { simulatedStations } from "../../twin-ui/cli/simulatedStations.ts"
import { run } from "./run.ts"

const startMs = Date.UTC(2026, 5, 1)
const untilMs = startMs + 3 * hourMs
const seed = 1

const worldOf = (scenario: ScenarioName) =>
  World.make({ seed, startMs, devices: 100, stations: 24, scenario })

const layer = Layer.provideMerge(
  pipelineLive.layer,
  Layer.mergeAll(memory.layer, Vault.layer(secretsMemory)),
)

/** What the world tells, through the pipeline, each at its own time. */
const throughPipeline = (world: World.World): Effect.Effect<ReadonlyArray<Recorded>, unknown> =>
  Effect.gen(function* () {
    const pipeline = yield* Pipeline
    const log = yield* EventLog
    const vault = yield* Vault.Vault
    yield* TestClock.setTime(world.ground.ages.originMs)
    const { downlinkDefaults, events, keys } = world.setup
    yield* vault.putRadioKeys(keys.map(({ device, key }) => ({ device, key, version: 1 })))
    yield* pipeline.record(events)
    for (const { device, payload } of downlinkDefaults) {
      const command = {
        _tag: "SetDownlinkDefault",
        device,
        payload: Redacted.make(payload),
      } as const
      yield* pipeline.execute(command)
    }
    const downlinks = yield* makeDownlinks((send) => send).pipe(
      Effect.provide(simulatedStations(world)),
    )
    let readTo = 0
    const follow = Effect.gen(function* () {
      const news = (yield* Stream.runCollect(log.read(readTo))).flat()
      readTo += news.length
      for (const recorded of news) downlinks.takeIn(recorded)
    })
    while (true) {
      yield* follow
      const nextMs = Math.min(world.nextMs(), downlinks.nextMs())
      if (!(nextMs < untilMs)) break
      if (nextMs > (yield* Clock.currentTimeMillis)) yield* TestClock.setTime(nextMs)
      for (const output of world.next(nextMs + 1))
        if (output._tag === "Facts") yield* pipeline.record(output.events)
        else yield* pipeline.submit(output.frames.map((frame) => ({ _tag: "Frame", frame })))
      yield* follow
      yield* downlinks.act
    }
    // A lookup may still be behind its decision.
    for (let i = 0; i < 100; i++) yield* Effect.yieldNow
    return (yield* Stream.runCollect(log.read(0))).flat()
  }).pipe(Effect.scoped, Effect.provide(layer))

const kindsOf = (events: ReadonlyArray<Recorded>): Readonly<Record<string, number>> => {
  const kinds: Record<string, number> = {}
  for (const { event } of events)
    if (event._tag !== "Ticked") kinds[event._tag] = (kinds[event._tag] ?? 0) + 1
  return kinds
}

const findingsOf = (events: ReadonlyArray<Recorded>): ReadonlyArray<string> => {
  const state = Anomaly.projection.initial()
  for (const recorded of events) Anomaly.projection.apply(state, recorded)
  return Anomaly.findings(state)
    .map(({ count, device, kind, station }) => `${kind} ${device ?? ""} ${station ?? ""} ${count}`)
    .toSorted()
}

describe("the pipeline", () => {
  for (const scenario of [
    "replay-after-wrap",
    "duplicate",
    "wrap-padding-forgery",
    "downlink-jamming",
  ] as const)
    it.effect(
      `records what the short run records, and the twin names ${scenario} from it`,
      () =>
        Effect.gen(function* () {
          const recorded = yield* throughPipeline(worldOf(scenario))
          const short: Array<Recorded> = []
          run(worldOf(scenario), seed, untilMs, (one) => short.push(one))
          // The run ends with a tick, which settles what is being heard.
          const tick = short[short.length - 1]
          assert.strictEqual(tick.event._tag, "Ticked")
          assert.deepStrictEqual(kindsOf(recorded), kindsOf(short))
          const found = findingsOf([...recorded, { ...tick, position: recorded.length }])
          assert.deepStrictEqual(found, findingsOf(short))
          if (scenario === "downlink-jamming")
            assert.isAbove(kindsOf(recorded)["DownlinkConfirmed"] ?? 0, 0)
          else assert.isTrue(found.some((one) => one.startsWith(scenario)))
        }),
      60_000,
    )
})
