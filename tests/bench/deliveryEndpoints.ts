/**
 * Customers' endpoints for the benchmark of deliveries, in a process of their own so that what they take of a processor is not
 * counted: behind TLS, a port each as customers have. They answer 200, but for the last, which never answers.
 */
import { type ChildProcess, fork } from "node:child_process"
import { readFileSync } from "node:fs"
import { createServer, type ServerOptions } from "node:https"
import { join } from "node:path"

const file = (name: string): string =>
  readFileSync(join(import.meta.dirname, "../core/network/tls", name), "utf8")

export const certificate = file("test-only-certificate.pem")

/** So many that answer, and one that hangs, for as long as they are used. */
export const withEndpoints = async <A>(
  count: number,
  use: (answering: ReadonlyArray<string>, hanging: string) => Promise<A>,
): Promise<A> => {
  const child = fork(import.meta.filename, [String(count + 1)])
  try {
    const urls = (await portsOf(child)).map((port) => `https://localhost:${port}/`)
    return await use(urls.slice(0, -1), urls[count])
  } finally {
    child.kill()
  }
}

const portsOf = (child: ChildProcess): Promise<ReadonlyArray<number>> =>
  new Promise((resolve, reject) => {
    child.once("message", (ports) => {
      if (Array.isArray(ports)) resolve(ports.map(Number))
    })
    child.once("error", reject)
    child.once("exit", () => reject(new Error("the endpoints' process ended")))
  })

const serve = async (count: number): Promise<void> => {
  const tls: ServerOptions = { key: file("test-only-key.pem"), cert: certificate }
  const ports = await Promise.all(
    Array.from({ length: count }, (_, n) => listening(tls, n === count - 1)),
  )
  process.send?.(ports)
  process.on("disconnect", () => process.exit())
}

const listening = (tls: ServerOptions, hangs: boolean): Promise<number> =>
  new Promise((resolve) => {
    const server = createServer(tls, (request, response) => {
      request.resume()
      if (!hangs)
        request.on("end", () => response.writeHead(200, { "content-length": 2 }).end("ok"))
    })
    server.keepAliveTimeout = 60_000
    server.listen(0, "127.0.0.1", () => {
      const address = server.address()
      resolve(typeof address === "object" && address !== null ? address.port : 0)
    })
  })

if (import.meta.main) await serve(Number(process.argv[2]))
