/**
 * `sigtwin station agent`, and `sigtwin station --tpm …` for short: runs on a station, or on a bench beside a software TPM. Enrols the TPM once, says at each start
 * whether the sealed secret unsealed, and answers challenges with quotes.
 */
import { existsSync, readFileSync } from "node:fs"
import * as Console from "effect/Console"
import * as Effect from "effect/Effect"
import * as Option from "effect/Option"
import * as Schema from "effect/Schema"
import { CliError, Command, Flag } from "effect/cli"
import {
  channelKey,
  closedKey,
  openedKey,
  plainKey,
  signingRequest,
} from "../../../core/crypto/channelKey.ts"
import * as Ima from "../../../core/attestation/Ima.ts"
import * as Bytes from "../../../core/kernel/Bytes.ts"
import * as Api from "../../api/Stations.ts"
import * as Flags from "../flags.ts"
import { parseDuration } from "../parseDuration.ts"
import { ProblemsFound } from "../ProblemsFound.ts"
import { WrongUse } from "../WrongUse.ts"
import * as Keep from "./Keep.ts"
import * as Server from "./Server.ts"
import { open, type Tools } from "./Tools.ts"
import * as Tpm from "./Tpm.ts"

/** Where the kernel shows what was measured. */
const kernelBootLog = "/sys/kernel/security/tpm0/binary_bios_measurements"
const kernelImaList = "/sys/kernel/security/ima/ascii_runtime_measurements"

const file = (name: string, what: string, fallback: string) =>
  Flag.String(name).pipe(
    Flag.withMetavar("FILE"),
    Flag.withDescription(`${what} (default ${fallback} where it is there)`),
    Flag.withDefault(fallback),
  )

export const flags = {
  tpm: Flag.String("tpm").pipe(
    Flag.withMetavar("TCTI"),
    Flag.withDescription(
      "The TPM as tpm2-tools name it: device:/dev/tpmrm0, swtpm:host=127.0.0.1,port=2321",
    ),
  ),
  bootLog: file("boot-log", "TCG event log of this boot", kernelBootLog),
  ima: file("ima", "List of measured files", kernelImaList),
}

const whichStation = Flag.String("id").pipe(
  Flag.withMetavar("ID"),
  Flag.withDescription("Which station this is"),
)

const settings = {
  bootLog: flags.bootLog,
  ima: flags.ima,
  server: Flag.String("server").pipe(
    Flag.withMetavar("URL"),
    Flag.withDescription("The twin (default http://127.0.0.1:4280; token: SIGTWIN_INGEST_TOKEN)"),
    Flag.withDefault("http://127.0.0.1:4280"),
  ),
  ca: Flag.String("ca").pipe(
    Flag.withMetavar("FILE"),
    Flag.withDescription("Certificate of the twin's CA, where it is no public one"),
    Flag.optional,
  ),
  keep: Flag.String("keep").pipe(
    Flag.withMetavar("DIR"),
    Flag.withDescription(
      "Keep a channel key and certificate here, sealed to this configuration; without it the agent has no certificate",
    ),
    Flag.optional,
  ),
  poll: Flag.String("poll").pipe(
    Flag.withMetavar("D"),
    Flag.withDescription("How often to ask for a challenge (default 5s)"),
    Flag.withDefault("5s"),
  ),
  once: Flag.Boolean("once").pipe(
    Flag.withDescription("Answer one challenge and end: 0 when accepted, 1 when refused"),
    Flag.withDefault(false),
  ),
  json: Flags.json,
}

interface Given {
  readonly tpm: string
  readonly id: string
  readonly bootLog: string
  readonly ima: string
  readonly server: string
  readonly ca: Option.Option<string>
  readonly keep: Option.Option<string>
  readonly poll: string
  readonly once: boolean
  readonly json: boolean
}

const run = Effect.fn("cli.station.agent")(function* (given: Given) {
  const pollMs = parseDuration(given.poll)
  if (pollMs === undefined || pollMs < 100)
    return yield* new WrongUse({ detail: `--poll ${given.poll}: give a duration as 5s` })
  const tools = yield* open(given.tpm)
  const { id, json, server: base } = given
  const say = (what: string, more: Readonly<Record<string, unknown>> = {}) =>
    Console.log(json ? JSON.stringify({ what, ...more }) : textOf(what, more))
  const ca = Option.isSome(given.ca) ? { ca: yield* textIn(given.ca.value) } : {}
  const path = `/stations/${encodeURIComponent(id)}`
  let channel: Server.Channel = ca
  const post = (to: string, body: unknown) =>
    Server.ask(base, channel, { method: "POST", path: `${path}/${to}`, body })

  const folder = Option.getOrUndefined(given.keep)
  const kept = folder === undefined ? undefined : Keep.read(folder, id)
  if (kept !== undefined) {
    const secret = yield* Effect.result(Tpm.unseal(tools, kept.sealed))
    if (secret._tag === "Failure") {
      yield* post("boot", { refused: secret.failure.message.slice(0, 200) })
      yield* say("refused to start", { detail: secret.failure.message })
      return yield* new ProblemsFound({ summary: "the station refused to start" })
    }
    const { certificate } = kept
    if (certificate !== undefined)
      channel = { ...ca, certificate, key: openedKey(kept.key, Bytes.toHex(secret.success)) }
  }
  const first = yield* Server.ask(base, channel, { method: "GET", path: `${path}/challenge` })
  const isEnrolled = first.status === 200 || first.status === 204
  if (!isEnrolled || (folder !== undefined && kept === undefined)) {
    // 409: no TPM is enrolled; 401: a channel of its own is wanted, which it has not yet.
    if (first.status !== 409 && first.status !== 401 && !isEnrolled)
      return yield* refusedBy(first, say)
    const enrolled = yield* enrol(tools, post, folder !== undefined, say)
    if (folder !== undefined && enrolled.key !== undefined) {
      const { certificate, ca: issuer, key } = enrolled
      const secret = crypto.getRandomValues(new Uint8Array(32))
      Keep.write(folder, id, {
        sealed: yield* Tpm.seal(tools, secret),
        key: closedKey(key, Bytes.toHex(secret)),
        ...(certificate === undefined ? {} : { certificate }),
        ...(issuer === undefined ? {} : { ca: issuer }),
      })
      if (certificate !== undefined) channel = { ...ca, certificate, key: plainKey(key) }
    }
  } else yield* post("boot", {})

  while (true) {
    const asked = yield* Server.ask(base, channel, { method: "GET", path: `${path}/challenge` })
    if (asked.status === 204) {
      yield* Effect.sleep(pollMs)
      continue
    }
    if (asked.status !== 200) return yield* refusedBy(asked, say)
    const challenge = yield* Effect.orDie(decodeChallenge(asked.body))
    const answer = yield* post("evidence", yield* answerTo(tools, challenge, given))
    const isAccepted = answer.status === 200
    yield* say(isAccepted ? "evidence accepted" : "evidence refused", asRecord(answer.body))
    if (given.once) {
      if (isAccepted) return
      return yield* new ProblemsFound({ summary: "the evidence was refused" })
    }
    yield* Effect.sleep(pollMs)
  }
}, Effect.scoped)

export const agent = Command.make(
  "agent",
  { tpm: flags.tpm, id: whichStation, ...settings },
  run,
).pipe(
  Command.withShortDescription("Run on a station: enrol its TPM, answer challenges"),
  Command.withDescription(
    "Run on a station: enrol its TPM with the twin, report each start, and answer challenges with quotes, through tpm2-tools. The operator enrols the station and publishes reference values first.",
  ),
)

/** The agent under the name of what it runs on: `sigtwin station --tpm TCTI --id ID`. Without both its help is shown. */
export const station = Command.make(
  "station",
  {
    tpm: flags.tpm.pipe(Flag.optional),
    id: whichStation.pipe(Flag.optional),
    ...settings,
  },
  Effect.fn("cli.station")(function* ({ id: named, tpm, ...given }) {
    if (Option.isNone(tpm) && Option.isNone(named))
      return yield* new CliError.ShowHelp({ commandPath: ["sigtwin", "station"], errors: [] })
    if (Option.isNone(tpm) || Option.isNone(named))
      return yield* new WrongUse({ detail: "to run on a station give both: --tpm TCTI --id ID" })
    return yield* run({ ...given, tpm: tpm.value, id: named.value })
  }),
)

type Say = (what: string, more?: Readonly<Record<string, unknown>>) => Effect.Effect<void>
type Post = (to: string, body: unknown) => ReturnType<typeof Server.ask>

const enrol = Effect.fnUntraced(function* (
  tools: Tools,
  post: Post,
  wantsChannel: boolean,
  say: Say,
) {
  const offered = yield* post("enrol", yield* Tpm.keys(tools))
  if (offered.status !== 200) return yield* refusedBy(offered, say)
  const { akName, credential } = yield* Effect.orDie(decodeCredential(offered.body))
  const secret = yield* Tpm.activate(tools, credential)
  const key = wantsChannel ? channelKey() : undefined
  const request = key === undefined ? {} : { csr: yield* Effect.promise(() => signingRequest(key)) }
  const plain = yield* post("enrol", { secret, ...request })
  // A server without a CA issues no certificate; its secret was right all the same.
  const done = plain.status === 409 && key !== undefined ? yield* post("enrol", { secret }) : plain
  if (done.status !== 200) return yield* refusedBy(done, say)
  yield* say("TPM enrolled", { akName })
  const { ca, certificate } = yield* Effect.orDie(decodeEnrolled(done.body))
  return { key, certificate, ca }
})

const answerTo = Effect.fnUntraced(function* (
  tools: Tools,
  { appraised, bootLog, nonce, selection }: Api.ChallengeAnswer,
  given: { readonly bootLog: string; readonly ima: string },
) {
  const quoted = yield* Tpm.quote(tools, nonce, selection)
  const lines = existsSync(given.ima) ? Ima.linesOf(readFileSync(given.ima, "utf8")) : undefined
  const from =
    appraised !== undefined && appraised.resetCount === Tpm.quotedIn(quoted.attest)?.resetCount
      ? Math.min(appraised.entries, lines?.length ?? 0)
      : 0
  return {
    ...quoted,
    bootLog:
      bootLog === "required" && existsSync(given.bootLog)
        ? Bytes.toHex(new Uint8Array(readFileSync(given.bootLog)))
        : null,
    ima: lines === undefined ? null : { from, list: lines.slice(from).join("\n") },
  }
})

const refusedBy = (answer: Server.Answer, say: Say) =>
  Effect.andThen(
    say("the twin refused", { status: answer.status, ...asRecord(answer.body) }),
    Effect.fail(new ProblemsFound({ summary: "the twin refused" })),
  )

const textIn = (path: string) =>
  Effect.try({
    try: () => readFileSync(path, "utf8"),
    catch: () => new WrongUse({ detail: `cannot read ${path}` }),
  })

const asRecord = (value: unknown): Readonly<Record<string, unknown>> =>
  typeof value === "object" && value !== null ? { ...value } : {}

const textOf = (what: string, more: Readonly<Record<string, unknown>>): string => {
  const told = ["reason", "detail", "akName", "configDigest", "position"].flatMap((name) =>
    typeof more[name] === "string" || typeof more[name] === "number"
      ? [`${name} ${more[name]}`]
      : [],
  )
  return told.length === 0 ? what : `${what}: ${told.join(", ")}`
}

const decodeChallenge = Schema.decodeUnknownEffect(Api.ChallengeAnswer)
const decodeCredential = Schema.decodeUnknownEffect(Api.CredentialAnswer)
const decodeEnrolled = Schema.decodeUnknownEffect(Api.EnrolledAnswer)
