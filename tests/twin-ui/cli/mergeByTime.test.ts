import { assert, describe, it } from "@effect/vitest"
import * as Effect from "effect/Effect"
import * as Stream from "effect/Stream"
import * as fc from "fast-check"
import type { Line } from "../../../core/ingest/FileFormat.ts"
import type { Input } from "../../../core/ingest/Input.ts"
import { occurredOf } from "../../../core/ingest/occurredOf.ts"
import * as Rejected from "../../../core/kernel/Rejected.ts"
import { mergeByTime } from "../../../twin-ui/cli/mergeByTime.ts"
import { radio } from "../../core/ingest/radio.ts"

const device = radio(1)

/** A file of facts at these times, read in pieces; a negative time is a line that cannot be read. */
const fileOf = (times: ReadonlyArray<number>, piece: number) => {
  const lines = times.map((ms, i): Line => ({
    line: i + 1,
    result: ms < 0 ? Rejected.make("broken", "line", "it is") : device.send(i, { atMs: ms }),
  }))
  const pieces = Array.from({ length: Math.ceil(lines.length / piece) }, (_, i) =>
    lines.slice(i * piece, (i + 1) * piece),
  )
  const refused: Array<number> = []
  return {
    lines: Stream.fromIterable(pieces),
    refused: (line: number) => {
      refused.push(line)
    },
    said: refused,
  }
}

const merged = (files: ReadonlyArray<ReturnType<typeof fileOf>>) =>
  Effect.gen(function* () {
    const taken: Array<{ readonly index: number; readonly input: Input }> = []
    yield* mergeByTime(files, (stretches) =>
      Effect.sync(() => {
        for (const { index, inputs } of stretches)
          for (const input of inputs) taken.push({ index, input })
      }),
    )
    return taken
  }).pipe(Effect.scoped)

describe("files read side by side", () => {
  const times = fc.array(fc.integer({ min: -3, max: 40 }), { maxLength: 30 })
  const file = fc.record({ times, piece: fc.integer({ min: 1, max: 7 }), sorted: fc.boolean() })

  it("give every fact once, each file's in its order, and all by time where the files are", () =>
    fc.assert(
      fc.asyncProperty(fc.array(file, { maxLength: 5 }), (given) =>
        Effect.runPromise(
          Effect.gen(function* () {
            const lists = given.map((each) =>
              each.sorted ? each.times.toSorted((a, b) => a - b) : each.times,
            )
            const files = given.map(({ piece }, i) => fileOf(lists[i], piece))
            const taken = yield* merged(files)
            for (const [index, list] of lists.entries()) {
              const own = taken.filter((each) => each.index === index)
              assert.deepStrictEqual(
                own.map(({ input }) => occurredOf(input)),
                list.filter((ms) => ms >= 0),
              )
              assert.deepStrictEqual(
                files[index].said,
                list.flatMap((ms, i) => (ms < 0 ? [i + 1] : [])),
              )
            }
            if (!given.every(({ sorted }) => sorted)) return
            const all = taken.map(({ input }) => occurredOf(input))
            assert.deepStrictEqual(
              all,
              all.toSorted((a, b) => a - b),
            )
          }),
        ),
      ),
    ))

  it.effect("goes on through a file of many facts at one time", () =>
    Effect.gen(function* () {
      const same = fileOf(Array<number>(2_500).fill(7), 400)
      const later = fileOf([3, 9], 1)
      const taken = yield* merged([same, later])
      assert.strictEqual(taken.length, 2_502)
      assert.deepStrictEqual([taken[0].index, taken.at(-1)?.index], [1, 1])
    }),
  )
})
