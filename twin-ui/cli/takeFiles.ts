/**
 * Reads files and hands their facts on in batches, counting what became of them: one file after the other, or several side
 * by side in the order in which their facts occurred.
 */
import * as Effect from "effect/Effect"
import * as FileSystem from "effect/FileSystem"
import * as Stream from "effect/Stream"
import type { Line } from "../../core/ingest/FileFormat.ts"
import type { Input } from "../../core/ingest/Input.ts"
import type { Ingested } from "../../core/ingest/Pipeline.ts"
import { readFile } from "../../core/ingest/readFile.ts"
import * as Rejected from "../../core/kernel/Rejected.ts"
import { cannotRead } from "./cannotRead.ts"
import { mergeByTime } from "./mergeByTime.ts"
import * as Imported from "./Imported.ts"
import type { SourceFile } from "./openFiles.ts"
import * as Progress from "./Progress.ts"
import * as RefusedLines from "./RefusedLines.ts"

/** Bytes read at once; the lines in them share a commit. */
const chunkBytes = 512 * 1024

/** Takes a batch; what it took is durable when it returns. */
export type Take<E, R> = (inputs: ReadonlyArray<Input>) => Effect.Effect<Ingested, E, R>

export const takeFiles = <E, R>(
  files: ReadonlyArray<SourceFile>,
  take: Take<E, R>,
  { isByTime, quiet }: { readonly isByTime: boolean; readonly quiet: boolean },
) =>
  Effect.gen(function* () {
    const beganMs = performance.now()
    const imported = Imported.make()
    const total = files.reduce((sum, { bytes }) => sum + bytes, 0)
    const label = files.length === 1 ? "import" : `import ${files.length} files`
    const progress = yield* Progress.make({ label, total, items: "lines", quiet })
    let readBytes = 0
    const opened = files.map((source) => {
      const one = Imported.begin(imported, source)
      const bytes = bytesOf(source.file).pipe(
        Stream.tap(({ length }) => Effect.sync(() => (readBytes += length))),
      )
      const lines = readFile(source.format, source.file, bytes).pipe(
        Stream.tap(({ length }) =>
          Effect.sync(() => {
            one.lines += length
            imported.lines += length
          }),
        ),
      )
      const refused = (line: number, why: Rejected.Rejected): void => {
        one.refused++
        RefusedLines.add(imported.refused, source.file, line, why)
      }
      return { one, lines, refused }
    })
    const takeOf = (one: Imported.OneFile, inputs: ReadonlyArray<Input>) =>
      Effect.map(take(inputs), (taken) => {
        Imported.add(imported, one, taken)
        progress.report(readBytes, imported.lines)
      })
    if (isByTime && files.length > 1)
      yield* mergeByTime(opened, (stretches) =>
        // Offered in their order, and committed together.
        Effect.forEach(stretches, ({ index, inputs }) => takeOf(opened[index].one, inputs), {
          concurrency: "unbounded",
          discard: true,
        }),
      )
    else
      for (const { lines, one, refused } of opened)
        yield* Stream.runForEach(lines, (read) => {
          const inputs = accepted(read, refused)
          return inputs.length === 0 ? Effect.void : takeOf(one, inputs)
        })
    imported.durationMs = performance.now() - beganMs
    return imported
  }).pipe(Effect.scoped)

const bytesOf = (file: string) =>
  Stream.unwrap(
    Effect.map(FileSystem.FileSystem, (fs) => fs.stream(file, { chunkSize: chunkBytes })),
  ).pipe(Stream.mapError(cannotRead(file)))

/** The facts of some lines; the others are told of. */
const accepted = (
  lines: ReadonlyArray<Line>,
  refused: (line: number, why: Rejected.Rejected) => void,
): ReadonlyArray<Input> =>
  lines.flatMap(({ line, result }) => {
    if (!Rejected.is(result)) return [result]
    refused(line, result)
    return []
  })
