/** Bytes to a file, or to standard output unless they are none for a terminal. */
import * as Console from "effect/Console"
import * as Effect from "effect/Effect"
import * as Option from "effect/Option"
import { writeFile } from "node:fs/promises"
import * as Words from "./Words.ts"
import { WrongUse } from "./WrongUse.ts"

const binary = new Set(["parquet", "arrow"])

export const writeOut = (
  bytes: Uint8Array,
  out: Option.Option<string>,
  format: string,
): Effect.Effect<void, WrongUse> =>
  Effect.gen(function* () {
    if (Option.isSome(out)) {
      const file = out.value
      yield* Effect.tryPromise({
        try: () => writeFile(file, bytes),
        catch: (cause) =>
          new WrongUse({
            detail: `cannot write ${file}: ${cause instanceof Error ? cause.message : String(cause)}`,
          }),
      })
      return yield* Effect.sync(() =>
        process.stderr.write(`${file}: ${Words.number(bytes.length)} bytes\n`),
      )
    }
    if (binary.has(format) && process.stdout.isTTY)
      return yield* new WrongUse({ detail: `${format} is not for a terminal: give --out FILE` })
    if (!binary.has(format))
      return yield* Console.log(new TextDecoder().decode(bytes).replace(/\n$/, ""))
    yield* Effect.callback<void>((resume) => {
      process.stdout.write(bytes, () => resume(Effect.void))
    })
  })
