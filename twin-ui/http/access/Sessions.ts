/**
 * Who is logged in. A session is known by the digest of the secret in its cookie; it ends when it was not used for
 * `idleMs`, after `wholeMs`, when its account is disabled or gets a new password, and when the server stops.
 */
import * as Token from "../../../core/crypto/token.ts"
import type * as Access from "../../../core/access/Access.ts"

/** Beyond it the one that began first ends. */
export const sessionsMax = 10_000
export const idleMs = 12 * 3_600_000
export const wholeMs = 7 * 24 * 3_600_000

interface Session {
  readonly account: string
  readonly passwordVersion: number
  readonly beganMs: number
  usedMs: number
}

export interface Sessions {
  /** Gives the secret for the cookie. */
  readonly open: (account: Access.Account, nowMs: number) => string
  /** The account of a session that goes on. */
  readonly find: (secret: string, access: Access.State, nowMs: number) => string | undefined
  /** Whether the session is still there; does not count as use. */
  readonly isOpen: (secret: string, access: Access.State) => boolean
  readonly close: (secret: string) => void
  /** An account's sessions that go on, the one used last ahead. */
  readonly ofAccount: (
    account: string,
    access: Access.State,
    nowMs: number,
  ) => ReadonlyArray<Pick<Session, "beganMs" | "usedMs">>
  /** Ends an account's sessions but for this one; gives how many. */
  readonly closeOthers: (account: string, secret: string | undefined) => number
}

export const make = (): Sessions => {
  const open = new Map<string, Session>()

  const valid = (digest: string, access: Access.State): Session | undefined => {
    const session = open.get(digest)
    const account = session === undefined ? undefined : access.accounts.get(session.account)
    if (account?.disabled === false && account.passwordVersion === session?.passwordVersion)
      return session
    open.delete(digest)
    return undefined
  }

  return {
    open: ({ account, passwordVersion }, nowMs) => {
      const secret = Token.newSecret()
      open.set(Token.digestOf(secret), { account, passwordVersion, beganMs: nowMs, usedMs: nowMs })
      if (open.size > sessionsMax)
        for (const first of open.keys()) {
          open.delete(first)
          break
        }
      return secret
    },
    find: (secret, access, nowMs) => {
      const digest = Token.digestOf(secret)
      const session = valid(digest, access)
      if (session === undefined) return undefined
      if (!goesOn(session, nowMs)) {
        open.delete(digest)
        return undefined
      }
      session.usedMs = nowMs
      return session.account
    },
    isOpen: (secret, access) => valid(Token.digestOf(secret), access) !== undefined,
    close: (secret) => {
      open.delete(Token.digestOf(secret))
    },
    ofAccount: (account, access, nowMs) =>
      [...open]
        .filter(([, session]) => session.account === account)
        .flatMap(([digest]) => valid(digest, access) ?? [])
        .filter((session) => goesOn(session, nowMs))
        .toSorted((a, b) => b.usedMs - a.usedMs),
    closeOthers: (account, secret) => {
      const own = secret === undefined ? undefined : Token.digestOf(secret)
      const others = [...open].filter(
        ([digest, session]) => session.account === account && digest !== own,
      )
      for (const [digest] of others) open.delete(digest)
      return others.length
    },
  }
}

const goesOn = ({ beganMs, usedMs }: Session, nowMs: number): boolean =>
  nowMs - usedMs <= idleMs && nowMs - beganMs <= wholeMs

/** `__Host-`: only this host may have set it, and only over TLS (RFC 6265bis). */
export const cookieName = (secure: boolean): string => (secure ? "__Host-sigtwin" : "sigtwin")

/** Strict: no other site's link or form carries it. */
export const cookieOf = (secret: string, secure: boolean): string =>
  `${cookieName(secure)}=${secret}; Path=/; HttpOnly; SameSite=Strict${secure ? "; Secure" : ""}; Max-Age=${wholeMs / 1000}`

export const goneCookie = (secure: boolean): string =>
  `${cookieName(secure)}=; Path=/; HttpOnly; SameSite=Strict${secure ? "; Secure" : ""}; Max-Age=0`

/** A cookie's value among those of a request. */
export const readCookie = (header: string | undefined, name: string): string | undefined => {
  for (const part of (header ?? "").split(";")) {
    const at = part.indexOf("=")
    if (at > 0 && part.slice(0, at).trim() === name) return part.slice(at + 1).trim()
  }
  return undefined
}
