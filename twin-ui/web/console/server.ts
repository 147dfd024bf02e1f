/** What the console asks the server. */
import * as Result from "effect/Result"
import * as Schema from "effect/Schema"
import { AnalyticsAnswer, QueryAnswer } from "../../api/Analytics.ts"
import { AskAnswer, QuestionsAnswer } from "../../api/Questions.ts"
import type { Asking } from "./Asking.ts"

export type Got<Answer> =
  | { readonly _tag: "answer"; readonly answer: Answer }
  /** `isHidden`: who asks may not, or has not logged in. */
  | { readonly _tag: "failed"; readonly reason: string; readonly isHidden: boolean }

/** Rows of one answer on the page. */
const rowsMax = 100_000

export const questions = (): Promise<Got<QuestionsAnswer>> => got(QuestionsAnswer, "/api/ask")

export const tables = (): Promise<Got<AnalyticsAnswer>> => got(AnalyticsAnswer, "/api/analytics")

export const put = (asking: Asking, signal: AbortSignal): Promise<Got<QueryAnswer | AskAnswer>> => {
  const at = asking.at.trim() === "" ? {} : { at: asking.at.trim() }
  const post = (body: unknown): RequestInit => ({
    method: "POST",
    signal,
    headers: { "content-type": "application/json" },
    body: JSON.stringify(body),
  })
  if (asking.kind === "sql")
    return got(QueryAnswer, "/api/query", post({ sql: asking.sql, rows: rowsMax, ...at }))
  const parameters = Object.fromEntries(
    Object.entries(asking.given)
      .map(([name, text]) => [name, text.trim()])
      .filter(([, text]) => text !== ""),
  )
  return got(
    AskAnswer,
    `/api/ask/${encodeURIComponent(asking.name)}`,
    post({ parameters, rows: rowsMax, ...at }),
  )
}

const got = async <Answer>(
  schema: Schema.Codec<Answer, unknown>,
  path: string,
  init: RequestInit = {},
): Promise<Got<Answer>> => {
  try {
    const response = await fetch(path, init)
    const body: unknown = await response.json().catch(() => undefined)
    if (!response.ok)
      return failed(detailIn(body) ?? `the server answered ${response.status}`, response.status)
    const read = Schema.decodeUnknownResult(schema)(body)
    return Result.isSuccess(read)
      ? { _tag: "answer", answer: read.success }
      : failed(`unreadable answer: ${read.failure.message}`)
  } catch (error) {
    return failed(error instanceof Error ? error.message : "failed")
  }
}

const failed = (reason: string, status = 0) =>
  ({ _tag: "failed", reason, isHidden: status === 401 || status === 403 }) as const

const Problem = Schema.Struct({ detail: Schema.String })

const detailIn = (body: unknown): string | undefined => {
  const read = Schema.decodeUnknownResult(Problem)(body)
  return Result.isSuccess(read) ? read.success.detail : undefined
}
