/** `sigtwin station measure`: reference values from what a station, known to be good, measures now. */
import { existsSync, readFileSync } from "node:fs"
import * as Console from "effect/Console"
import * as Effect from "effect/Effect"
import { Command, Flag } from "effect/cli"
import * as Ima from "../../../core/attestation/Ima.ts"
import * as Malformed from "../../../core/attestation/Malformed.ts"
import * as Bytes from "../../../core/kernel/Bytes.ts"
import { flags } from "./agent.ts"
import { open, ToolFailed } from "./Tools.ts"
import * as Tpm from "./Tpm.ts"

/** The firmware's PCRs, and the kernel's list where there is one. */
const firmwarePcrs = [0, 1, 2, 3, 4, 5, 6, 7, 8, 9]

export const measure = Command.make(
  "measure",
  {
    ...flags,
    name: Flag.String("name").pipe(
      Flag.withDescription("Name of the reference values, as SBS-T3-A/7"),
    ),
  },
  Effect.fn("cli.station.measure")(function* (given) {
    const tools = yield* open(given.tpm)
    const lines = existsSync(given.ima) ? Ima.linesOf(readFileSync(given.ima, "utf8")) : undefined
    const selection = {
      sha256: lines === undefined ? firmwarePcrs : [...firmwarePcrs, 10],
    }
    yield* Tpm.keys(tools)
    const nonce = Bytes.toHex(crypto.getRandomValues(new Uint8Array(32)))
    const { attest, pcrs } = yield* Tpm.quote(tools, nonce, selection)
    const quoted = Tpm.quotedIn(attest)
    if (quoted === undefined)
      return yield* new ToolFailed({ tool: "tpm2_quote", detail: "gave no quote" })
    const values = {
      id: given.name,
      selection,
      reference: {
        sha256: Object.fromEntries(
          firmwarePcrs.map((index) => [String(index), pcrs["sha256"][String(index)]]),
        ),
      },
      firmwareVersion: quoted.firmwareVersion.toString(16).padStart(16, "0"),
      imaAllow: lines === undefined ? null : allowed(lines),
      bootLog: existsSync(given.bootLog) ? "required" : "absent",
    }
    yield* Console.log(JSON.stringify(values, undefined, 2))
  }, Effect.scoped),
).pipe(
  Command.withDescription(
    "Print reference values from what this station, known to be good, measures now; `sigtwin reference publish` takes them",
  ),
)

const allowed = (lines: ReadonlyArray<string>): Readonly<Record<string, ReadonlyArray<string>>> => {
  const files = new Map<string, Set<string>>()
  lines.forEach((line, i) => {
    const entry = Ima.decodeLine(line, i)
    if (Malformed.is(entry) || entry.algorithm !== "sha256") return
    files.set(entry.path, (files.get(entry.path) ?? new Set()).add(entry.digest))
  })
  return Object.fromEntries([...files].map(([path, digests]) => [path, [...digests]]))
}
