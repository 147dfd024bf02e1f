/** Runs the command line from its arguments to its ending. */
import * as NodeServices from "@effect/platform-node/NodeServices"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import * as Logger from "effect/Logger"
import { Command } from "effect/cli"
import * as present from "./present.ts"
import * as Telemetry from "../telemetry.ts"
import { sigtwin } from "./sigtwin.ts"
import { version } from "./version.ts"

const services = Layer.mergeAll(
  NodeServices.layer,
  present.layer,
  Telemetry.logLines,
  // Standard output is for results alone.
  Layer.succeed(Logger.LogToStderr, true),
)

export const runCli = (argv: ReadonlyArray<string>) =>
  Command.runWith(sigtwin, { version })(argv).pipe(Effect.provide(services))
