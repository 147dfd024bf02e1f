/** What the command line itself says: help on standard output, what it did not understand on standard error. */
import * as Console from "effect/Console"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import { CliConfig, CliOutput, GlobalFlag } from "effect/cli"

const plain = CliOutput.defaultFormatter({ colors: false })

const presenter: CliOutput.Presenter = {
  present: (event) => {
    switch (event._tag) {
      case "Help":
        return Console.log(formatter().formatHelpDoc(event.helpDoc))
      case "Version":
        return Console.log(event.version)
      case "InvalidInvocation":
        return Effect.forEach(
          [
            ...event.errors.map((error) => `${event.commandPath.join(" ")}: ${error.message}`),
            `  see: ${event.commandPath.join(" ")} --help`,
          ],
          (line) => Console.error(line),
          { discard: true },
        )
    }
  },
}

const formatter = (): CliOutput.Formatter =>
  process.stdout.isTTY && process.env["NO_COLOR"] === undefined
    ? CliOutput.defaultFormatter({ colors: true })
    : plain

export const layer: Layer.Layer<never> = Layer.mergeAll(
  Layer.succeed(CliOutput.Presenter, presenter),
  CliConfig.layer({
    builtIns: [GlobalFlag.Help, GlobalFlag.Version, GlobalFlag.Completions, GlobalFlag.LogLevel],
  }),
)
