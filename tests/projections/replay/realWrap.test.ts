/**
 * The windows on real traffic: what a device sent (`tx`) is the truth, and the twin, which sees only what the
 * network reported (`rx`), must find each number that never came and each turn of the counter.
 *
 * The truth is computed from `tx` alone: a transmission's payload is its ordinal, so its number is that
 * of the first transmission and as many more, modulo 4096 (the data set's README).
 */
import { assert, describe, it } from "@effect/vitest"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import * as Stream from "effect/Stream"
import type { Recorded } from "../../../core/event/Envelope.ts"
import type { Input } from "../../../core/ingest/Input.ts"
import * as JsiJson from "../../../core/ingest/jsiJson.ts"
import { Pipeline } from "../../../core/ingest/Pipeline.ts"
import * as pipelineLive from "../../../core/ingest/pipelineLive.ts"
import { secretsMemory } from "../../../core/keys/secretsMemory.ts"
import * as Vault from "../../../core/keys/Vault.ts"
import { EventLog } from "../../../core/log/EventLog.ts"
import * as memory from "../../../core/log/memory.ts"
import * as Account from "../../../projections/replay/Account.ts"
import * as Replay from "../../../projections/replay/Replay.ts"
import { inputsOf, readBytes, rejectedOf } from "../../core/ingest/reading.ts"
import { isShared, sharedBytes, sharedText } from "../../core/ingest/shared.ts"

const turn = 4096
const device = "1CF14C"

interface Trial {
  readonly tx: { readonly data: string }
  readonly rx?: { readonly seqNumber: string }
}

/** One transmission: what the readers gave for it, if it was heard, and its ordinal. */
interface Sent {
  readonly ordinal: number
  readonly heard: Input | undefined
}

const pathOf = (name: string): string => `data/jsi/${name}.json`

/** Of each file its transmissions, with the readers' inputs put to those that were heard. */
const sentIn = (name: string) =>
  Effect.map(readBytes(JsiJson.format, sharedBytes(pathOf(name))), (lines): ReadonlyArray<Sent> => {
    assert.deepEqual<unknown>(rejectedOf(lines), [])
    const inputs = inputsOf(lines)
    // The shape is the data set's own (its README).
    const trials = JSON.parse(sharedText(pathOf(name))) as ReadonlyArray<Trial>
    let next = 0
    const sent = trials.map(({ rx, tx }) => ({
      ordinal: Number.parseInt(tx.data, 16),
      heard: rx === undefined ? undefined : inputs[next++],
    }))
    assert.strictEqual(next, inputs.length)
    return sent
  })

interface Truth {
  /** Numbers that were sent and not heard before the last that was. */
  readonly lost: ReadonlyArray<number>
  /** Numbers heard first after the counter had turned over. */
  readonly wraps: ReadonlyArray<number>
}

/** `first`: the number of ordinal 0. */
const truthOf = (sent: ReadonlyArray<Sent>, first: number): Truth => {
  const heard = sent.filter((each) => each.heard !== undefined).map(({ ordinal }) => ordinal)
  const isHeard = new Set(heard)
  const last = Math.max(...heard)
  const lost = sent.flatMap(({ ordinal }) =>
    ordinal > heard[0] && ordinal < last && !isHeard.has(ordinal) ? [(first + ordinal) % turn] : [],
  )
  const wraps = heard.flatMap((ordinal, i) =>
    i > 0 && Math.floor((first + ordinal) / turn) > Math.floor((first + (heard[i - 1] ?? 0)) / turn)
      ? [(first + ordinal) % turn]
      : [],
  )
  return { lost, wraps }
}

/** The log after the inputs went through the pipeline, as one batch after another. */
const recordedOf = (sent: ReadonlyArray<Sent>) =>
  Effect.gen(function* () {
    const pipeline = yield* Pipeline
    const inputs = sent.flatMap(({ heard }) => (heard === undefined ? [] : [heard]))
    const outcome = yield* pipeline.submit(inputs)
    assert.include(outcome, { added: inputs.length, known: 0 })
    const log = yield* EventLog
    return (yield* Stream.runCollect(log.read(0))).flat()
  }).pipe(
    Effect.provide(
      Layer.provideMerge(
        pipelineLive.layer,
        Layer.mergeAll(memory.layer, Vault.layer(secretsMemory)),
      ),
    ),
  )

/** What the windows found, event by event: only the latest runs are kept in the state. */
const foundIn = (recorded: ReadonlyArray<Recorded>): Truth & { readonly end: Account.Account } => {
  const state = Replay.projection.initial()
  const lost: Array<number> = []
  const wraps: Array<number> = []
  let before = Account.initial
  for (const each of recorded) {
    Replay.projection.apply(state, each)
    const after = Replay.find(state, device)?.reported ?? Account.initial
    const run = after.lostRuns.at(-1)
    if (after.lost > before.lost && run !== undefined) lost.push(...Account.numbersOf(run))
    if (after.wraps > before.wraps) wraps.push(after.window.last)
    before = after
  }
  return { lost, wraps, end: before }
}

describe.skipIf(!isShared(pathOf("sfxlib")))("the windows on the JSI trials", () => {
  it.effect("find every lost number of the three interleaved trials, and no wrap", () =>
    Effect.gen(function* () {
      const files = yield* Effect.forEach(
        ["sfxlib", "sfxlib_norep", "sfxlib_norep_randfreq"],
        sentIn,
      )
      // Transmission i of each file was sent in turn: read in that order, ordinals rise by one.
      const sent = (files[0] ?? []).flatMap((_, i) => files.flatMap((file) => file.slice(i, i + 1)))
      assert.deepStrictEqual(
        sent.map(({ ordinal }) => ordinal),
        Array.from({ length: 3000 }, (_, i) => i),
      )
      const truth = truthOf(sent, 674)
      // As the data set's description counts them: 214, of which those after the last heard cannot be known.
      const unheard = sent.filter(({ heard }) => heard === undefined).length
      const afterLast = sent.length - 1 - sent.findLastIndex(({ heard }) => heard !== undefined)
      assert.strictEqual(unheard, 214)
      assert.strictEqual(truth.lost.length, unheard - afterLast)
      const { end, lost, wraps } = foundIn(yield* recordedOf(sent))
      assert.deepStrictEqual(lost, truth.lost)
      assert.deepStrictEqual(wraps, [])
      assert.deepInclude(end, { refused: 0, late: 0, repeated: 0, accepted: 2786 })
    }),
  )

  it.effect("find every lost number of the fourth trial, and its wrap", () =>
    Effect.gen(function* () {
      const sent = yield* sentIn("sfxlib_norep_randfreq_randgain")
      const truth = truthOf(sent, 2328)
      assert.strictEqual(truth.lost.length, 351)
      assert.strictEqual(truth.wraps.length, 1)
      const { end, lost, wraps } = foundIn(yield* recordedOf(sent))
      assert.deepStrictEqual(lost, truth.lost)
      assert.deepStrictEqual(wraps, truth.wraps)
      assert.strictEqual(end.window.epoch, 1)
      assert.deepInclude(end, { refused: 0, late: 0, repeated: 0, accepted: 4649 })
    }),
  )
})
