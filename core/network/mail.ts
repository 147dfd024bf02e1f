/**
 * E-mails by the operator's mail server (SMTP). TLS is required, its certificate is checked, and the server's
 * answer to the letter is the delivery's: 250 is a success, what it defers or refuses is a failure.
 */
import * as Effect from "effect/Effect"
import { createTransport } from "nodemailer"
import type { Answer } from "./post.ts"
import type { Letter } from "./request.ts"

/** Connections to the mail server. */
const connectionsMax = 4

export interface Mailer {
  readonly send: (letter: Letter) => Effect.Effect<Answer>
  readonly close: () => void
}

export interface Options {
  /** `smtps://user:password@host:465`, or `smtp://…:587`, where TLS is asked for before anything is said. */
  readonly url: string
  readonly from: string
  /** Certificates to trust besides Node's own, PEM. */
  readonly ca?: string
}

export const make = ({ ca, from, url }: Options): Mailer => {
  const { hostname, password, port, protocol, username } = new URL(url)
  const isSecure = protocol === "smtps:"
  const transport = createTransport({
    host: hostname,
    port: port === "" ? (isSecure ? 465 : 587) : Number(port),
    secure: isSecure,
    requireTLS: true,
    pool: true,
    maxConnections: connectionsMax,
    tls: { ...(ca === undefined ? {} : { ca }), servername: hostname },
    // A letter is made of fields of ours alone: nothing in it names a file or address to read.
    disableFileAccess: true,
    disableUrlAccess: true,
    ...(username === ""
      ? {}
      : { auth: { user: decodeURIComponent(username), pass: decodeURIComponent(password) } }),
  })
  return {
    send: ({ headers, subject, text, to }) =>
      Effect.tryPromise({
        try: () =>
          transport.sendMail({
            from,
            to: { name: "", address: to },
            subject,
            text,
            headers: { ...headers, "auto-submitted": "auto-generated" },
          }),
        catch: errorOf,
      }).pipe(
        Effect.map(({ response }): Answer => ({
          _tag: "Answered",
          status: statusOf(response),
          body: "",
        })),
        Effect.catch((answer) => Effect.succeed(answer)),
      ),
    close: () => transport.close(),
  }
}

const statusOf = (response: unknown): number =>
  typeof response === "string" ? Number.parseInt(response, 10) || 0 : 0

const errorOf = (cause: unknown): Answer => {
  const code = memberOf(cause, "responseCode")
  if (typeof code === "number") return { _tag: "Answered", status: code, body: "" }
  const name = memberOf(cause, "code")
  return { _tag: "NotAnswered", error: names[String(name)] ?? "closed" }
}

const names: Readonly<Record<string, string>> = {
  EDNS: "dns",
  ETLS: "tls",
  ESOCKET: "tls",
  ECONNECTION: "refused",
  ETIMEDOUT: "timeout",
  EAUTH: "refused",
}

const memberOf = (value: unknown, name: string): unknown =>
  typeof value === "object" && value !== null ? Reflect.get(value, name) : undefined
