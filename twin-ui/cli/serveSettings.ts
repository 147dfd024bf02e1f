/** Settings of the server that are read from files or belong together: TLS, and the provider for logins. */
import * as Effect from "effect/Effect"
import * as FileSystem from "effect/FileSystem"
import * as Option from "effect/Option"
import * as Redacted from "effect/Redacted"
import type { Oidc, Tls } from "../http/Settings.ts"
import * as config from "../config.ts"
import { cannotRead } from "./cannotRead.ts"
import { WrongUse } from "./WrongUse.ts"

export const tlsOf = (given: {
  readonly tlsCert: Option.Option<string>
  readonly tlsKey: Option.Option<string>
}) =>
  Effect.gen(function* () {
    const envCertificate = yield* Effect.orDie(config.tlsCertificate)
    const certificate = Option.orElse(given.tlsCert, () => envCertificate)
    const envKey = yield* Effect.orDie(config.tlsKey)
    const key = Option.orElse(given.tlsKey, () => envKey)
    if (Option.isNone(certificate) && Option.isNone(key)) return undefined
    if (Option.isNone(certificate) || Option.isNone(key))
      return yield* new WrongUse({ detail: "--tls-cert and --tls-key are given together" })
    const fs = yield* FileSystem.FileSystem
    const read = (file: string) => Effect.mapError(fs.readFileString(file), cannotRead(file))
    return {
      certificate: yield* read(certificate.value),
      key: Redacted.make(yield* read(key.value)),
    } satisfies Tls
  })

export const oidcOf: Effect.Effect<Oidc | undefined, WrongUse> = Effect.gen(function* () {
  const issuer = yield* Effect.orDie(config.oidcIssuer)
  if (Option.isNone(issuer)) return undefined
  if (!URL.canParse(issuer.value))
    return yield* new WrongUse({ detail: `SIGTWIN_OIDC_ISSUER: ${issuer.value} is no URL` })
  return {
    issuer: issuer.value,
    clientId: yield* Effect.orDie(config.oidcClientId),
    clientSecret: Option.getOrUndefined(yield* Effect.orDie(config.oidcClientSecret)),
    claim: yield* Effect.orDie(config.oidcClaim),
    publicUrl: Option.getOrUndefined(yield* Effect.orDie(config.publicUrl)),
  }
})
