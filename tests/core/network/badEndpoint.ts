/** Customers' endpoints that misbehave, on real sockets: each answers every request in its own bad way. */
import * as Effect from "effect/Effect"
import { createServer, type Socket } from "node:net"

export type Manner =
  | "hang"
  | "reset"
  | "slow"
  | "500"
  | "too-short"
  | "too-long"
  | "10-mb"
  | "endless-headers"
  | "redirect"

export interface BadEndpoint {
  readonly url: string
  /** Requests that came in whole. */
  readonly requests: () => number
  /** Bytes that it could send. */
  readonly sent: () => number
}

const head = (length: number, status = "200 OK", more = ""): string =>
  `HTTP/1.1 ${status}\r\ncontent-length: ${length}\r\n${more}\r\n`

export const badEndpoint = (manner: Manner, elsewhere = "") =>
  Effect.acquireRelease(
    Effect.callback<BadEndpoint & { readonly close: () => void }>((resume) => {
      let requests = 0
      let sent = 0
      const sockets = new Set<Socket>()
      const server = createServer((socket) => {
        sockets.add(socket)
        socket.on("error", () => {})
        socket.on("close", () => sockets.delete(socket))
        let text = ""
        socket.on("data", (chunk) => {
          text += chunk.toString("latin1")
          const end = text.indexOf("\r\n\r\n")
          const length = Number(/content-length: (\d+)/i.exec(text)?.[1] ?? 0)
          if (end < 0 || text.length < end + 4 + length) return
          text = ""
          requests++
          answer(socket)
        })
      })
      const write = (socket: Socket, bytes: string | Buffer): void => {
        if (socket.destroyed) return
        sent += bytes.length
        socket.write(bytes)
      }
      const answer = (socket: Socket): void => {
        switch (manner) {
          case "hang":
            return
          case "reset":
            socket.resetAndDestroy()
            return
          case "slow": {
            write(socket, head(1_000_000))
            const timer = setInterval(() => write(socket, "x"), 20)
            socket.on("close", () => clearInterval(timer))
            return
          }
          case "500":
            return write(socket, head(2, "500 Internal Server Error") + "no")
          case "too-short":
            write(socket, head(1_000) + "short")
            socket.end()
            return
          case "too-long":
            return write(socket, head(2) + "ok, and more than was said, HTTP/1.1 200 OK\r\n\r\n")
          case "10-mb": {
            write(socket, head(10_000_000))
            let left = 10_000_000
            const more = (): void => {
              while (left > 0 && !socket.destroyed) {
                const chunk = Buffer.alloc(Math.min(left, 65_536), "x")
                left -= chunk.length
                sent += chunk.length
                if (!socket.write(chunk)) {
                  socket.once("drain", more)
                  return
                }
              }
            }
            more()
            return
          }
          case "endless-headers": {
            write(socket, "HTTP/1.1 200 OK\r\n")
            const timer = setInterval(() => write(socket, `x: ${"y".repeat(8_000)}\r\n`), 5)
            socket.on("close", () => clearInterval(timer))
            return
          }
          case "redirect":
            return write(socket, head(0, "302 Found", `location: ${elsewhere}\r\n`))
        }
      }
      server.listen(0, "127.0.0.1", () => {
        const address = server.address()
        const port = typeof address === "object" && address !== null ? address.port : 0
        const close = (): void => {
          for (const socket of sockets) socket.destroy()
          server.close()
        }
        const url = `http://127.0.0.1:${port}/uplink`
        resume(Effect.succeed({ url, requests: () => requests, sent: () => sent, close }))
      })
    }),
    ({ close }) => Effect.sync(close),
  )
