/**
 * The page: its files, and `index.html` for every other path a person may have typed or kept.
 *
 * Files whose name changes with their content are kept for good by browsers; all others are asked for again,
 * with an entity tag.
 */
import * as HttpServerResponse from "effect/http/HttpServerResponse"
import type { HttpServerRequest } from "effect/http/HttpServerRequest"
import type { WebFile } from "./webFiles.ts"

/** What the page answers to a path; undefined where it has nothing. */
export type Page = (
  request: HttpServerRequest,
  path: string,
) => HttpServerResponse.HttpServerResponse | undefined

/** Paths that are never the page's, so that a mistake in one is not answered with HTML. */
const reserved = /^\/(api|feed|ingest|docs|login|logout|metrics|healthz|readyz|openapi\.json)(\/|$)/

export const make =
  (files: ReadonlyMap<string, WebFile>): Page =>
  (request, path) => {
    if (request.method !== "GET" && request.method !== "HEAD") return undefined
    if (reserved.test(path)) return undefined
    const file = files.get(path)
    if (file !== undefined) return answer(request, file)
    // A path with an extension names a file that is not there, not a place in the page.
    if (/\.\w+$/.test(path)) return undefined
    const index = files.get("/index.html")
    return index === undefined ? notBuilt : answer(request, index)
  }

const answer = (
  request: HttpServerRequest,
  file: WebFile,
): HttpServerResponse.HttpServerResponse => {
  const headers = {
    etag: file.etag,
    "cache-control": file.immutable ? "public, max-age=31536000, immutable" : "no-cache",
  }
  return request.headers["if-none-match"] === file.etag
    ? HttpServerResponse.empty({ status: 304, headers })
    : HttpServerResponse.uint8Array(file.bytes, { contentType: file.contentType, headers })
}

const notBuilt = HttpServerResponse.text(
  "The page is not built here: run `npm run build`. The API is at /api, its documents at /docs.\n",
  { status: 404, contentType: "text/plain; charset=utf-8" },
)
