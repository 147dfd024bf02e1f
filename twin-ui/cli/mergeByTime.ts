/**
 * Files read side by side, their facts in the order in which they occurred: what several receivers wrote down of the
 * same air comes as it was sent.
 *
 * Of each file what comes next is looked at, so files that are in order themselves come out in order; of one that is
 * not, a late fact comes where it is found. Memory is a chunk of each file and `togetherMax` facts.
 */
import * as Effect from "effect/Effect"
import * as Pull from "effect/Pull"
import * as Stream from "effect/Stream"
import type { Line } from "../../core/ingest/FileFormat.ts"
import type { Input } from "../../core/ingest/Input.ts"
import { occurredOf } from "../../core/ingest/occurredOf.ts"
import * as Rejected from "../../core/kernel/Rejected.ts"

/** Facts given at once. */
const togetherMax = 1_000

export interface Source<E, R> {
  readonly lines: Stream.Stream<ReadonlyArray<Line>, E, R>
  /** What comes between two facts and is none. */
  readonly refused: (line: number, why: Rejected.Rejected) => void
}

/** Facts of one file that follow each other. */
export interface Stretch {
  /** Which file. */
  readonly index: number
  readonly inputs: Array<Input>
}

export const mergeByTime = <E, R, E2, R2>(
  sources: ReadonlyArray<Source<E, R>>,
  give: (stretches: ReadonlyArray<Stretch>) => Effect.Effect<void, E2, R2>,
) =>
  Effect.gen(function* () {
    const readers = yield* Effect.forEach(sources, (source, index) => open(source, index))
    let together: Array<Stretch> = []
    let count = 0
    while (true) {
      for (const reader of readers) if (reader.next() === undefined) yield* reader.fill
      const [first, second] = readers
        .filter((reader) => reader.next() !== undefined)
        .toSorted((a, b) => a.nextMs() - b.nextMs() || a.index - b.index)
      if (first === undefined || count >= togetherMax) {
        if (count > 0) yield* give(together)
        together = []
        count = 0
        if (first === undefined) return
      }
      const untilMs = second?.nextMs() ?? Infinity
      const inputs: Array<Input> = []
      // At least one, so that it goes on.
      do {
        const input = first.next()
        if (input === undefined) break
        inputs.push(input)
        first.step()
      } while (first.nextMs() <= untilMs && count + inputs.length < togetherMax)
      count += inputs.length
      const last = together.at(-1)
      if (last?.index === first.index) last.inputs.push(...inputs)
      else together.push({ index: first.index, inputs })
    }
  })

const open = <E, R>({ lines, refused }: Source<E, R>, index: number) =>
  Effect.map(Stream.toPull(lines), (pull) => {
    let waiting: ReadonlyArray<Line> = []
    let at = 0
    let hasEnded = false
    /** The next fact that is at hand, past what was refused. */
    const next = (): Input | undefined => {
      for (; at < waiting.length; at++) {
        const { line, result } = waiting[at]
        if (!Rejected.is(result)) return result
        refused(line, result)
      }
      return undefined
    }
    return {
      index,
      next,
      /** Infinity where none is at hand. */
      nextMs: (): number => {
        const input = next()
        return input === undefined ? Infinity : occurredOf(input)
      },
      step: (): void => {
        at++
      },
      /** Reads on until there is a next fact or the file has ended. */
      fill: Effect.gen(function* () {
        while (!hasEnded && next() === undefined) {
          const more = yield* Effect.map(pull, (arrays) => arrays.flat()).pipe(
            Pull.catchDone(() => Effect.succeed(undefined)),
          )
          hasEnded = more === undefined
          waiting = more ?? []
          at = 0
        }
      }),
    }
  })
