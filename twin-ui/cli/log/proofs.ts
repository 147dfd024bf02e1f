/** `sigtwin log checkpoint|key|prove|consistency|verify-proof`: showing others that the log was not changed. */
import * as Console from "effect/Console"
import * as Effect from "effect/Effect"
import * as FileSystem from "effect/FileSystem"
import { Argument, Command, Flag } from "effect/cli"
import type { SigningKey } from "../../../core/crypto/ed25519.ts"
import * as Bytes from "../../../core/kernel/Bytes.ts"
import * as Rejected from "../../../core/kernel/Rejected.ts"
import * as Checkpoint from "../../../core/log/proof/Checkpoint.ts"
import * as ConsistencyProof from "../../../core/log/proof/ConsistencyProof.ts"
import * as InclusionProof from "../../../core/log/proof/InclusionProof.ts"
import * as Note from "../../../core/log/proof/Note.ts"
import * as Prove from "../../../core/log/sqlite/prove.ts"
import { logKey, parseLogAddress } from "../../layers.ts"
import { cannotRead } from "../cannotRead.ts"
import * as Flags from "../flags.ts"
import { ProblemsFound } from "../ProblemsFound.ts"
import * as Words from "../Words.ts"
import { WrongUse } from "../WrongUse.ts"
import { logFile, reading } from "./logFile.ts"

const common = { log: Flags.log, json: Flags.json }

const out = Flag.String("out").pipe(
  Flag.withMetavar("FILE|-"),
  Flag.withDescription("Where to write it; - is standard output, the default"),
  Flag.withDefault("-"),
)

/** The log's file, and its key where there is one: none is made. */
const opened = Effect.fnUntraced(function* (log: string) {
  const path = yield* logFile(log)
  const key = yield* logKey(yield* parseLogAddress(log), false)
  return { path, key }
})

/** What cannot be shown is a problem of the log, not of the program. */
const orProblem = <A>(given: A | Rejected.Rejected): Effect.Effect<A, ProblemsFound> =>
  Rejected.is(given)
    ? Effect.fail(new ProblemsFound({ summary: `${given.where}: ${given.detail}` }))
    : Effect.succeed(given)

const write = (to: string, text: string) =>
  to === "-"
    ? Console.log(text.replace(/\n$/, ""))
    : Effect.gen(function* () {
        const fs = yield* FileSystem.FileSystem
        yield* Effect.mapError(
          fs.writeFileString(to, text),
          (error) => new WrongUse({ detail: `cannot write ${to}: ${error.message}` }),
        )
        yield* Console.error(`written to ${to}`)
      })

export const checkpoint = Command.make(
  "checkpoint",
  { ...common, out },
  Effect.fn("cli.log.checkpoint")(function* (given) {
    const path = yield* logFile(given.log)
    // The key is made on first use; the log itself is only read.
    const key = yield* logKey(yield* parseLogAddress(given.log), true)
    const kept = yield* Effect.flatMap(
      reading(path, (file) => Prove.newestCheckpoint(file, key)),
      orProblem,
    )
    yield* given.json ? Console.log(JSON.stringify(kept)) : write(given.out, kept.note)
  }),
).pipe(
  Command.withShortDescription("Sign what the log is now"),
  Command.withDescription(
    "Print a signed checkpoint of the log as it is now: how many batches were committed, and the root of their hash tree (C2SP tlog-checkpoint). Give it to others: what they hold, nobody can change unseen. The key is made on first use and kept with the log's secrets.",
  ),
)

export const key = Command.make(
  "key",
  common,
  Effect.fn("cli.log.key")(function* (given) {
    const found = yield* opened(given.log)
    const signing = yield* needed(found.key)
    const name = yield* reading(found.path, ({ id }) => Checkpoint.originOf(id))
    const word = Note.verifierKey({ name, publicKey: signing.publicKey })
    yield* Console.log(given.json ? JSON.stringify({ name, key: word }) : word)
  }),
).pipe(
  Command.withDescription(
    "Print the public key that the log's checkpoints are signed with, as NAME+ID+KEY: what others need to check them",
  ),
)

const needed = (found: SigningKey | undefined): Effect.Effect<SigningKey, ProblemsFound> =>
  found === undefined
    ? Effect.fail(
        new ProblemsFound({
          summary:
            "the log has no key yet: whoever writes it makes one, and so does `sigtwin log checkpoint`",
        }),
      )
    : Effect.succeed(found)

export const prove = Command.make(
  "prove",
  {
    position: Argument.Int("POSITION").pipe(Argument.withDescription("Position of the event")),
    ...common,
    out,
  },
  Effect.fn("cli.log.prove")(function* (given) {
    const found = yield* opened(given.log)
    const proof = yield* Effect.flatMap(
      reading(found.path, (file) => Prove.prove(file, given.position, found.key)),
      orProblem,
    )
    const text = InclusionProof.toText(proof)
    yield* given.json
      ? Console.log(JSON.stringify({ position: given.position, index: proof.index, proof: text }))
      : write(given.out, text)
  }),
).pipe(
  Command.withShortDescription("Prove that an event is in the log"),
  Command.withDescription(
    "Write a proof that the event at a position is in the log (C2SP tlog-proof): its batch as it was committed, the path to the root, and a signed checkpoint. It stands alone: `log verify-proof` needs nothing but it and the public key. The batch holds the events that were committed with it; payloads in it stay sealed.",
  ),
)

const side = (name: "OLD" | "NEW", what: string) =>
  Argument.String(name).pipe(
    Argument.withDescription(
      `${what}: a file with a checkpoint, the number of batches of one that the log keeps, or "now"`,
    ),
  )

export const consistency = Command.make(
  "consistency",
  {
    earlier: side("OLD", "The earlier checkpoint"),
    later: side("NEW", "The later one"),
    ...common,
    out,
  },
  Effect.fn("cli.log.consistency")(function* (given) {
    const found = yield* opened(given.log)
    const earlier = yield* noteOf(given.earlier, found)
    const later = yield* noteOf(given.later, found)
    const proof = yield* Effect.flatMap(
      reading(found.path, (file) => Prove.consistency(file, earlier, later)),
      orProblem,
    )
    const name = yield* reading(found.path, ({ id }) => Checkpoint.originOf(id))
    const signing = yield* needed(found.key)
    yield* orProblem(ConsistencyProof.verified(proof, { name, publicKey: signing.publicKey }))
    const text = ConsistencyProof.toText(proof)
    yield* given.json ? Console.log(JSON.stringify({ proof: text })) : write(given.out, text)
  }),
).pipe(
  Command.withShortDescription("Prove that the log went on from an earlier checkpoint"),
  Command.withDescription(
    "Write a proof that the log of one checkpoint goes on from that of an earlier one: that nothing before was changed or taken out. Fails where that is not so, or a checkpoint is another log's.",
  ),
)

const noteOf = Effect.fnUntraced(function* (
  given: string,
  { key: signing, path }: { readonly path: string; readonly key: SigningKey | undefined },
) {
  if (given === "now")
    return (yield* Effect.flatMap(
      reading(path, (file) => Prove.newestCheckpoint(file, signing)),
      orProblem,
    )).note
  if (/^\d+$/.test(given)) {
    const kept = yield* reading(path, ({ checkpoints }) => checkpoints.ofSize(Number(given)))
    if (kept !== undefined) return kept.note
    const sizes = yield* reading(path, ({ checkpoints }) => checkpoints.list())
    const last = sizes.slice(-5).map(({ size }) => size)
    return yield* new WrongUse({
      detail: `the log keeps no checkpoint of ${given} batches; the last it keeps: ${last.join(", ") || "none"}`,
    })
  }
  return yield* fileText(given)
})

const fileText = (file: string) =>
  Effect.gen(function* () {
    const fs = yield* FileSystem.FileSystem
    const info = yield* Effect.mapError(fs.stat(file), cannotRead(file))
    if (Number(info.size) > InclusionProof.charsMax)
      return yield* new WrongUse({ detail: `${file} is too long for a proof` })
    return yield* Effect.mapError(fs.readFileString(file), cannotRead(file))
  })

export const verifyProof = Command.make(
  "verify-proof",
  {
    file: Argument.String("FILE").pipe(
      Argument.withDescription(
        "A proof that `log prove` or `log consistency` wrote, or a checkpoint",
      ),
    ),
    key: Flag.String("key").pipe(
      Flag.withMetavar("KEY|FILE"),
      Flag.withDescription(
        "The log's public key, NAME+ID+KEY as `log key` prints it, or a file with it",
      ),
    ),
    json: Flags.json,
  },
  Effect.fn("cli.log.verifyProof")(function* (given) {
    const word = /^[^\s/]+\+[0-9a-f]{8}\+\S+$|\+[0-9a-f]{8}\+/.test(given.key)
      ? given.key
      : yield* fileText(given.key)
    const verifier = Note.parseVerifierKey(word.trim())
    if (Rejected.is(verifier)) return yield* new WrongUse({ detail: `--key: ${verifier.detail}` })
    const said = yield* orProblem(verdict(yield* fileText(given.file), verifier))
    yield* Console.log(given.json ? JSON.stringify(said.json) : said.text)
  }),
).pipe(
  Command.withShortDescription("Check a proof with nothing but the log's public key"),
  Command.withDescription(
    "Check a proof of inclusion, a proof of consistency or a checkpoint. Needs the file and the log's public key and nothing else: no log, no server. Says what is proven, or ends with 1.",
  ),
)

interface Verdict {
  readonly text: string
  readonly json: Readonly<Record<string, unknown>>
}

const verdict = (text: string, verifier: Note.Verifier): Verdict | Rejected.Rejected => {
  if (text.startsWith(ConsistencyProof.firstLine)) {
    const proof = ConsistencyProof.fromText(text)
    const proven = Rejected.is(proof) ? proof : ConsistencyProof.verified(proof, verifier)
    return Rejected.is(proven) ? proven : consistent(proven)
  }
  if (!text.startsWith("c2sp.org/tlog-proof@")) {
    const found = Checkpoint.opened(text, verifier)
    return Rejected.is(found)
      ? found
      : {
          text: `signed by ${verifier.name}: ${headText(found)}`,
          json: { proven: "checkpoint", ...headJson(found) },
        }
  }
  const proof = InclusionProof.fromText(text)
  const proven = Rejected.is(proof) ? proof : InclusionProof.verified(proof, verifier)
  return Rejected.is(proven) ? proven : included(proven)
}

const consistent = ({ earlier, later }: ConsistencyProof.Consistent): Verdict => ({
  text: `${later.origin}: the log of ${headText(later)}\n  goes on from that of ${headText(earlier)}`,
  json: { proven: "consistency", earlier: headJson(earlier), later: headJson(later) },
})

const included = ({ checkpoint: head, events, index }: InclusionProof.Proven): Verdict => {
  const first = events[0]
  const last = events[events.length - 1]
  return {
    text: [
      `${head.origin}: the events at positions ${first.position} to ${last.position}, batch ${index}, are in the log of`,
      `  ${headText(head)}`,
      `  recorded ${Words.instant(first.recordedMs)}${last.recordedMs === first.recordedMs ? "" : ` to ${Words.instant(last.recordedMs)}`}`,
    ].join("\n"),
    json: {
      proven: "inclusion",
      index,
      first: first.position,
      last: last.position,
      checkpoint: headJson(head),
    },
  }
}

const headText = ({ root, size }: Checkpoint.Checkpoint): string =>
  `${Words.count(size, "batch", "batches")}, root ${Bytes.toHex(root)}`

const headJson = ({ origin, root, size }: Checkpoint.Checkpoint) => ({
  origin,
  size,
  root: Bytes.toHex(root),
})
