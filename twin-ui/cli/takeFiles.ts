/** Reads files one after the other and hands their facts on in batches, counting what became of them. */
import * as Effect from "effect/Effect"
import * as FileSystem from "effect/FileSystem"
import * as Stream from "effect/Stream"
import type { Line } from "../../core/ingest/FileFormat.ts"
import type { Input } from "../../core/ingest/Input.ts"
import type { Ingested } from "../../core/ingest/Pipeline.ts"
import { readFile } from "../../core/ingest/readFile.ts"
import * as Rejected from "../../core/kernel/Rejected.ts"
import { cannotRead } from "./cannotRead.ts"
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
  quiet: boolean,
) =>
  Effect.gen(function* () {
    const beganMs = performance.now()
    const imported = Imported.make()
    const total = files.reduce((sum, { bytes }) => sum + bytes, 0)
    const label = files.length === 1 ? "import" : `import ${files.length} files`
    const progress = yield* Progress.make({ label, total, items: "lines", quiet })
    let done = 0
    for (const source of files) {
      const one = Imported.begin(imported, source)
      let readBytes = 0
      yield* bytesOf(source.file).pipe(
        Stream.tap((bytes) => Effect.sync(() => (readBytes += bytes.length))),
        (bytes) => readFile(source.format, source.file, bytes),
        Stream.runForEach((lines) =>
          Effect.gen(function* () {
            const inputs = accepted(lines, one, imported, source.file)
            if (inputs.length > 0) Imported.add(imported, one, yield* take(inputs))
            progress.report(done + readBytes, imported.lines)
          }),
        ),
      )
      done += source.bytes
    }
    imported.durationMs = performance.now() - beganMs
    return imported
  }).pipe(Effect.scoped)

const bytesOf = (file: string) =>
  Stream.unwrap(
    Effect.map(FileSystem.FileSystem, (fs) => fs.stream(file, { chunkSize: chunkBytes })),
  ).pipe(Stream.mapError(cannotRead(file)))

/** The facts of some lines; the refused ones are counted. */
const accepted = (
  lines: ReadonlyArray<Line>,
  one: Imported.OneFile,
  imported: Imported.Imported,
  file: string,
): ReadonlyArray<Input> => {
  const inputs: Array<Input> = []
  one.lines += lines.length
  imported.lines += lines.length
  for (const { line, result } of lines)
    if (Rejected.is(result)) {
      one.refused++
      RefusedLines.add(imported.refused, file, line, result)
    } else inputs.push(result)
  return inputs
}
