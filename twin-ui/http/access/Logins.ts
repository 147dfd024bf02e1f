/** Who gives a name and a password: whether they fit, slowed down for who tries too often, and recorded where they do not. */
import * as Clock from "effect/Clock"
import * as Effect from "effect/Effect"
import * as Semaphore from "effect/Semaphore"
import type * as HttpServerRequest from "effect/http/HttpServerRequest"
import type * as Access from "../../../core/access/Access.ts"
import * as Password from "../../../core/crypto/password.ts"
import { AccountId } from "../../../core/event/ids.ts"
import type { LogUnavailable } from "../../../core/log/EventLog.ts"
import { Vault } from "../../../core/keys/Vault.ts"
import type { ProjectionStopped } from "../../../projections/run/Twin.ts"
import type * as Problem from "../Problem.ts"
import { addressOf, tooOften, type Who } from "./Who.ts"

/** Passwords checked at a time, 19 MiB each; and how many may wait. */
const checksAtOnce = 2
const checksWaitingMax = 32

export interface Logins {
  /** The account, or undefined for a wrong name or password. */
  readonly check: (
    name: string,
    password: string,
    request: HttpServerRequest.HttpServerRequest,
  ) => Effect.Effect<
    Access.Account | undefined,
    Problem.Problem | ProjectionStopped | LogUnavailable
  >
}

export const make = (who: Who) =>
  Effect.gen(function* () {
    const vault = yield* Vault
    const checks = yield* Semaphore.make(checksAtOnce)
    let waiting = 0
    /** Checked where there is no such account, so that it takes as long. */
    const nobody = yield* Effect.promise(() => Password.verifierOf("nobody has this password"))

    const passwordFits = Effect.fnUntraced(function* (
      account: Access.Account | undefined,
      password: string,
    ) {
      const kept =
        account === undefined || account.passwordVersion === 0
          ? undefined
          : yield* Effect.orDie(
              vault.verifier("password", account.account, account.passwordVersion),
            )
      const verifier = kept === undefined ? nobody : new TextDecoder().decode(kept)
      const fits = yield* checks.withPermits(1)(
        Effect.promise(() => Password.check(password, verifier)),
      )
      return fits && kept !== undefined && account?.disabled === false
    })

    const check: Logins["check"] = Effect.fnUntraced(function* (name, password, request) {
      const from = addressOf(request)
      const { access } = yield* who.states
      const account = access.accounts.get(name)
      const refused = (why: "wrong-login" | "locked-out") =>
        who.audit.refused({
          ...(account === undefined ? {} : { account: AccountId.make(account.account) }),
          from,
          what: "login",
          why,
        })
      const wait = who.logins.waitMs(name, from, yield* Clock.currentTimeMillis)
      if (wait > 0) {
        yield* refused("locked-out")
        return yield* tooOften(wait)
      }
      if (waiting >= checksWaitingMax) return yield* tooOften(1_000)
      waiting++
      // Counted before it is known, so that tries at once do not all count as the first.
      who.logins.failed(name, from, yield* Clock.currentTimeMillis)
      const fits = yield* passwordFits(account, password.slice(0, Password.passwordLengthMax)).pipe(
        Effect.ensuring(
          Effect.sync(() => {
            waiting--
          }),
        ),
      )
      if (account === undefined || !fits) {
        yield* refused("wrong-login")
        return undefined
      }
      who.logins.succeeded(name, from)
      return account
    })

    return { check } satisfies Logins
  })
