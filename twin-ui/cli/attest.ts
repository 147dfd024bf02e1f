/** `sigtwin attest check`: appraises files of attestation vectors. `sigtwin attest decode`: takes a quote apart. */
import * as Console from "effect/Console"
import * as Effect from "effect/Effect"
import * as FileSystem from "effect/FileSystem"
import * as Option from "effect/Option"
import type * as Schema from "effect/Schema"
import * as Stream from "effect/Stream"
import { Argument, Command, Flag } from "effect/cli"
import * as AttestRecord from "../../core/attestation/AttestRecord.ts"
import { type Book, checkRecord } from "../../core/attestation/checkRecord.ts"
import { dissectQuote } from "../../core/attestation/dissectQuote.ts"
import { attestationChecks } from "../../core/crypto/attestationChecks.ts"
import { anchorsOf } from "../../core/crypto/endorsementCertificate.ts"
import { cannotRead } from "./cannotRead.ts"
import * as Flags from "./flags.ts"
import { formatTable } from "./formatTable.ts"
import { ProblemsFound } from "./ProblemsFound.ts"
import { WrongUse } from "./WrongUse.ts"

const fileFlag = (name: string, description: string) =>
  Flag.String(name).pipe(Flag.withMetavar("FILE"), Flag.withDescription(description), Flag.optional)

const check = Command.make(
  "check",
  {
    files: Argument.String("FILE").pipe(
      Argument.withDescription("Vectors as JSON lines: quotes, enrolments"),
      Argument.variadic({ min: 1 }),
    ),
    stations: fileFlag("stations", "The stations' keys, which quotes refer to (JSON lines)"),
    boots: fileFlag("boots", "Event logs and lists of measured files, by boot (JSON lines)"),
    policies: fileFlag("policies", "Reference values and allowlists (JSON lines)"),
    ca: Flag.String("ca").pipe(
      Flag.withMetavar("DIR"),
      Flag.withDescription(
        "Certificates that vouch for endorsement keys (.pem): those that sign themselves are the pinned roots",
      ),
      Flag.optional,
    ),
    json: Flags.json,
  },
  Effect.fn("cli.attest.check")(function* (given) {
    const book: Book = {
      stations: yield* load(given.stations, AttestRecord.Station, ({ station }) => station),
      boots: yield* load(given.boots, AttestRecord.Boot, ({ id }) => id),
      policies: yield* load(given.policies, AttestRecord.Policy, ({ id }) => id),
      anchors: Option.isNone(given.ca)
        ? { roots: [], intermediates: [] }
        : yield* loadAnchors(given.ca.value),
    }
    let passed = 0
    let failed = 0
    for (const file of given.files) {
      const count = yield* checkFile(file, book, given.json)
      passed += count.passed
      failed += count.failed
    }
    yield* Console.log(
      given.json ? JSON.stringify({ passed, failed }) : `${passed} passed, ${failed} failed`,
    )
    if (passed + failed === 0) return yield* new WrongUse({ detail: "the files hold no vectors" })
    if (failed > 0)
      return yield* new ProblemsFound({ summary: `${failed} of ${passed + failed} vectors failed` })
  }),
).pipe(
  Command.withDescription(
    "Appraise files of quotes and enrolments and compare with what each record expects; prints each failure and `N passed, N failed`. With --json a line for each failure, then the totals.",
  ),
)

const decode = Command.make(
  "decode",
  {
    hex: Argument.String("HEX").pipe(Argument.withDescription("A quote's TPMS_ATTEST")),
    json: Flags.json,
  },
  Effect.fn("cli.attest.decode")(function* ({ hex, json }) {
    const dissection = dissectQuote(hex)
    const { summary, rows } = dissection
    const table = formatTable(
      ["field", "bytes", "raw", "meaning"],
      rows.map((row) => [row.name, row.bytes, row.raw, row.meaning]),
    )
    if (json) yield* Console.log(JSON.stringify(dissection))
    else if (dissection.good) yield* Console.log(`${summary}\n\n${table}`)
    if (!dissection.good) return yield* new ProblemsFound({ summary })
  }),
).pipe(
  Command.withDescription(
    "Print every field of a quote: name, bytes, raw, meaning. Its signature is not checked.",
  ),
)

export const attest = Command.make("attest").pipe(
  Command.withDescription("Look at stations' attestation evidence"),
  Command.withSubcommands([check, decode]),
)

/** Records kept of one file: no vector file comes near. */
const recordsMax = 100_000

/** A file that vectors refer to, by name. */
const load = Effect.fnUntraced(function* <A>(
  file: Option.Option<string>,
  schema: Schema.Decoder<A>,
  nameOf: (record: A) => string,
) {
  const found = new Map<string, A>()
  if (Option.isNone(file)) return found
  const parse = AttestRecord.parseAs(schema)
  let line = 0
  yield* eachLine(file.value, (text) => {
    line++
    if (text.trim() === "") return Effect.void
    const record = parse(text)
    if (typeof record === "string")
      return Effect.fail(new WrongUse({ detail: `${file.value}:${line}: ${record}` }))
    if (found.size === recordsMax)
      return Effect.fail(
        new WrongUse({ detail: `${file.value} holds more than ${recordsMax} records` }),
      )
    found.set(nameOf(record), record)
    return Effect.void
  })
  return found
})

const loadAnchors = Effect.fnUntraced(function* (folder: string) {
  const fs = yield* FileSystem.FileSystem
  const names = yield* fs.readDirectory(folder).pipe(Effect.mapError(cannotRead(folder)))
  const texts = yield* Effect.forEach(
    names.filter((name) => name.endsWith(".pem")),
    (name) => {
      const file = `${folder}/${name}`
      return fs.readFileString(file).pipe(Effect.mapError(cannotRead(file)))
    },
  )
  const { unread, ...anchors } = anchorsOf(texts)
  if (unread > 0)
    return yield* new WrongUse({ detail: `${folder}: ${unread} certificates cannot be read` })
  if (anchors.roots.length === 0)
    return yield* new WrongUse({ detail: `${folder} holds no root certificate (.pem)` })
  return anchors
})

/** Reads line by line, so that a file may be of any size, and prints each failure as it is found. */
const checkFile = Effect.fnUntraced(function* (file: string, book: Book, asJson: boolean) {
  const checks = attestationChecks()
  const count = { passed: 0, failed: 0 }
  let line = 0
  yield* eachLine(file, (text) => {
    line++
    if (text.trim() === "") return Effect.void
    const { passed, ...outcome } = checkRecord(checks, book, text)
    if (passed) {
      count.passed++
      return Effect.void
    }
    count.failed++
    const { id, kind, expected, given, detail } = outcome
    return Console.log(
      asJson
        ? JSON.stringify({ file, line, ...outcome })
        : `${file}:${line}: ${id} (${kind}): expected ${expected}, given ${given}: ${detail}`,
    )
  })
  return count
})

const eachLine = <E>(file: string, take: (text: string) => Effect.Effect<void, E>) =>
  Effect.gen(function* () {
    const fs = yield* FileSystem.FileSystem
    yield* fs
      .stream(file)
      .pipe(
        Stream.mapError(cannotRead(file)),
        Stream.decodeText,
        Stream.splitLines,
        Stream.runForEach(take),
      )
  })
