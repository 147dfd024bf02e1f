/**
 * Two writers append to one log while its server is killed and started again, paused, and loses appends and answers; then all is counted.
 * Each append holds two events, of which the log may not hold one alone.
 */
import * as Context from "effect/Context"
import * as Duration from "effect/Duration"
import * as Effect from "effect/Effect"
import * as Fiber from "effect/Fiber"
import * as Layer from "effect/Layer"
import * as Stream from "effect/Stream"
import { EventLog } from "../../../../core/log/EventLog.ts"
import * as Kurrent from "../../../../core/log/kurrent.ts"
import * as Random from "../../../../core/kernel/Random.ts"
import { frame } from "../../../contract/someEvents.ts"
import { freshServer } from "./freshServer.ts"

export interface Counted {
  readonly kills: number
  readonly acknowledged: number
  /** Acknowledged and not found. */
  readonly lost: number
  /** Appends found more often than once. */
  readonly doubled: number
  /** Appends of which one event is found without the other. */
  readonly torn: number
  /** Places that `verify` finds damaged. */
  readonly damaged: number
}

const producers = [0, 1, 2, 3]

export const killing = (kills: number, seed: number) =>
  Effect.gen(function* () {
    const { address, double, kill, startAgain } = yield* freshServer()
    const open = Effect.map(Layer.build(Layer.fresh(Kurrent.layer(address))), (context) =>
      Context.get(context, EventLog),
    )
    const logs = [yield* open, yield* open]
    const random = Random.make(seed)
    const pause = (ms: number) => Effect.sleep(Duration.millis(random.below(ms)))
    const acknowledged: Array<number> = []
    const run = { isOver: false }
    const produce = (producer: number) =>
      Effect.gen(function* () {
        for (let i = 0; !run.isOver; i++) {
          const seq = 1_000_000 * producer + i
          const pair = [frame(`D${producer}`, seq), frame(`E${producer}`, seq)]
          yield* logs[producer % logs.length].append(pair)
          acknowledged.push(seq)
        }
      })
    const fibers = yield* Effect.forEach(producers, (producer) =>
      Effect.forkChild(produce(producer), { startImmediately: true }),
    )
    let server = double
    for (let i = 0; i < kills; i++) {
      yield* pause(200)
      if (i % 4 === 1) server.dropAnswers(1)
      if (i % 4 === 2) server.dropAppends(1)
      if (i % 4 === 3) {
        server.hold()
        yield* pause(200)
        server.release()
      }
      yield* pause(30)
      yield* kill
      yield* pause(100)
      server = yield* startAgain
    }
    run.isOver = true
    yield* Effect.forEach(fibers, Fiber.join)

    const log = yield* open
    const events = (yield* Stream.runCollect(log.read(0))).flat()
    const times = new Map<number, { first: number; second: number }>()
    for (const { event } of events) {
      if (event._tag !== "FrameHeard") continue
      const found = times.get(event.seq) ?? { first: 0, second: 0 }
      if (event.device.startsWith("D")) found.first++
      else found.second++
      times.set(event.seq, found)
    }
    const all = [...times.values()]
    const { damage } = yield* log.verify
    const counted: Counted = {
      kills,
      acknowledged: acknowledged.length,
      lost: acknowledged.filter((seq) => !times.has(seq)).length,
      doubled: all.filter(({ first }) => first > 1).length,
      torn: all.filter(({ first, second }) => first !== second).length,
      damaged: damage.length,
    }
    return counted
  })
