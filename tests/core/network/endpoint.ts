/** A customer's endpoint for tests: a real HTTP server on loopback that answers as it is told. */
import * as Effect from "effect/Effect"
import { createServer, type IncomingHttpHeaders } from "node:http"

export interface Endpoint {
  readonly url: string
  readonly bodies: Array<unknown>
  /** Of the requests, as their bodies. */
  readonly headers: Array<IncomingHttpHeaders>
  /** Method and path of the requests. */
  readonly lines: Array<string>
  /** Statuses of the coming answers, first to last; 200 when none is left, no answer at all for 0. */
  readonly answers: Array<number>
  /** Bodies of the coming answers, first to last; an empty one when none is left. */
  readonly replies: Array<string>
}

export const endpoint = Effect.acquireRelease(
  Effect.callback<Endpoint & { readonly close: () => void }>((resume) => {
    const bodies: Array<unknown> = []
    const headers: Array<IncomingHttpHeaders> = []
    const lines: Array<string> = []
    const answers: Array<number> = []
    const replies: Array<string> = []
    const server = createServer((request, response) => {
      let text = ""
      request.setEncoding("utf8")
      request.on("data", (chunk: string) => {
        text += chunk
      })
      request.on("end", () => {
        const isJson = /json/.test(request.headers["content-type"] ?? "")
        bodies.push(isJson ? JSON.parse(text) : text)
        headers.push(request.headers)
        lines.push(`${request.method} ${request.url}`)
        const status = answers.shift() ?? 200
        if (status !== 0) response.writeHead(status).end(replies.shift() ?? "")
      })
    })
    server.listen(0, "127.0.0.1", () => {
      const address = server.address()
      const port = typeof address === "object" && address !== null ? address.port : 0
      resume(
        Effect.succeed({
          url: `http://127.0.0.1:${port}/uplink`,
          bodies,
          headers,
          lines,
          answers,
          replies,
          close: () => {
            server.closeAllConnections()
            server.close()
          },
        }),
      )
    })
  }),
  ({ close }) => Effect.sync(close),
)
