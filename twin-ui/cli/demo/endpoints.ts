/**
 * The demo's customers: one real HTTP server on loopback, a path a customer, whose answers are looked
 * up in the world's: an endpoint may be slow, fail, or hang.
 */
import * as Clock from "effect/Clock"
import * as Data from "effect/Data"
import * as Effect from "effect/Effect"
import type * as Scope from "effect/Scope"
import { createServer, type IncomingMessage, type ServerResponse } from "node:http"
import { CustomerId } from "../../../core/event/ids.ts"
import * as Customers from "../../../core/sim/Customers.ts"
import type { World } from "../../../core/sim/World.ts"

/** A callback's body is some 120 bytes; what is longer is none. */
const bodyBytesMax = 4_096

/** The demo's customers could not be given an address on this machine. */
export class NoEndpoint extends Data.TaggedError("NoEndpoint")<{ readonly detail: string }> {
  override get message() {
    return `the demo's customers cannot listen on 127.0.0.1: ${this.detail}`
  }
}

export interface Endpoints {
  readonly urlOf: (customer: string) => string
  /** From now on answers are looked up there; before, all is well. */
  readonly lookUpIn: (answer: World["answer"]) => void
}

/** Listens until the scope closes. Instants are those of the environment's clock. */
export const endpoints: Effect.Effect<Endpoints, NoEndpoint, Scope.Scope> = Effect.gen(
  function* () {
    const services = yield* Effect.context()
    const run = Effect.runForkWith(services)
    let answer: World["answer"] = allIsWell
    const server = createServer((request, response) => {
      run(serve(request, response, (asked) => answer(asked)))
    })
    yield* Effect.acquireRelease(
      Effect.callback<void, NoEndpoint>((resume) => {
        server.once("error", (cause) => {
          resume(Effect.fail(new NoEndpoint({ detail: cause.message })))
        })
        server.listen(0, "127.0.0.1", () => {
          resume(Effect.void)
        })
      }),
      () =>
        Effect.sync(() => {
          server.closeAllConnections()
          server.close()
        }),
    )
    const address = server.address()
    const port = typeof address === "object" && address !== null ? address.port : 0
    return {
      urlOf: (customer) => `http://127.0.0.1:${port}/${customer}`,
      lookUpIn: (given) => {
        answer = given
      },
    }
  },
)

const allIsWell: World["answer"] = () => ({ status: 200, delayMs: 1 })

const serve = Effect.fnUntraced(function* (
  request: IncomingMessage,
  response: ServerResponse,
  answer: World["answer"],
) {
  const text = yield* Effect.promise(() => bodyOf(request))
  const message = parse(text)
  const customer = (request.url ?? "/").slice(1)
  if (message === undefined || !/^[0-9A-Za-z._-]{1,48}$/.test(customer)) {
    response.writeHead(400).end()
    return
  }
  const atMs = yield* Clock.currentTimeMillis
  const nonce = Customers.nonceOf(message.device, message.seqNumber, 1)
  const { status, delayMs } = answer({ customer: CustomerId.make(customer), atMs, nonce })
  // An endpoint that hangs closes the connection in the end, without an answer.
  if (status === undefined) {
    yield* Effect.sleep(delayMs)
    request.socket.destroy()
    return
  }
  // The request is a real one, so its answer takes as long as it says, however fast the demo's clock runs.
  yield* Effect.promise(() => new Promise<void>((resume) => setTimeout(resume, delayMs)))
  response.writeHead(status).end()
})

const bodyOf = async (request: IncomingMessage): Promise<string> => {
  let text = ""
  request.setEncoding("utf8")
  for await (const chunk of request) {
    text += String(chunk)
    if (text.length > bodyBytesMax) return ""
  }
  return text
}

const parse = (
  text: string,
): { readonly device: string; readonly seqNumber: number } | undefined => {
  try {
    const body: unknown = JSON.parse(text)
    if (typeof body !== "object" || body === null) return undefined
    if (!("device" in body) || !("seqNumber" in body)) return undefined
    const { device, seqNumber } = body
    return typeof device === "string" && typeof seqNumber === "number"
      ? { device, seqNumber }
      : undefined
  } catch {
    return undefined
  }
}
