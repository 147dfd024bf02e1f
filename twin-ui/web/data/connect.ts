/**
 * A connection to a feed by fetch: unlike EventSource it can come back with an id of our choosing, and be
 * given up at once.
 */
import { Observable } from "rxjs"
import { sseParser, type SseMessage } from "../../../core/stream/parseSse.ts"

/** The server answered, and not with a feed. */
export class FeedRefused extends Error {
  override readonly name = "FeedRefused"
  readonly status: number
  constructor(status: number) {
    super(`the server answered ${status}`)
    this.status = status
  }
}

export const connect = (path: string, lastId: string | undefined): Observable<SseMessage> =>
  new Observable((subscriber) => {
    const gone = new AbortController()
    const headers: Record<string, string> = { accept: "text/event-stream" }
    if (lastId !== undefined) headers["last-event-id"] = lastId
    const read = async (): Promise<void> => {
      const answer = await fetch(path, { headers, signal: gone.signal, cache: "no-store" })
      if (!answer.ok || answer.body === null) throw new FeedRefused(answer.status)
      const parse = sseParser()
      const reader = answer.body.pipeThrough(new TextDecoderStream()).getReader()
      for (;;) {
        const { done, value } = await reader.read()
        if (done) return subscriber.complete()
        for (const message of parse(value)) subscriber.next(message)
      }
    }
    read().catch((error: unknown) => {
      if (!gone.signal.aborted) subscriber.error(error)
    })
    return () => gone.abort()
  })
