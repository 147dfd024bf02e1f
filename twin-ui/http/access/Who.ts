/**
 * Who asks: told by a session's cookie, a credential's token, or a token of the server's own settings; the local viewer as
 * long as there is no account, which the server allows only on loopback.
 */
import * as Clock from "effect/Clock"
import * as Effect from "effect/Effect"
import * as Option from "effect/Option"
import * as Redacted from "effect/Redacted"
import type * as HttpServerRequest from "effect/http/HttpServerRequest"
import * as Access from "../../../core/access/Access.ts"
import * as Permission from "../../../core/access/Permission.ts"
import type { Right } from "../../../core/access/Right.ts"
import { rightsOf } from "../../../core/access/Role.ts"
import * as Token from "../../../core/crypto/token.ts"
import type { AccessRefused } from "../../../core/event/access.ts"
import { AccountId } from "../../../core/event/ids.ts"
import type { LogUnavailable } from "../../../core/log/EventLog.ts"
import { Members } from "../../../core/log/Members.ts"
import { Vault } from "../../../core/keys/Vault.ts"
import * as Accounts from "../../../projections/access/Accounts.ts"
import * as Device from "../../../projections/device/Device.ts"
import { type ProjectionStopped, Twin } from "../../../projections/run/Twin.ts"
import * as Problem from "../Problem.ts"
import type { Access as Way } from "../Route.ts"
import type { Settings } from "../Settings.ts"
import { local, type Viewer } from "../Viewer.ts"
import { memberHeader, viewerHeader } from "../askMember.ts"
import { accountViewer } from "./accountViewer.ts"
import * as Audit from "./Audit.ts"
import * as Limits from "./Limits.ts"
import * as Sessions from "./Sessions.ts"

type Request = HttpServerRequest.HttpServerRequest

export interface Who {
  /** Whether logins are asked for. */
  readonly isAsked: Effect.Effect<boolean, ProjectionStopped | LogUnavailable>
  /** Undefined: nobody said who they are. */
  readonly identify: (
    request: Request,
    access: Way,
  ) => Effect.Effect<Viewer | undefined, Problem.Problem | ProjectionStopped | LogUnavailable>
  /** Records a refusal, where it is of those that are. */
  readonly note: (
    refused: Problem.Problem,
    asked: {
      readonly request: Request
      readonly what: string
      readonly viewer: Viewer | undefined
    },
  ) => Effect.Effect<void>
  readonly states: Effect.Effect<
    { readonly access: Access.State },
    ProjectionStopped | LogUnavailable
  >
  readonly sessions: Sessions.Sessions
  readonly logins: Limits.LoginLimit
  readonly audit: Audit.Audit
}

export const make = (settings: Settings) =>
  Effect.gen(function* () {
    const twin = yield* Twin
    const vault = yield* Vault
    const audit = yield* Audit.make
    const sessions = Sessions.make()
    const logins = Limits.makeLogin()
    const requests = Limits.makeRequests()

    const members = yield* Effect.serviceOption(Members)
    const states = Effect.map(twin.state(Accounts.projection), (access) => ({ access }))
    const isAsked = Effect.map(states, ({ access }) => Access.isLoginAsked(access))

    /** Of devices only where a grant is about some of them: of a shared log they come from all its members. */
    const viewerOf = Effect.fnUntraced(function* (name: string, isOver: () => boolean) {
      const { access } = yield* states
      const grants = access.accounts.get(name)?.grants ?? []
      const device = grants.every(Permission.isUnlimited)
        ? Device.projection.initial()
        : yield* twin.state(Device.projection)
      return accountViewer({ access, device }, name, isOver)
    })

    const ofToken = Effect.fnUntraced(function* (token: string, from: string) {
      const now = yield* Clock.currentTimeMillis
      const live = yield* states
      const parsed = Token.parse(token)
      const holder = [...live.access.accounts.values()].find(({ credentials }) =>
        credentials.some(({ credential }) => credential === parsed?.credential),
      )
      const isUsable = (nowMs: number): boolean => {
        const account = holder && live.access.accounts.get(holder.account)
        const known = account?.credentials.find(
          ({ credential }) => credential === parsed?.credential,
        )
        return known?.revoked === false && (known.expiresMs === null || nowMs < known.expiresMs)
      }
      const digest =
        parsed === undefined || holder === undefined
          ? undefined
          : yield* Effect.orDie(vault.verifier("token", parsed.credential, 1))
      if (
        parsed === undefined ||
        holder?.disabled !== false ||
        digest === undefined ||
        !isUsable(now) ||
        !Token.fits(parsed.secret, new TextDecoder().decode(digest))
      ) {
        // Nobody guesses 32 bytes: only the work of looking is limited.
        return yield* requests.take(from, now) ? wrongToken : tooOften(1_000)
      }
      return yield* viewerOf(holder.account, () => !isUsable(now))
    })

    const ofCookie = Effect.fnUntraced(function* (secret: string) {
      const live = yield* states
      const account = sessions.find(secret, live.access, yield* Clock.currentTimeMillis)
      return account === undefined
        ? undefined
        : yield* viewerOf(account, () => !sessions.isOpen(secret, live.access))
    })

    const told = Effect.fnUntraced(function* (request: Request, access: Way) {
      if (!(yield* isAsked)) return local
      const handed = handedOnIn(request, members)
      if (handed !== undefined) return ofName.get(handed) ?? (yield* viewerOf(handed, () => false))
      const bearer = /^Bearer +(\S+)\s*$/i.exec(request.headers["authorization"] ?? "")?.[1]
      if (bearer !== undefined)
        return ofSettings(settings, bearer, access) ?? (yield* ofToken(bearer, addressOf(request)))
      // Ingest is for programs: a page of somebody logged in has no business there.
      if (access === "ingest") return undefined
      const cookie = Sessions.readCookie(
        request.headers["cookie"],
        Sessions.cookieName(isSecure(settings)),
      )
      return cookie === undefined ? undefined : yield* ofCookie(cookie)
    })

    const identify = Effect.fnUntraced(function* (request: Request, access: Way) {
      const viewer = yield* told(request, access)
      if (viewer === local || access === "ingest") return viewer
      const who = viewer === undefined ? addressOf(request) : `account ${viewer.name}`
      const now = yield* Clock.currentTimeMillis
      return requests.take(who, now) ? viewer : yield* tooOften(1_000)
    })

    const note: Who["note"] = (refused, { request, viewer, what }) =>
      Effect.gen(function* () {
        const why = refused.audit ?? whyOf(refused.kind)
        if (why === undefined || viewer === local) return
        const isAccount = viewer !== undefined && (yield* states).access.accounts.has(viewer.name)
        yield* audit.refused({
          ...(isAccount ? { account: AccountId.make(viewer.name) } : {}),
          from: addressOf(request),
          what,
          why,
        })
      }).pipe(Effect.ignore)

    return { isAsked, identify, note, states, sessions, logins, audit } satisfies Who
  })

/** Whether cookies travel over TLS alone. */
export const isSecure = (settings: Settings): boolean => settings.tls !== undefined

export const addressOf = (request: Request): string =>
  Option.getOrElse(request.remoteAddress, () => "unknown")

export const tooOften = (waitMs: number): Problem.Problem =>
  Problem.make("too-often", `too many tries: come again in ${Math.ceil(waitMs / 1_000)} s`, {
    headers: { "retry-after": String(Math.ceil(waitMs / 1_000)) },
  })

const wrongToken = Problem.make("no-login", "that token is not known, or no longer", {
  where: "header.authorization",
  headers: { "www-authenticate": 'Bearer realm="sigtwin", error="invalid_token"' },
})

/** Why a problem stands in the audit trail; undefined for one that does not. */
const whyOf = (kind: Problem.Kind): AccessRefused["why"] | undefined => {
  if (kind === "no-login") return "no-login"
  if (kind === "too-often") return "too-often"
  return kind === "not-permitted" ? "not-permitted" : undefined
}

/** Who holds a token of the server's own settings. */
const withRights = (name: string, rights: ReadonlyArray<Right>): Viewer => {
  const may = (right: Right): boolean => rights.includes(right)
  return {
    isTaken: () => true,
    isOver: () => false,
    name,
    whole: may("read"),
    may,
    mayOn: may,
    seesPayload: () => may("read-payloads"),
  }
}

const ingestViewer = withRights("ingest-token", [
  "ingest-callbacks",
  "ingest-frames",
  "ingest-evidence",
  "ingest-infrastructure",
])
const commandViewer = withRights("command-token", rightsOf("operator"))

const ofSettings = (settings: Settings, token: string, access: Way): Viewer | undefined => {
  if (access === "ingest" && isToken(token, settings.ingestToken)) return ingestViewer
  return isToken(token, settings.commandToken) ? commandViewer : undefined
}

/** Whom another member of the log says it asks for; undefined where no member says so. */
const handedOnIn = (
  request: Request,
  members: Option.Option<Members["Service"]>,
): string | undefined => {
  const token = request.headers[memberHeader]
  return Option.isSome(members) &&
    token !== undefined &&
    Token.fits(token, Token.digestOf(members.value.token))
    ? request.headers[viewerHeader]
    : undefined
}

/** Viewers that are no accounts. */
const ofName = new Map([local, ingestViewer, commandViewer].map((viewer) => [viewer.name, viewer]))

const isToken = (given: string, token: Redacted.Redacted | undefined): boolean =>
  token !== undefined && Token.fits(given, Token.digestOf(Redacted.value(token)))
