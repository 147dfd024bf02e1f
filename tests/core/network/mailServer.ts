/** A mail server over TLS for tests, and the twin's own mailer that writes to it. */
import * as Effect from "effect/Effect"
import { readFileSync } from "node:fs"
import { join } from "node:path"
import { SMTPServer } from "smtp-server"
import * as mail from "../../../core/network/mail.ts"

const file = (name: string): string => readFileSync(join(import.meta.dirname, "tls", name), "utf8")

/** What the mail server shows, and what trusts it. */
export const certificate = file("test-only-certificate.pem")

/** Refuses letters to `nobody`. */
export const mailServer = Effect.acquireRelease(
  Effect.callback<{
    readonly port: number
    readonly letters: Array<string>
    readonly close: () => void
  }>((resume) => {
    const letters: Array<string> = []
    const server = new SMTPServer({
      key: file("test-only-key.pem"),
      cert: certificate,
      authOptional: true,
      onRcptTo: ({ address }, _session, done) => {
        if (address.startsWith("nobody@"))
          return done(Object.assign(new Error("no such user"), { responseCode: 550 }))
        return done()
      },
      onData: (stream, _session, done) => {
        let text = ""
        stream.on("data", (chunk: Buffer) => {
          text += chunk.toString()
        })
        stream.on("end", () => {
          letters.push(text)
          done()
        })
      },
    })
    server.on("error", () => {})
    const listening = server.listen(0, "127.0.0.1", () => {
      const address = listening.address()
      const port = typeof address === "object" && address !== null ? address.port : 0
      resume(Effect.succeed({ port, letters, close: () => server.close() }))
    })
  }),
  ({ close }) => Effect.sync(close),
)

export const mailer = (port: number, ca: string | undefined) =>
  Effect.acquireRelease(
    Effect.sync(() =>
      mail.make({
        url: `smtp://localhost:${port}`,
        from: "twin@core.example",
        ...(ca === undefined ? {} : { ca }),
      }),
    ),
    ({ close }) => Effect.sync(close),
  )
