/**
 * A TPM 2.0, real or in software, through the programs of tpm2-tools: each call is a process, each answer a file or
 * text. Nothing is kept in the TPM but the two keys at their handles.
 *
 * There may be no resource manager behind the connection, so transient objects and sessions are flushed after use.
 */
import { execFile, type ExecFileException } from "node:child_process"
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs"
import { tmpdir } from "node:os"
import { join } from "node:path"
import * as Effect from "effect/Effect"
import * as Schema from "effect/Schema"

/** A program that is not there, or what it said when it failed. */
export class ToolFailed extends Schema.TaggedError<ToolFailed>()("ToolFailed", {
  tool: Schema.String,
  detail: Schema.String,
}) {
  override get message() {
    return `${this.tool}: ${this.detail}`
  }
}

export interface Tools {
  /** Runs `tpm2_NAME` in the scope's own folder and gives what it printed. */
  readonly run: (name: string, ...args: ReadonlyArray<string>) => Effect.Effect<string, ToolFailed>
  readonly read: (file: string) => Effect.Effect<Uint8Array, ToolFailed>
  readonly write: (file: string, bytes: Uint8Array) => Effect.Effect<void>
}

/** A TPM answers within milliseconds, but makes an RSA key in up to a minute. */
const runMsMax = 120_000
const saidMax = 16 * 1024 * 1024

/** `tcti` as tpm2-tools have it: `device:/dev/tpmrm0`, `swtpm:host=127.0.0.1,port=2321`. */
export const open = (tcti: string) =>
  Effect.gen(function* () {
    const folder = yield* Effect.acquireRelease(
      Effect.sync(() => mkdtempSync(join(tmpdir(), "sigtwin-tpm-"))),
      (made) => Effect.sync(() => rmSync(made, { recursive: true, force: true })),
    )
    const run: Tools["run"] = (name, ...args) =>
      Effect.callback<string, ToolFailed>((resume) => {
        const tool = `tpm2_${name}`
        const child = execFile(
          tool,
          args,
          {
            cwd: folder,
            timeout: runMsMax,
            maxBuffer: saidMax,
            env: { ...process.env, TPM2TOOLS_TCTI: tcti, TSS2_LOG: "all+NONE" },
          },
          (error, stdout, stderr) =>
            resume(
              error === null
                ? Effect.succeed(stdout)
                : Effect.fail(new ToolFailed({ tool, detail: reasonOf(error, stderr) })),
            ),
        )
        return Effect.sync(() => child.kill())
      })
    const tools: Tools = {
      run,
      read: (file) =>
        Effect.try({
          try: () => new Uint8Array(readFileSync(join(folder, file))),
          catch: () => new ToolFailed({ tool: "tpm2", detail: `made no ${file}` }),
        }),
      write: (file, bytes) => Effect.sync(() => writeFileSync(join(folder, file), bytes)),
    }
    return tools
  })

const reasonOf = (error: ExecFileException, stderr: string): string => {
  if (error.code === "ENOENT") return "is not installed (Debian: apt-get install tpm2-tools)"
  const said = stderr
    .split("\n")
    .map((line) => line.trim())
    .find((line) => line.startsWith("ERROR"))
  return said ?? (stderr.trim() === "" ? error.message : stderr.trim().split("\n")[0])
}
