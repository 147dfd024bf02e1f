/**
 * The whole loop with a real TPM 2.0 in software (swtpm) and tpm2-tools: enrolled over the stations' channel, attested,
 * and caught when it starts otherwise than it should. Skips where the programs are not installed.
 */
import { execFileSync, spawn, spawnSync } from "node:child_process"
import { mkdirSync, writeFileSync } from "node:fs"
import { createServer } from "node:net"
import { join } from "node:path"
import { assert, describe, it } from "@effect/vitest"
import * as Effect from "effect/Effect"
import { folder, json, run, start } from "./runSigtwin.ts"

const programs = ["swtpm", "swtpm_setup", "tpm2_quote"]

const missing = programs.filter((program) => {
  try {
    execFileSync("sh", ["-c", `command -v ${program}`])
    return false
  } catch {
    return true
  }
})

if (missing.length > 0)
  console.warn(`skipped, the loop with a software TPM: ${missing.join(", ")} not installed`)

const freePort = Effect.promise(
  () =>
    new Promise<number>((resolve) => {
      const server = createServer()
      server.listen(0, "127.0.0.1", () => {
        const address = server.address()
        server.close(() => resolve(typeof address === "object" ? (address?.port ?? 0) : 0))
      })
    }),
)

/** A TPM of its own, with an endorsement key and its certificate; gone with the scope. */
const softwareTpm = Effect.fnUntraced(function* (place: string) {
  const state = join(place, "tpm")
  mkdirSync(state)
  mkdirSync(join(place, "config"))
  const env = { ...process.env, HOME: place, XDG_CONFIG_HOME: join(place, "config") }
  // Where the system has a configuration, none of its own is made.
  spawnSync("swtpm_setup", ["--create-config-files", "skip-if-exist"], { env, stdio: "ignore" })
  execFileSync(
    "swtpm_setup",
    [
      "--tpm2",
      "--tpm-state",
      `dir://${state}`,
      "--createek",
      "--create-ek-cert",
      "--create-platform-cert",
      "--lock-nvram",
      "--pcr-banks",
      "sha256",
      "--overwrite",
      "--vmid",
      "BS-0001",
    ],
    { env, stdio: "ignore" },
  )
  const port = yield* freePort
  // tpm2-tools look for the control channel there.
  const control = port + 1
  yield* Effect.acquireRelease(
    Effect.sync(() =>
      spawn(
        "swtpm",
        [
          "socket",
          "--tpm2",
          "--tpmstate",
          `dir=${state}`,
          "--server",
          `type=tcp,port=${port},bindaddr=127.0.0.1`,
          "--ctrl",
          `type=tcp,port=${control},bindaddr=127.0.0.1`,
          "--flags",
          "not-need-init,startup-clear",
        ],
        { stdio: "ignore" },
      ),
    ),
    (child) => Effect.sync(() => child.kill()),
  )
  return `swtpm:host=127.0.0.1,port=${port}`
})

const tool = (tcti: string, name: string, ...args: ReadonlyArray<string>): string =>
  execFileSync(`tpm2_${name}`, args, {
    encoding: "utf8",
    env: { ...process.env, TPM2TOOLS_TCTI: tcti },
    stdio: ["ignore", "pipe", "ignore"],
  })

const urlIn = (text: string, name: string): string =>
  new RegExp(`"${name}":"([^"]+)"`).exec(text)?.[1] ?? ""

describe("the agent of a station with a TPM", () => {
  it.live.skipIf(missing.length > 0)(
    "enrols it, is attested, and is caught when the station starts otherwise",
    () =>
      Effect.gen(function* () {
        const place = yield* folder
        const tpm = yield* softwareTpm(place)
        const ca = join(place, "ca")
        yield* run("ca", "init", ca)
        yield* run("ca", "issue", ca, "127.0.0.1")
        const log = `sqlite:${join(place, "twin.db")}`
        const serve = ["serve", "--log", log, "--port", "0", "--json"]
        const server = yield* start([...serve, "--station-port", "0", "--station-ca", ca])
        const said = yield* Effect.promise(async () => {
          await server.until('"stations":"')
          return server.until('"url":"')
        })
        const url = urlIn(said, "url")
        const at = ["--server", url]

        yield* run("station", "enrol", "BS-0001", ...at)
        const name = /^name: ([0-9a-f]+)/m.exec(tool(tpm, "readpublic", "-c", "0x81010001"))?.[1]
        yield* run("station", "pin", "BS-0001", name ?? "", ...at)
        const measured = yield* run("station", "measure", "--tpm", tpm, "--name", "bench/1")
        const values = join(place, "values.json")
        writeFileSync(values, measured.out)
        assert.strictEqual((yield* run("reference", "publish", values, ...at)).code, 0)

        const agent = run(
          "station",
          "--tpm",
          tpm,
          "--id",
          "BS-0001",
          "--once",
          "--poll",
          "200ms",
          "--server",
          urlIn(said, "stations"),
          "--ca",
          join(ca, "ca.pem"),
          "--keep",
          join(place, "keep"),
        )
        const good = yield* agent
        assert.strictEqual(good.code, 0, good.out + good.err)
        const state = () => Effect.map(run("state", "station", "BS-0001", ...at, "--json"), json)
        assert.strictEqual((yield* state())["status"], "attested")

        // Another boot loader ran: PCR 4.
        tool(tpm, "pcrextend", `4:sha256=${"ab".repeat(32)}`)
        const tampered = yield* agent
        assert.strictEqual(tampered.code, 1)
        assert.include(tampered.out, "pcr_reference")
        assert.include(tampered.out, "sha256:4")
        assert.strictEqual((yield* state())["status"], "trust lost")

        // Another kernel command line: PCR 8, to which the secret of the channel is sealed.
        tool(tpm, "pcrextend", `8:sha256=${"cd".repeat(32)}`)
        const refused = yield* agent
        assert.strictEqual(refused.code, 1)
        assert.include(refused.out, "refused to start")
        assert.strictEqual((yield* state())["status"], "refused to boot")
      }).pipe(Effect.scoped),
    120_000,
  )
})
