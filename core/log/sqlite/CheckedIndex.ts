/** Compares heads and postings with what the batches say, as they are read one after another. */
import type { SQLOutputValue } from "node:sqlite"
import type { Position, StreamId } from "../../event/Envelope.ts"
import { equal } from "../../kernel/Bytes.ts"
import type { Batch } from "../Store.ts"
import { offsetsToBytes } from "./Index.ts"
import type { OpenFile } from "./openFile.ts"
import * as Postings from "./Postings.ts"

export interface CheckedIndex {
  readonly add: (batch: Batch) => void
  /** A batch could not be read: what rests on it is not compared. */
  readonly skip: () => void
  readonly end: () => void
}

type Say = (position: Position, what: string) => void

export const make = ({ db, index }: OpenFile, say: Say): CheckedIndex => {
  const to = index.to()
  const runs = db
    .prepare("SELECT DISTINCT run FROM posting ORDER BY run")
    .all()
    .map((row) => Number(row["run"]))
  const rows = db.prepare("SELECT run, key, batches FROM posting ORDER BY run, key").iterate()
  let row = rows.next()
  const heads = new Map<StreamId, number>()
  let number = 0
  let postings = Postings.make()
  let isWhole = true
  let position = 0

  const current = (run: Position): Record<string, SQLOutputValue> | undefined =>
    row.done !== true && Number(row.value["run"]) === run ? row.value : undefined

  const wrong = (run: Position, what: string): void => {
    say(run, `the index of the run at ${run} ${what}`)
    isWhole = false
  }

  const compare = (run: Position): void => {
    for (const [key, offsets] of Postings.byKey(postings)) {
      const found = current(run)
      const bytes = found?.["batches"]
      if (found?.["key"] !== key) return wrong(run, `lacks ${key}, or holds what is not there`)
      if (!(bytes instanceof Uint8Array) || !equal(bytes, offsetsToBytes(offsets)))
        return wrong(run, `says something else of ${key} than the batches`)
      row = rows.next()
    }
    if (current(run) !== undefined) wrong(run, "holds what is not there")
  }

  return {
    add: (batch) => {
      if (!isWhole || batch[0].position >= to) return
      const run = runs[number] ?? to
      if (number === 0 && run !== 0) return wrong(0, "is missing")
      for (const { event, revision, stream } of batch) {
        Postings.add(postings, event, batch[0].position - run)
        heads.set(stream, revision)
      }
      position = batch[batch.length - 1].position + 1
      if (position < (runs[number + 1] ?? to)) return
      compare(run)
      postings = Postings.make()
      number++
    },
    skip: () => {
      isWhole = false
    },
    end: () => {
      if (!isWhole) return
      if (position !== to) return say(to, `the index ends at ${to}, where no batch ends`)
      if (row.done !== true) return wrong(Number(row.value["run"]), "holds what is not there")
      const stored = index.heads()
      for (const [stream, revision] of heads)
        if (stored.get(stream) !== revision)
          say(
            to,
            `the table of heads says ${stored.get(stream) ?? "nothing"} of ${stream}, the batches say ${revision}`,
          )
      if (stored.size > heads.size) say(to, "the table of heads holds a stream that is not there")
    },
  }
}
