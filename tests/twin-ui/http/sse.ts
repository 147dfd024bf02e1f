/** Reads server-sent events from a socket, as a browser would. */
import * as Effect from "effect/Effect"
import type { Scope } from "effect/Scope"
import { Server } from "../../../twin-ui/http/server.ts"

export interface Message {
  readonly id: string | undefined
  readonly event: string | undefined
  readonly data: string
}

export interface Reader {
  readonly status: number
  /** The next message that has data; fails when the feed ended. */
  readonly next: Effect.Effect<Message>
  readonly take: (count: number) => Effect.Effect<ReadonlyArray<Message>>
  /** All text so far, comments too. */
  readonly text: () => string
  /** The last id seen, also from messages without data. */
  readonly lastId: () => string | undefined
  readonly leave: Effect.Effect<void>
}

/** Opens a feed until the scope closes. */
export const read = (
  path: string,
  headers: Record<string, string> = {},
): Effect.Effect<Reader, never, Server | Scope> =>
  Effect.gen(function* () {
    const { url } = yield* Server
    const controller = new AbortController()
    const leave = Effect.sync(() => controller.abort())
    yield* Effect.addFinalizer(() => leave)
    const answer = yield* Effect.promise(() =>
      fetch(url + path, { headers, signal: controller.signal }),
    )
    const body = answer.body?.getReader()
    const decoder = new TextDecoder()
    /** All of it, kept in pieces: joining them at each chunk would take longer than reading. */
    const texts: Array<string> = []
    let rest = ""
    let lastId: string | undefined
    const messages: Array<Message> = []

    const parse = (): void => {
      const blocks = rest.split("\n\n")
      rest = blocks.pop() ?? ""
      for (const block of blocks) {
        const fields = block.split("\n")
        const valueOf = (name: string): string | undefined =>
          fields.find((field) => field.startsWith(`${name}: `))?.slice(name.length + 2)
        lastId = valueOf("id") ?? lastId
        const data = valueOf("data")
        if (data !== undefined) messages.push({ id: valueOf("id"), event: valueOf("event"), data })
      }
    }

    const next: Effect.Effect<Message> = Effect.suspend(() => {
      const message = messages.shift()
      if (message !== undefined) return Effect.succeed(message)
      return Effect.flatMap(
        Effect.promise(async () => body?.read()),
        (chunk) => {
          if (chunk === undefined || chunk.done) return Effect.die(new Error("the feed ended"))
          const text = decoder.decode(chunk.value, { stream: true })
          texts.push(text)
          rest += text
          parse()
          return next
        },
      )
    })

    return {
      status: answer.status,
      next,
      take: (count) => Effect.forEach(Array.from({ length: count }), () => next),
      text: () => texts.join(""),
      lastId: () => lastId,
      leave,
    }
  })
