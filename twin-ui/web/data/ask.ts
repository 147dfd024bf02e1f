/** Questions to the API: an answer that was read by its schema, or why there is none. */
import * as Result from "effect/Result"
import * as Schema from "effect/Schema"
import { catchError, from, map, of, switchMap, type Observable } from "rxjs"
import { NotThere } from "../../api/EntityState.ts"

export type Asked<Answer> =
  | { readonly _tag: "answer"; readonly answer: Answer }
  | { readonly _tag: "not-there"; readonly problem: NotThere | undefined }
  | { readonly _tag: "hidden" }
  | { readonly _tag: "failed"; readonly reason: string }

type Fetch = (path: string) => Promise<Response>

const browserFetch: Fetch = (path) => fetch(path, { headers: { accept: "application/json" } })

export const ask = <Answer>(
  schema: Schema.Codec<Answer, unknown>,
  path: string,
  fetching: Fetch = browserFetch,
): Observable<Asked<Answer>> => {
  const decode = Schema.decodeUnknownResult(schema)
  return from(fetching(path)).pipe(
    switchMap(async (response) => ({ response, body: await readJson(response) })),
    map(({ response, body }): Asked<Answer> => {
      if (response.status === 404) return { _tag: "not-there", problem: problemIn(body) }
      if (response.status === 401 || response.status === 403) return { _tag: "hidden" }
      if (!response.ok) return failed(`the server answered ${response.status}`)
      const read = decode(body)
      return Result.isSuccess(read)
        ? { _tag: "answer", answer: read.success }
        : failed(`unreadable answer: ${read.failure.message}`)
    }),
    catchError((error: unknown) => of(failed(error instanceof Error ? error.message : "failed"))),
  )
}

const failed = (reason: string) => ({ _tag: "failed", reason }) as const

const readJson = async (response: Response): Promise<unknown> => {
  const text = await response.text()
  const type = response.headers.get("content-type") ?? ""
  return type.includes("json") ? JSON.parse(text) : undefined
}

const decodeProblem = Schema.decodeUnknownResult(NotThere)

const problemIn = (body: unknown): NotThere | undefined => {
  const read = decodeProblem(body)
  return Result.isSuccess(read) ? read.success : undefined
}
