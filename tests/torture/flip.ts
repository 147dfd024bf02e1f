/**
 * Flips a bit of a small log's file, every byte in turn. Either the check finds it and says where, or it carried no data:
 * then every answer is what it was. Whatever the check would say, no event is ever read other than it was written.
 */
import * as Effect from "effect/Effect"
import * as Stream from "effect/Stream"
import { closeSync, fstatSync, mkdtempSync, openSync, readSync, rmSync, writeSync } from "node:fs"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { DatabaseSync } from "node:sqlite"
import * as ed25519 from "../../core/crypto/ed25519.ts"
import type { Recorded } from "../../core/event/Envelope.ts"
import { invariant } from "../../core/kernel/invariant.ts"
import * as Random from "../../core/kernel/Random.ts"
import { EventLog } from "../../core/log/EventLog.ts"
import * as Sqlite from "../../core/log/sqlite.ts"
import { verify } from "../../core/log/sqlite/verify.ts"
import { accepted, frame, owed } from "../contract/someEvents.ts"
import { counter, type Torture } from "./Torture.ts"

/** Small pages, so that a small log has few unused bytes. */
const pageBytes = 512
const appends = 12

export const torture: Torture = {
  name: "flip",
  about: "one bit of a small log's file flipped",
  countDefault: Number.MAX_SAFE_INTEGER,
  run: async ({ count: wanted, progress, seed }) => {
    const { add, outcomes, violate, violations } = counter()
    const directory = mkdtempSync(join(tmpdir(), "sigtwin-torture-"))
    const path = join(directory, "log.db")
    const random = Random.make(seed)
    let strokes = 0
    try {
      await Effect.runPromise(makeSmallLog(path))
      const expected = await Effect.runPromise(answersOf(path))
      const file = openSync(path, "r+")
      const { size } = fstatSync(file)
      add("bytes of the file", size)
      // Spread over the whole file where not all are asked for.
      const step = Math.max(1, size / wanted)
      for (let at = 0; at < size; at += step) {
        const offset = Math.floor(at)
        const bit = 1 << random.below(8)
        flip(file, offset, bit)
        // oxlint-disable-next-line no-await-in-loop
        const outcome = await Effect.runPromise(judge(path, expected))
        flip(file, offset, bit)
        add(outcome.name)
        if (outcome.wrong !== undefined)
          violate(`byte ${offset} of ${size}, bit ${bit}, seed ${seed}: ${outcome.wrong}`)
        progress(++strokes)
      }
      closeSync(file)
    } finally {
      rmSync(directory, { recursive: true })
    }
    return { strokes, outcomes, violations }
  },
}

/** With an index, a tree, a checkpoint and a merged row's worth of small batches, in one file without a journal. */
const makeSmallLog = (path: string) =>
  Effect.gen(function* () {
    const signer = ed25519.signingKeyOf(new Uint8Array(32).fill(7))
    yield* Effect.flatMap(EventLog, (log) =>
      Effect.forEach(
        Array.from({ length: appends }, (_, i) => i),
        (i) => log.append([frame("A", i), accepted("A", i), owed("B", i)]),
        { discard: true },
      ),
    ).pipe(Effect.provide(Sqlite.layer(path, { signer, id: "small" })))
    const db = new DatabaseSync(path)
    db.exec(`PRAGMA journal_mode = DELETE; PRAGMA page_size = ${pageBytes}; VACUUM`)
    db.close()
  })

interface Answers {
  readonly events: ReadonlyArray<Recorded>
  readonly ofDevice: ReadonlyArray<Recorded>
  readonly ofCustomer: ReadonlyArray<Recorded>
  readonly revision: number
}

const flat = <E>(stream: Stream.Stream<ReadonlyArray<Recorded>, E>) =>
  Effect.map(Stream.runCollect(stream), (arrays) => arrays.flat())

const answersOf = (path: string) =>
  Effect.gen(function* () {
    const log = yield* EventLog
    const answers: Answers = {
      events: yield* flat(log.read(0)),
      ofDevice: yield* flat(log.query({ device: "A" })),
      ofCustomer: yield* flat(log.query({ customer: "hydro", kinds: ["DeliveryOwed"] })),
      revision: yield* log.revision("device-A"),
    }
    return answers
  }).pipe(Effect.provide(Sqlite.layer(path, { readonly: true }), { local: true }))

/** Events that can be read although others cannot: each batch alone. */
const readable = (path: string, expected: Answers) =>
  Effect.flatMap(EventLog, (log) =>
    Effect.forEach(expected.events, ({ position }) =>
      Effect.map(Effect.option(Stream.runCollect(log.read(position, position + 1))), (found) =>
        found._tag === "Some" ? found.value.flat() : [],
      ),
    ),
  ).pipe(
    Effect.provide(Sqlite.layer(path, { readonly: true }), { local: true }),
    Effect.map((events) => events.flat()),
  )

const judge = (path: string, expected: Answers) =>
  Effect.gen(function* () {
    const checked = yield* Effect.result(verify(path))
    const isFound = checked._tag === "Failure" || checked.success.damage.length > 0
    const read = yield* Effect.option(readable(path, expected))
    const events = read._tag === "Some" ? read.value : []
    const wrongly = events.find((event) => !isSame(event, expected.events[event.position]))
    if (wrongly !== undefined)
      return {
        name: "read wrongly",
        wrong: `position ${wrongly.position} is read other than it was written`,
      }
    if (isFound) {
      const rest = events.length
      const name =
        rest === expected.events.length
          ? "found, every event readable"
          : rest > 0
            ? "found, the rest readable"
            : "found, the file refused"
      return { name, wrong: undefined }
    }
    const answers = yield* Effect.option(answersOf(path))
    return answers._tag === "Some" && isSame(answers.value, expected)
      ? { name: "carries no data: every answer as before", wrong: undefined }
      : { name: "not found", wrong: "the check found nothing, and an answer is another" }
  })

const isSame = (a: unknown, b: unknown): boolean => {
  invariant(a !== undefined && b !== undefined, "both are there")
  return JSON.stringify(a) === JSON.stringify(b)
}

const flip = (file: number, offset: number, bit: number): void => {
  const byte = new Uint8Array(1)
  readSync(file, byte, 0, 1, offset)
  byte[0] ^= bit
  writeSync(file, byte, 0, 1, offset)
}
