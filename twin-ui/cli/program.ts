/**
 * The command line. Exit codes: 0 done, 1 found problems, 2 wrong use; 130 interrupted, 0 where
 * stopping is how a command ends (`serve`).
 */
// First of all: decoders that are built after it are compiled.
// oxlint-disable-next-line import/no-unassigned-import -- what it does is all it is for
import "effect/schema/SchemaJITCompiler/enable"
import * as NodeRuntime from "@effect/platform-node/NodeRuntime"
import { explain } from "./explain.ts"
import { runCli } from "./runCli.ts"

const argv = process.argv.slice(2)

// Whoever reads along (`| head`) may leave.
process.stdout.on("error", (error: NodeJS.ErrnoException) => {
  if (error.code === "EPIPE") process.exit(0)
  throw error
})

const endsByStop = argv.find((word) => !word.startsWith("-")) === "serve"

NodeRuntime.runMain(runCli(argv), {
  disableErrorReporting: true,
  teardown: (exit, onExit) => {
    const { code, lines } = explain(exit, endsByStop)
    for (const line of lines) process.stderr.write(`${line}\n`)
    onExit(code)
  },
})
