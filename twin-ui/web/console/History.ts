/** What was asked before, in this browser: the newest first, each once. */
import * as Result from "effect/Result"
import * as Schema from "effect/Schema"
import { Asking, toQuery } from "./Asking.ts"

export const entriesMax = 30

export type History = ReadonlyArray<Asking>

export const add = (history: History, asking: Asking): History =>
  [asking, ...history.filter((each) => toQuery(each) !== toQuery(asking))].slice(0, entriesMax)

const Stored = Schema.fromJsonString(Schema.Array(Asking))

export const write = (history: History): string => Schema.encodeSync(Stored)(history)

/** What cannot be read is forgotten. */
export const read = (text: string | null): History => {
  const found = Schema.decodeUnknownResult(Stored)(text ?? "[]")
  return Result.isSuccess(found) ? found.success.slice(0, entriesMax) : []
}
